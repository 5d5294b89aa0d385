package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.CorruptStoreException;
import io.imagestore.Durability;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.hdf5.Hdf5Options.Layout;
import io.imagestore.hdf5.format.Restart;
import io.imagestore.testkit.ChildJvm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a store when its process or its machine dies. */
final class Hdf5CrashTest {

  private static final int PAGE = 4096;
  private static final long REFUSED = -1;
  private static final int POWER_LOSSES = Integer.getInteger("imagestore.hdf5.powerLosses", 60);
  private static final int KILLS = Integer.getInteger("imagestore.hdf5.kills", 6);

  @TempDir Path folder;

  /** Both files of a store as they were at some moment. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Moment(byte[] file, byte[] journal, List<LabeledImage> images) {

    static Moment of(Path store, Map<Long, LabeledImage> model) throws IOException {
      return new Moment(
          withoutHole(store), Restart.journalOf(store), new ArrayList<>(model.values()));
    }

    /** With a page of the hole at its end only. */
    private static byte[] withoutHole(Path store) throws IOException {
      try (InputStream in = Files.newInputStream(store)) {
        byte[] superblock = in.readNBytes(48);
        int end = ByteBuffer.wrap(superblock).order(ByteOrder.LITTLE_ENDIAN).getInt(28);
        byte[] file = Arrays.copyOf(superblock, end + PAGE);
        in.readNBytes(file, superblock.length, end + PAGE - superblock.length);
        return file;
      }
    }
  }

  /**
   * Between two flushes the device may have taken any page from any moment. So a file is put
   * together from pages of random moments since a flush, and must open as it was at one of them.
   * What durable commits leave is tested on a disk that fails: here nothing tells what was waited
   * for.
   */
  @Test
  void ofPagesFromAnyMomentSinceAFlushAWholeStateIsMade() throws IOException {
    for (int seed = 0; seed < POWER_LOSSES; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<Moment> moments =
          writeAndRemember(folder.resolve("store-" + seed), layout(seed), random);
      Path lost = folder.resolve("lost-" + seed);
      Files.write(lost, mixed(moments.stream().map(Moment::file).toList(), random));
      Files.write(
          lost.resolveSibling(lost.getFileName() + ".journal"),
          mixed(moments.stream().map(Moment::journal).toList(), random));

      List<List<LabeledImage>> states = moments.stream().map(Moment::images).toList();
      assertWhole(lost, Hdf5ImageStore::openReadOnly, states, "seed " + seed);
      assertWhole(lost, Hdf5ImageStore::open, states, "seed " + seed);
      assertWhole(lost, Hdf5ImageStore::open, states, "seed " + seed + ", opened again");
    }
  }

  /** Nothing was promised of it yet, but what is shown must be true. */
  @Test
  void ofPagesFromAnyMomentBeforeTheFirstFlushAWholeStateIsMadeOrNone() throws IOException {
    int opened = 0;
    for (int seed = 0; seed < POWER_LOSSES; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<Moment> moments =
          writeWithoutFlush(folder.resolve("store-" + seed), layout(seed), random);
      List<List<LabeledImage>> states = new ArrayList<>(List.of(List.of()));
      moments.forEach(moment -> states.add(moment.images()));
      Path lost = folder.resolve("lost-" + seed);
      Files.write(lost, mixed(moments.stream().map(Moment::file).toList(), random));
      if (random.nextBoolean()) {
        Files.write(
            lost.resolveSibling(lost.getFileName() + ".journal"),
            mixed(moments.stream().map(Moment::journal).toList(), random));
      }

      try (ImageStore survivor = Hdf5ImageStore.open(lost)) {
        assertThat(survivor.stream().toList()).as("seed " + seed).isIn(states);
      } catch (CorruptStoreException e) {
        assertThat(e).as("seed " + seed).hasMessageContaining(lost.toString());
        continue;
      }
      assertWhole(lost, Hdf5ImageStore::openReadOnly, states, "seed " + seed + ", opened again");
      assertWhole(lost, Hdf5ImageStore::open, states, "seed " + seed + ", opened again");
      opened++;
    }
    assertThat(opened).isPositive();
  }

  private static void assertWhole(
      Path store,
      Function<Path, ImageSource> opening,
      List<List<LabeledImage>> states,
      String description) {
    try (ImageSource survivor = opening.apply(store)) {
      assertThat(survivor.stream().toList()).as(description).isIn(states);
    }
  }

  private static Layout layout(int seed) {
    return seed % 2 == 0 ? Layout.UNIFORM : Layout.MIXED;
  }

  private static Hdf5Options someOptions(Layout layout, SplittableRandom random) {
    return Hdf5Options.builder()
        .layout(layout)
        .chunkBytes(512 + random.nextInt(5000))
        .chunkRows(1 + random.nextInt(random.nextBoolean() ? 30 : 200))
        .deflateLevel(random.nextInt(3) == 0 ? 3 : 0)
        .durability(Durability.FLUSH)
        .build();
  }

  private static List<Moment> writeWithoutFlush(Path path, Layout layout, SplittableRandom random)
      throws IOException {
    TreeMap<Long, LabeledImage> model = new TreeMap<>();
    List<Moment> moments = new ArrayList<>();
    try (ImageStore store = Hdf5ImageStore.open(path, someOptions(layout, random))) {
      for (int i = random.nextInt(8); i >= 0; i--) {
        write(store, layout, model, random);
        moments.add(Moment.of(path, model));
      }
    }
    return moments;
  }

  private static List<Moment> writeAndRemember(Path path, Layout layout, SplittableRandom random)
      throws IOException {
    Hdf5Options options = someOptions(layout, random);
    TreeMap<Long, LabeledImage> model = new TreeMap<>();
    List<Moment> moments = new ArrayList<>();
    try (ImageStore store = Hdf5ImageStore.open(path, options)) {
      for (int i = random.nextInt(6); i >= 0; i--) {
        write(store, layout, model, random);
      }
      store.flush();
      moments.add(Moment.of(path, model));
      for (int i = random.nextInt(8); i >= 0; i--) {
        write(store, layout, model, random);
        moments.add(Moment.of(path, model));
      }
    }
    return moments;
  }

  private static void write(
      ImageStore store, Layout layout, Map<Long, LabeledImage> model, SplittableRandom random) {
    if (random.nextInt(4) == 0 && !model.isEmpty()) {
      long id =
          model.keySet().stream().skip(random.nextInt(model.size())).findFirst().orElseThrow();
      store.delete(id);
      model.remove(id);
      return;
    }
    int count = random.nextBoolean() ? 1 : 1 + random.nextInt(40);
    List<LabeledImage> batch =
        TestImages.list(layout, random.nextInt(60), count, random.nextInt(1000));
    store.putBatch(batch);
    batch.forEach(image -> model.put(image.id(), image));
  }

  private static byte[] mixed(List<byte[]> versions, SplittableRandom random) {
    byte[] longest =
        new byte[versions.stream().mapToInt(version -> version.length).max().orElse(0)];
    int favourite = random.nextInt(versions.size());
    int sameness = 1 + random.nextInt(10);
    for (int at = 0; at < longest.length; at += PAGE) {
      boolean other = random.nextInt(sameness) == 0;
      byte[] version = versions.get(other ? random.nextInt(versions.size()) : favourite);
      int count = Math.min(PAGE, version.length - at);
      if (count > 0) {
        System.arraycopy(version, at, longest, at, count);
      }
    }
    return longest;
  }

  @Test
  @EnabledIfEnvironmentVariable(
      named = Python.VARIABLE,
      matches = ".+",
      disabledReason = Python.REASON)
  void afterAKillBothH5pyAndWeSeeAWholePrefixOfBatches() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    for (int kill = 0; kill < KILLS; kill++) {
      Path store = folder.resolve(kill + ".h5");
      int acknowledged = appendUntilKilled(store, random);

      long seenBefore = lengthForH5py(store);
      long seen;
      try (ImageStore survivor = Hdf5ImageStore.open(store)) {
        seen = survivor.size();
        assertThat(survivor.verify().isClean()).isTrue();
        assertThat(seen % BatchWriter.BATCH).isZero();
        assertThat(seen).isGreaterThanOrEqualTo((long) acknowledged * BatchWriter.BATCH);
      }
      try (ImageStore again = Hdf5ImageStore.open(store)) {
        assertThat(again.size()).isEqualTo(seen);
      }
      assertThat(lengthForH5py(store)).isEqualTo(seen);
      // Before, h5py sees the same, or what was there before the commit that was cut short, or it
      // refuses a structure of which a half was written.
      assertThat(seenBefore).isIn(seen, seen - BatchWriter.BATCH, REFUSED);
    }
  }

  private static int appendUntilKilled(Path store, SplittableRandom random) {
    try (ChildJvm child = ChildJvm.start(List.of(), BatchWriter.class, store)) {
      int acknowledged = 0;
      for (int end = random.nextInt(80); acknowledged <= end; acknowledged++) {
        assertThat(child.readLine()).isEqualTo("done " + acknowledged);
      }
      LockSupport.parkNanos(random.nextInt(2_000_000));
      for (String line : child.kill()) {
        if (line.equals("done " + acknowledged)) {
          acknowledged++;
        }
      }
      return acknowledged;
    }
  }

  private static long lengthForH5py(Path store) throws IOException {
    String said =
        Python.lines(
            "import h5py",
            "f = h5py.File('" + store + "', 'r')",
            "try:",
            "    n = min(len(f[name]) for name in f if name != 'metadata')",
            "    assert sorted(f['ids'][:n]) == list(range(n))",
            "    f['images'][:]",
            "    print(n)",
            "except (OSError, KeyError) as e:",
            "    assert 'metadata checksum' in str(e), e",
            "    print(" + REFUSED + ")");
    return Long.parseLong(said.strip());
  }
}
