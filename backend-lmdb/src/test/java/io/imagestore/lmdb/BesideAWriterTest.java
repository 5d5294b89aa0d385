package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.Durability;
import io.imagestore.Image;
import io.imagestore.ImageBatch;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.testkit.Awaiting;
import io.imagestore.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads in one process while another commits all the time. */
final class BesideAWriterTest {

  private static final int IMAGES = 500;
  private static final ImageShape SHAPE = new ImageShape(40, 40, 3);

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("store");
  }

  @Test
  void eachBatchIsOneCommitsState() {
    try (ChildJvm writer = ChildJvm.start(List.of(), Writer.class, path())) {
      assertThat(writer.readLine()).isEqualTo("stored");
      long[] ids = LongStream.range(0, IMAGES).toArray();
      ImageBatch batch = ImageBatch.allocate(SHAPE, IMAGES);
      int first = 0;
      int last = 0;
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
      while (System.nanoTime() < end) {
        try (ImageSource store = LmdbImageStore.openReadOnly(path())) {
          for (int turn = 0; turn < 20; turn++) {
            store.readBatch(ids, batch);
            last = batch.label(0);
            first = first == 0 ? last : first;
            requireOneState(batch);
            assertThat(store.size()).isEqualTo(IMAGES);
            LabeledImage one = store.get(turn);
            assertThat(one.image()).isEqualTo(image(one.label()).image());
          }
          assertThat(store.verify().isClean()).isTrue();
        }
      }
      assertThat(last).as("commits meanwhile").isGreaterThan(first + 3);
      assertThat(writer.kill()).isEmpty();
    }
  }

  @Test
  void aReadThatIsOutrunIsHeldAtLast() throws IOException {
    try (ChildJvm writer = ChildJvm.start(List.of(), Writer.class, path())) {
      assertThat(writer.readLine()).isEqualTo("stored");
      AtomicInteger runs = new AtomicInteger();
      Environment environment = Environment.join(path());
      try (DataFile data = DataFile.open(path())) {
        environment.read(
            view -> {
              runs.incrementAndGet();
              awaitThreeCommits(data);
              return view.count();
            });
      } finally {
        environment.leave();
      }
      assertThat(runs).hasValue(4);
    }
  }

  @Test
  void aReadThatCanNeitherKeepUpNorBeHeldFails() throws IOException {
    try (ChildJvm writer = ChildJvm.start(List.of(), Writer.class, path())) {
      assertThat(writer.readLine()).isEqualTo("stored");
      Files.delete(path().resolve("lock.mdb"));
      Environment environment = Environment.join(path());
      try (DataFile data = DataFile.open(path())) {
        assertThatExceptionOfType(ImageStoreException.class)
            .isThrownBy(
                () ->
                    environment.read(
                        view -> {
                          awaitThreeCommits(data);
                          return view.count();
                        }))
            .withMessageContaining("faster")
            .withMessageContaining("lock.mdb");
      } finally {
        environment.leave();
      }
      assertThat(path().resolve("lock.mdb")).doesNotExist();
    }
  }

  @Test
  void aReadThatIsNotedWhereTheWriterDoesNotLookFails() throws IOException {
    try (ChildJvm writer = ChildJvm.start(List.of(), Writer.class, path())) {
      assertThat(writer.readLine()).isEqualTo("stored");
      Path lock = path().resolve("lock.mdb");
      Files.delete(lock); // from now on the writer's own has no name
      Files.createFile(lock);
      Environment environment = Environment.join(path());
      try (DataFile data = DataFile.open(path())) {
        assertThatExceptionOfType(ImageStoreException.class)
            .isThrownBy(
                () ->
                    environment.read(
                        view -> {
                          awaitThreeCommits(data);
                          return view.count();
                        }))
            .withMessageContaining("faster");
      } finally {
        environment.leave();
      }
      assertThat(lock).isNotEmptyFile();
    }
  }

  private static void awaitThreeCommits(DataFile data) {
    long third = data.newest().transaction() + 3;
    Awaiting.until("three commits", () -> data.newest().transaction() >= third);
  }

  private static void requireOneState(ImageBatch batch) {
    int label = batch.label(0);
    Image image = image(label).image();
    for (int i = 0; i < IMAGES; i++) {
      assertThat(batch.label(i)).isEqualTo(label);
      assertThat(batch.image(i)).isEqualTo(image);
    }
  }

  /** The same for all ids of a generation. */
  private static LabeledImage image(int generation) {
    byte[] pixels = new byte[(int) SHAPE.byteCount()];
    Arrays.fill(pixels, (byte) generation);
    return new LabeledImage(0, Image.of(40, 40, 3, pixels), generation);
  }

  /** Stores all images anew, generation after generation. */
  static final class Writer {
    public static void main(String[] args) {
      LmdbOptions options = LmdbOptions.builder().durability(Durability.FLUSH).build();
      try (ImageStore store = LmdbImageStore.open(Path.of(args[0]), options)) {
        for (int generation = 1; ; generation++) {
          LabeledImage image = image(generation);
          store.putBatch(
              LongStream.range(0, IMAGES)
                  .mapToObj(id -> new LabeledImage(id, image.image(), image.label())));
          if (generation == 5) { // from here on pages are used again
            System.out.println("stored");
          }
        }
      }
    }
  }
}
