package io.imagestore.fuzz;

import io.imagestore.ImageSource;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import java.nio.file.Path;
import java.util.stream.Stream;

/** HDF5 files: stores of ours and files of the article's form. */
public final class Hdf5Target {
  private static final Scratch SCRATCH = Scratch.make();

  private Hdf5Target() {}

  /** Called once. */
  public static void fuzzerInitialize() {
    Outcome.warmUp(Hdf5Target.class, Hdf5Target::read);
  }

  /** Called with each input. */
  public static void fuzzerTestOneInput(byte[] input) {
    Outcome.of(() -> read(input));
    SCRATCH.requireOnly("input.h5");
  }

  private static void read(byte[] input) {
    Path file = SCRATCH.write("input.h5", input);
    try (ImageSource source = ImageStores.open(file)) {
      source.verify();
      try (Stream<LabeledImage> images = source.stream(damaged -> {})) {
        images.limit(100).forEach(image -> {});
      }
    }
  }
}
