package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.imagestore.Image;
import io.imagestore.ImageBatch;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.testkit.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches that take many transactions: a transaction holds 16,384 images at the most. */
final class LargeBatchTest {

  private static final int IMAGES = 50_000;
  private static final int HALF = IMAGES / 2;

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("store");
  }

  /** Half of the ids of one generation are those of the next. */
  private static Stream<LabeledImage> generation(int generation) {
    long first = firstOf(generation);
    return LongStream.range(first, first + IMAGES).mapToObj(id -> image(id, generation));
  }

  private static long firstOf(int generation) {
    return generation % 2 == 0 ? 0 : HALF;
  }

  private static LabeledImage image(long id, int generation) {
    byte[] pixels = {(byte) id, (byte) (id >> 8), (byte) (id >> 16), 1, 2, (byte) generation};
    LabeledImage image = new LabeledImage(id, Image.of(1, 2, 3, pixels), generation);
    // Some have metadata in one generation, some in the next but one.
    return id % 16 == 2L * (generation % 8)
        ? image.withMetadata("[" + id + "," + generation + "]")
        : image;
  }

  @Test
  void aBatchReplacesSomeImagesAndAddsOthers() {
    try (ImageStore store = LmdbImageStore.open(path())) {
      store.putBatch(generation(0));
      store.putBatch(generation(1));

      assertThat(store.readBatch(0, IMAGES * 2).size()).isEqualTo(IMAGES + HALF);
      assertThat(store.get(HALF - 1)).isEqualTo(image(HALF - 1, 0));
      assertThat(store.get(HALF)).isEqualTo(image(HALF, 1));
      assertThat(store.get(IMAGES)).isEqualTo(image(IMAGES, 1));
      requireGeneration(store, 1);
      assertThat(store.verify().isClean()).isTrue();
    }
  }

  /** Metadata and all. */
  private static void requireGeneration(ImageSource store, int generation) {
    for (long id = firstOf(generation); id < firstOf(generation) + IMAGES; id += 2) {
      assertThat(store.get(id)).isEqualTo(image(id, generation));
    }
  }

  @Test
  void whatAFailedBatchHasLeftIsNoImagesMetadata() {
    try (ImageStore store = LmdbImageStore.open(path())) {
      Stream<LabeledImage> failing =
          Stream.concat(
              generation(0).map(image -> image.withMetadata("1")),
              Stream.generate(
                  () -> {
                    throw new IllegalStateException("the source broke");
                  }));
      assertThatIllegalStateException().isThrownBy(() -> store.putBatch(failing));

      store.putBatch(generation(0).map(image -> new LabeledImage(image.id(), image.image(), 0)));

      assertThat(store.stream()).hasSize(IMAGES).allMatch(image -> image.metadata().isEmpty());
    }
  }

  @Test
  void ofAnIdThatComesTwiceFarApartTheLaterImageStays() {
    try (ImageStore store = LmdbImageStore.open(path())) {
      store.put(0, image(0, 7).image(), 7);
      store.putBatch(Stream.concat(generation(0), Stream.of(image(5, 3), image(0, 4))));

      assertThat(store.get(5)).isEqualTo(image(5, 3));
      assertThat(store.get(0)).isEqualTo(image(0, 4));
    }
  }

  @Test
  void readersSeeOneGenerationOrTheNext() throws InterruptedException, ExecutionException {
    AtomicBoolean written = new AtomicBoolean();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (ImageStore store = LmdbImageStore.open(path())) {
      store.putBatch(generation(0));
      Future<Integer> reader =
          thread.submit(
              () -> {
                int turns = 0;
                for (; !written.get() || turns == 0; turns++) {
                  ImageBatch batch = store.readBatch(0, IMAGES);
                  assertThat(batch.size()).isEqualTo(IMAGES);
                  int generation = batch.label(0);
                  for (int i = 0; i < IMAGES; i += 499) {
                    assertThat(batch.label(i)).isEqualTo(generation);
                    assertThat(batch.image(i)).isEqualTo(image(i, generation).image());
                  }
                }
                return turns;
              });
      for (int generation = 2; generation <= 6; generation += 2) {
        store.putBatch(generation(generation));
      }
      written.set(true);
      assertThat(reader.get()).isPositive();
    } finally {
      thread.shutdown();
    }
  }

  @Test
  void aBatchWhoseIteratorThrowsLateLeavesNothing() {
    try (ImageStore store = LmdbImageStore.open(path())) {
      store.putBatch(generation(0));
      Stream<LabeledImage> failing =
          Stream.concat(
              generation(1),
              Stream.generate(
                  () -> {
                    throw new IllegalStateException("the source broke");
                  }));
      assertThatIllegalStateException().isThrownBy(() -> store.putBatch(failing));

      assertThat(store.size()).isEqualTo(IMAGES);
      assertThat(store.get(HALF)).isEqualTo(image(HALF, 0));
      assertThat(store.contains(IMAGES)).isFalse();
      assertThat(store.verify().isClean()).isTrue();
      store.putBatch(generation(1));
      assertThat(store.size()).isEqualTo(IMAGES + HALF);
    }
  }

  @Test
  void aWriterKilledWithinABatchLeavesTheGenerationBeforeOrTheNext() {
    SplittableRandom random = new SplittableRandom(3);
    for (int kill = 0; kill < 4; kill++) {
      Path store = folder.resolve("killed-" + kill);
      int told = writeUntilKilled(store, random);
      try (ImageStore survivor = LmdbImageStore.open(store)) {
        int generation = survivor.label(HALF);
        assertThat(generation).isBetween(told, told + 1);
        long first = firstOf(generation);
        ImageBatch batch = survivor.readBatch(first, IMAGES);
        assertThat(batch.size()).isEqualTo(IMAGES);
        for (int i = 0; i < IMAGES; i++) {
          assertThat(batch.label(i)).isEqualTo(generation);
        }
        requireGeneration(survivor, generation);
        assertThat(survivor.verify().isClean()).isTrue();
      }
    }
  }

  private static int writeUntilKilled(Path store, SplittableRandom random) {
    try (ChildJvm child = ChildJvm.start(List.of(), Writer.class, store)) {
      int told = random.nextInt(2);
      for (int generation = 0; generation <= told; generation++) {
        assertThat(child.readLine()).isEqualTo("stored " + generation);
      }
      LockSupport.parkNanos(random.nextLong(500_000_000)); // somewhere within the next batches
      for (String line : child.kill()) {
        if (line.equals("stored " + (told + 1))) {
          told++;
        }
      }
      return told;
    }
  }

  /** Stores one generation after the other until it is killed. */
  static final class Writer {
    public static void main(String[] args) {
      try (ImageStore store = LmdbImageStore.open(Path.of(args[0]))) {
        for (int generation = 0; ; generation++) {
          store.putBatch(generation(generation));
          System.out.println("stored " + generation);
        }
      }
    }
  }
}
