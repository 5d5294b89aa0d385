package io.imagestore.fuzz;

import io.imagestore.Image;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.StoreOptions;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The label table of a disk store whose image files are sound. */
public final class LabelTableTarget {
  private static final Scratch SCRATCH = Scratch.make();
  private static final Path STORE = store();

  private LabelTableTarget() {}

  /** Called once. */
  public static void fuzzerInitialize() {
    Outcome.warmUp(LabelTableTarget.class, LabelTableTarget::read);
  }

  /** Called with each input. */
  public static void fuzzerTestOneInput(byte[] input) {
    Outcome.of(() -> read(input));
    SCRATCH.requireOnly("store");
  }

  private static void read(byte[] input) {
    SCRATCH.write("store/labels.csv", input);
    try (ImageSource source = ImageStores.open(STORE)) {
      source.verify();
      try (Stream<LabeledImage> images = source.stream(damaged -> {})) {
        images.limit(100).forEach(image -> {});
      }
    }
  }

  private static Path store() {
    Path folder = SCRATCH.folder().resolve("store");
    try (ImageStore store = ImageStores.open("disk", folder, StoreOptions.defaults())) {
      for (int id = 0; id < 3; id++) {
        store.put(id, Image.of(2, 2, 1, new byte[4]), id);
      }
    }
    return folder;
  }
}
