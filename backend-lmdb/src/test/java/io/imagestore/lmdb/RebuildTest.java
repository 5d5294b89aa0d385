package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.RepairPolicy;
import io.imagestore.RepairReport;
import io.imagestore.StoreFullException;
import io.imagestore.testkit.ChildJvm;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged pages that a write would come by: the store is made anew of what is whole. */
final class RebuildTest {

  private static final ImageShape SMALL = new ImageShape(4, 4, 3);
  private static final ImageShape LARGE = new ImageShape(50, 50, 3);
  private static final int IMAGES = 500;
  private static final int PAGE_BYTES = 4096;
  private static final int FIRST_PAGE = 2;
  private static final int PAGES_A_STEP = 12;
  private static final int KILLS = Integer.getInteger("trials", 4);
  private static final List<String> STARTING_FAST =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
  private static final List<String> LABEL_NAMES = List.of("cat", "dog");

  @TempDir Path folder;

  private final List<LabeledImage> images = new ArrayList<>();
  private final SplittableRandom random = new SplittableRandom(31);

  private Path path() {
    return folder.resolve("store");
  }

  private Path data() {
    return path().resolve(DataFile.NAME);
  }

  @BeforeEach
  void aStoreOfAllKinds() {
    for (long id = 0; id < IMAGES; id++) {
      LabeledImage image = SampleImages.labeled(id, id % 5 == 0 ? LARGE : SMALL, 1);
      if (id % 7 == 0) {
        Image file = Image.encoded(image.image().bytes(), "avif", image.image().shape());
        image = new LabeledImage(id, file, image.label());
      }
      images.add(id % 3 == 0 ? image.withMetadata("{\"id\":" + id + "}") : image);
    }
    LmdbOptions options = LmdbOptions.builder().labelNames(LABEL_NAMES).build();
    try (ImageStore store = LmdbImageStore.open(path(), options)) {
      store.putBatch(images);
      store.delete(IMAGES - 1); // so that there are free pages
      images.remove(IMAGES - 1);
    }
  }

  // What is mended.

  @Test
  void whateverPageIsDamagedARepairKeepsWhatIsWholeAndTheStoreTakesImages() throws IOException {
    Path whole = Files.copy(data(), folder.resolve("whole"));
    long pages = Files.size(whole) / PAGE_BYTES;
    int mended = 0;
    for (long page = FIRST_PAGE; page < pages; page += 1 + random.nextInt(PAGES_A_STEP)) {
      Files.copy(whole, data(), StandardCopyOption.REPLACE_EXISTING);
      zero(page);
      mended += repaired("page " + page);
    }
    assertThat(mended).isPositive();
  }

  /** Repairs; tells whether the store was made anew. */
  private int repaired(String which) {
    List<LabeledImage> readable;
    try (ImageSource damaged = LmdbImageStore.openReadOnly(path())) {
      readable = images.stream().filter(image -> canBeRead(damaged, image)).toList();
    } catch (CorruptStoreException e) {
      return 0; // one of the few pages that lead to the trees
    }
    Path aside = folder.resolve("aside of " + which);
    try (ImageStore store = LmdbImageStore.open(path())) {
      RepairReport report = store.repair(RepairPolicy.dropDamaged().layingAsideIn(aside));

      assertThat(report.storeProblems()).as(which).isEmpty();
      assertThat(store.verify().isClean()).as(which).isTrue();
      assertThat(all(store)).as(which).isEqualTo(readable);
      store.put(images.get(0));
      store.delete(images.get(1).id());
      assertThat(store.get(0)).as(which).isEqualTo(images.get(0));
      return report.mended().size();
    }
  }

  private static boolean canBeRead(ImageSource source, LabeledImage expected) {
    try {
      return source.get(expected.id()).equals(expected);
    } catch (CorruptImageException | CorruptStoreException e) {
      return false;
    }
  }

  @Test
  void aStoreWhoseListOfFreePagesIsDamagedIsReadAndRefusesWrites() throws IOException {
    zero(rootOf(Meta::free));

    try (ImageStore store = LmdbImageStore.open(path())) {
      assertThat(all(store)).isEqualTo(images);
      assertThat(store.verify().storeProblems())
          .singleElement(STRING)
          .contains("nothing can be written");
      assertThatExceptionOfType(CorruptStoreException.class)
          .isThrownBy(() -> store.put(images.get(0)))
          .withMessageContaining("nothing can be written")
          .withMessageContaining("repair it");
      assertThatNoException().isThrownBy(store::flush);
    }
  }

  @Test
  void aRepairOfTheListOfFreePagesLosesNoImageAndNoLabelName() throws IOException {
    zero(rootOf(Meta::free));

    try (ImageStore store = LmdbImageStore.open(path())) {
      RepairReport report = store.repair(RepairPolicy.dropDamaged());

      assertThat(report.dropped()).isEmpty();
      assertThat(report.mended())
          .singleElement(STRING)
          .contains("made anew of the " + images.size() + " images");
      assertThat(all(store)).isEqualTo(images);
      assertThat(store.info().labelNames()).isEqualTo(LABEL_NAMES);
    }
  }

  @Test
  void whatIsWrittenAfterARebuildIsThereWhenTheStoreIsOpenedAgain() throws IOException {
    zero(rootOf(Meta::free));
    LabeledImage another = SampleImages.labeled(10 * IMAGES, LARGE, 2);
    try (ImageStore store = LmdbImageStore.open(path())) {
      store.repair(RepairPolicy.dropDamaged());
      store.put(another);
    }
    images.add(another);

    try (ImageStore store = LmdbImageStore.open(path())) {
      assertThat(all(store)).isEqualTo(images);
      assertThat(store.repair(RepairPolicy.dropDamaged()).wasClean()).isTrue();
    }
  }

  @Test
  void theDamagedFileIsLaidAside() throws IOException {
    zero(rootOf(Meta::free));
    byte[] damaged = Files.readAllBytes(data());

    try (ImageStore store = LmdbImageStore.open(path())) {
      store.repair(RepairPolicy.dropDamaged());
      store.put(SampleImages.labeled(0, SMALL, 9));
    }

    assertThat(folder.resolve("store.damaged").resolve(DataFile.NAME)).hasBinaryContent(damaged);
  }

  // Others that have the store open.

  @Test
  void readersInTheSameProcessSeeWhatIsWrittenAfterARebuild() throws IOException {
    zero(rootOf(Meta::free));
    LabeledImage another = SampleImages.labeled(10 * IMAGES, LARGE, 2);

    try (ImageSource reader = LmdbImageStore.openReadOnly(path());
        Stream<LabeledImage> begunBefore = reader.stream()) {
      Iterator<LabeledImage> stream = begunBefore.iterator();
      assertThat(stream.next()).isEqualTo(images.get(0));
      try (ImageStore store = LmdbImageStore.open(path())) {
        store.repair(RepairPolicy.dropDamaged());
        store.put(another);

        assertThat(reader.get(another.id())).isEqualTo(another);
        images
            .subList(1, images.size())
            .forEach(image -> assertThat(stream.next()).isEqualTo(image));
      }
      assertThat(reader.get(another.id())).isEqualTo(another);
    }
  }

  // What goes wrong.

  @Test
  void aRebuildForWhichThereIsNoRoomLeavesTheStoreAsItWas() throws IOException {
    zero(rootOf(Meta::free));
    LmdbOptions small = LmdbOptions.builder().maxMapSizeBytes(1 << 16).build();

    try (ImageStore store = LmdbImageStore.open(path(), small)) {
      assertThatExceptionOfType(StoreFullException.class)
          .isThrownBy(() -> store.repair(RepairPolicy.dropDamaged()));

      assertThat(all(store)).isEqualTo(images);
    }
    try (Stream<Path> files = Files.list(path())) {
      assertThat(files.filter(Files::isDirectory)).isEmpty();
    }
  }

  @Test
  void anImageThatTheRepairHasNotToldOfIsNotLeftOut() throws IOException {
    zero(rootOf(Meta::free));
    zero(pageOf(images.get(5)));
    Environment environment = Environment.join(path());
    try (WriterThread thread = new WriterThread("writer")) {
      LmdbOptions options = LmdbOptions.defaults();
      WriteEnvironment lmdb =
          thread.call(() -> WriteEnvironment.open(environment, Settings.of(options)));
      Rebuild rebuild = new Rebuild(options, environment, thread, lmdb);

      assertThatExceptionOfType(CorruptImageException.class).isThrownBy(rebuild::copyWhole);

      Rebuild.removeLeftovers(path());
      rebuild.leaveOut(5);
      assertThat(rebuild.copyWhole()).isEqualTo(images.size() - 1L);
      thread.call(
          () -> {
            lmdb.close();
            return true;
          });
    } finally {
      environment.leave();
    }
  }

  /** The first page of an image that has some to itself. */
  private long pageOf(LabeledImage image) throws IOException {
    byte[] start = Arrays.copyOf(image.image().pixels(), 64);
    byte[] file = Files.readAllBytes(data());
    int at = Pages.HEADER_BYTES;
    while (!Arrays.equals(file, at, at + start.length, start, 0, start.length)) {
      at += PAGE_BYTES;
    }
    return at / PAGE_BYTES;
  }

  @Test
  void whatAKilledRebuildHasLeftIsRemoved() throws IOException {
    Path left = Files.createDirectory(path().resolve("rebuilt"));
    Files.writeString(left.resolve(DataFile.NAME), "half of a store");

    try (ImageStore store = LmdbImageStore.open(path())) {
      assertThat(left).doesNotExist();
      assertThat(all(store)).isEqualTo(images);
    }
  }

  @Test
  void whatAKilledProbeForRoomHasLeftIsRemoved() throws IOException {
    Path left = Files.write(path().resolve("room.tmp"), new byte[1 << 16]);

    LmdbImageStore.open(path()).close();

    assertThat(left).doesNotExist();
  }

  @Test
  void whereverARebuildIsKilledTheNextOneEndsIt() throws IOException {
    zero(rootOf(Meta::free));
    Path damaged = Files.copy(data(), folder.resolve("damaged"));
    long begun = System.nanoTime();
    repairInAnotherProcess(Long.MAX_VALUE);
    long duration = System.nanoTime() - begun;

    for (int kill = 0; kill < KILLS; kill++) {
      Files.copy(damaged, data(), StandardCopyOption.REPLACE_EXISTING);
      repairInAnotherProcess(random.nextLong(duration));

      try (ImageStore store = LmdbImageStore.open(path())) {
        assertThat(store.repair(RepairPolicy.dropDamaged()).storeProblems()).isEmpty();
        assertThat(all(store)).isEqualTo(images);
        store.put(images.get(0));
      }
    }
  }

  /** Kills it after some time, if it takes that long. */
  private void repairInAnotherProcess(long killedAfterNanos) {
    try (ChildJvm child = ChildJvm.start(STARTING_FAST, Repairing.class, path())) {
      assertThat(child.readLine()).isEqualTo("begun");
      if (killedAfterNanos == Long.MAX_VALUE) {
        child.succeed();
      } else {
        LockSupport.parkNanos(killedAfterNanos); // there is no event to wait for
        child.kill();
      }
    }
  }

  /** Repairs a store. */
  static final class Repairing {
    public static void main(String[] args) {
      System.out.println("begun");
      try (ImageStore store = LmdbImageStore.open(Path.of(args[0]))) {
        store.repair(RepairPolicy.dropDamaged());
      }
    }
  }

  // Looking and damaging.

  private static List<LabeledImage> all(ImageStore store) {
    try (Stream<LabeledImage> images = store.stream()) {
      return images.toList();
    }
  }

  private long rootOf(Function<Meta, TreeRecord> tree) throws IOException {
    try (DataFile file = DataFile.open(path())) {
      return tree.apply(file.newest()).root();
    }
  }

  private void zero(long page) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(data().toFile(), "rw")) {
      file.seek(page * PAGE_BYTES);
      file.write(new byte[PAGE_BYTES]);
    }
  }
}
