package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.Durability;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.StoreFullException;
import io.imagestore.testkit.ChildJvm;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class MapGrowthTest {

  private static final ImageShape SHAPE = new ImageShape(32, 32, 3);
  private static final long SMALL_MAP = 1 << 17;

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("store");
  }

  private ImageStore openSmall() {
    return LmdbImageStore.open(path(), LmdbOptions.builder().mapSizeBytes(SMALL_MAP).build());
  }

  @Test
  void theFileIsNoLargerThanItsImagesThoughTheMapIs() throws IOException {
    try (ImageStore store = LmdbImageStore.open(path())) {
      store.putBatch(SampleImages.list(0, 10, SHAPE, 1));
    }
    assertThat(Files.size(path().resolve(DataFile.NAME))).isLessThan(1 << 20);
  }

  @Test
  void aSmallMapGrowsWithEachPut() {
    try (ImageStore store = openSmall()) {
      for (LabeledImage image : SampleImages.list(0, 300, SHAPE, 1)) {
        store.put(image.id(), image.image(), image.label());
      }
      assertThat(store.stream().toList()).isEqualTo(SampleImages.list(0, 300, SHAPE, 1));
    }
  }

  @Test
  void aBatchManyTimesTheMapIsStored() {
    try (ImageStore store = openSmall()) {
      store.putBatch(SampleImages.stream(0, 3000, SHAPE, 1));

      assertThat(store.readBatch(2990, 20).size()).isEqualTo(10);
      assertThat(store.verify().isClean()).isTrue();
    }
  }

  @Test
  void readersGoOnWhileTheMapGrows() throws InterruptedException, ExecutionException {
    List<LabeledImage> first = SampleImages.list(0, 20, SHAPE, 1);
    AtomicBoolean written = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (ImageStore store = openSmall()) {
      store.putBatch(first);
      Callable<Integer> reading =
          () -> {
            int turns = 0;
            for (; !written.get() || turns == 0; turns++) {
              for (LabeledImage image : first) {
                assertThat(store.get(image.id())).isEqualTo(image);
              }
              assertThat(store.readBatch(0, 20).image(19)).isEqualTo(first.get(19).image());
            }
            return turns;
          };
      List<Future<Integer>> readers = new ArrayList<>();
      for (int reader = 0; reader < 4; reader++) {
        readers.add(threads.submit(reading));
      }
      for (LabeledImage image : SampleImages.list(20, 400, SHAPE, 1)) {
        store.put(image.id(), image.image(), image.label());
      }
      written.set(true);
      for (Future<Integer> reader : readers) {
        assertThat(reader.get()).isPositive();
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void beyondTheMaximumAStoreIsFullAndNothingIsLost() {
    LmdbOptions limited =
        LmdbOptions.builder().mapSizeBytes(SMALL_MAP).maxMapSizeBytes(1 << 20).build();
    try (ImageStore store = LmdbImageStore.open(path(), limited)) {
      store.putBatch(SampleImages.list(0, 50, SHAPE, 1));

      assertThatExceptionOfType(StoreFullException.class)
          .isThrownBy(() -> store.putBatch(SampleImages.stream(40, 1000, SHAPE, 2)))
          .withMessageContaining("maxMapSizeBytes")
          .withMessageContaining("1048576");

      assertThat(store.stream().toList()).isEqualTo(SampleImages.list(0, 50, SHAPE, 1));
      store.delete(0);
      store.put(1000, SampleImages.noise(SHAPE, 7), 7);
      assertThat(store.get(1000).image()).isEqualTo(SampleImages.noise(SHAPE, 7));
    }
  }

  @Test
  void aFullMapUnderEightReadersLosesNothingAndTheStoreGoesOnWhereItMayBeLarger()
      throws InterruptedException, ExecutionException {
    List<LabeledImage> first = SampleImages.list(0, 50, SHAPE, 1);
    AtomicBoolean written = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    int stored;
    try (ImageStore store = openUpTo(1 << 20)) {
      store.putBatch(first);
      Callable<Integer> reading =
          () -> {
            int turns = 0;
            for (; !written.get() || turns == 0; turns++) {
              try (Stream<LabeledImage> images = store.stream()) {
                assertThat(images.limit(first.size())).containsExactlyElementsOf(first);
              }
            }
            return turns;
          };
      List<Future<Integer>> readers = new ArrayList<>();
      for (int reader = 0; reader < 8; reader++) {
        readers.add(threads.submit(reading));
      }
      stored = putUntilFull(store, 50);
      assertThatExceptionOfType(StoreFullException.class)
          .isThrownBy(() -> store.putBatch(SampleImages.stream(40, 1000, SHAPE, 2)));
      assertThat(store.stream().toList()).isEqualTo(SampleImages.list(0, stored, SHAPE, 1));
      written.set(true);
      for (Future<Integer> reader : readers) {
        assertThat(reader.get()).isPositive();
      }
    } finally {
      written.set(true);
      threads.shutdown();
    }
    try (ImageStore store = openUpTo(4 << 20)) {
      store.putBatch(SampleImages.list(stored, 100, SHAPE, 1));
      assertThat(store.stream().toList()).isEqualTo(SampleImages.list(0, stored + 100, SHAPE, 1));
      assertThat(store.verify().isClean()).isTrue();
    }
  }

  private ImageStore openUpTo(long bytes) {
    return LmdbImageStore.open(
        path(),
        LmdbOptions.builder()
            .mapSizeBytes(SMALL_MAP)
            .maxMapSizeBytes(bytes)
            .durability(Durability.FLUSH)
            .build());
  }

  /** Tells how many images the store holds then. */
  private static int putUntilFull(ImageStore store, int from) {
    int stored = from;
    try {
      while (true) {
        store.put(SampleImages.labeled(stored, SHAPE, 1));
        stored++;
      }
    } catch (StoreFullException e) {
      assertThat(e).hasMessageContaining("the store is as it was before this call");
    }
    return stored;
  }

  @Test
  void aReaderInAnotherProcessFollowsAMapThatGrows() {
    LmdbImageStore.open(path()).close();
    try (ImageSource reader = LmdbImageStore.openReadOnly(path());
        ChildJvm writer = ChildJvm.start(List.of(), PutMany.class, path(), 500)) {
      writer.succeed();

      assertThat(reader.size()).isEqualTo(500);
      assertThat(reader.get(499)).isEqualTo(SampleImages.labeled(499, SHAPE, 1));
    }
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "limits the address space with ulimit -v")
  void whereAddressSpaceIsScarceASmallerMapIsTakenAndGrows()
      throws IOException, InterruptedException {
    // About 2.5 GiB: too little for the default map, enough for a small JVM.
    List<String> command =
        List.of(
            "sh",
            "-c",
            "ulimit -v 2500000; exec \"$0\" -Xmx64m -XX:ReservedCodeCacheSize=32m"
                + " -XX:CompressedClassSpaceSize=64m -XX:+UseSerialGC -cp \"$1\" \"$2\" \"$3\" 100000",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            System.getProperty("java.class.path"),
            PutMany.class.getName(),
            path().toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(output).isZero();
    try (ImageStore store = LmdbImageStore.open(path())) {
      assertThat(store.size()).isEqualTo(100_000);
    }
  }

  /** Stores as many images as it is told, in one batch. */
  static final class PutMany {
    public static void main(String[] args) {
      try (ImageStore store = LmdbImageStore.open(Path.of(args[0]))) {
        store.putBatch(SampleImages.stream(0, Integer.parseInt(args[1]), SHAPE, 1));
      }
    }
  }
}
