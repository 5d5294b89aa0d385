package io.imagestore.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.Progress;
import io.imagestore.StoreOptions;
import io.imagestore.testkit.ChildJvm;
import io.imagestore.testkit.SampleImages;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Copies from backend to backend. */
class CopyTest {

  private static final ImageShape SHAPE = new ImageShape(128, 160, 3);
  private static final int COUNT = 280; // more than two batches of a copy

  private static final List<LabeledImage> IMAGES =
      LongStream.range(0, COUNT).mapToObj(i -> SampleImages.labeled(7 * i, SHAPE, 1)).toList();

  @TempDir static Path sources;
  @TempDir Path folder;

  @BeforeAll
  static void store() {
    for (String backend : List.of("disk", "lmdb", "hdf5")) {
      try (ImageStore source = open(backend, sources.resolve(backend))) {
        source.putBatch(IMAGES);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"disk, lmdb", "disk, hdf5", "lmdb, disk", "lmdb, hdf5", "hdf5, disk", "hdf5, lmdb"})
  void aKilledCopyIsFinishedByTheNext(String from, String to) {
    Path sourcePath = sources.resolve(from);
    Path destinationPath = folder.resolve("destination");

    long told = copyUntilKilled(sourcePath, to, destinationPath);

    try (ImageStore source = open(from, sourcePath);
        ImageStore destination = open(to, destinationPath)) {
      assertThat(destination.size()).isBetween(told, COUNT - 1L);

      ImageStores.copy(source, destination, Progress.NONE);

      assertThat(destination.size()).isEqualTo(COUNT);
      for (LabeledImage image : IMAGES) {
        assertThat(destination.get(image.id())).isEqualTo(image);
      }
    }
  }

  private static ImageStore open(String backend, Path path) {
    return ImageStores.open(backend, path, StoreOptions.defaults());
  }

  /** Gives how many images it told were copied. */
  private static long copyUntilKilled(Path source, String backend, Path destination) {
    try (ChildJvm child =
        ChildJvm.start(List.of(), KilledCopy.class, source, backend, destination)) {
      long told = Long.parseLong(child.readLine());
      child.kill();
      return told;
    }
  }
}
