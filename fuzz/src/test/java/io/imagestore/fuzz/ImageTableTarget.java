package io.imagestore.fuzz;

import io.imagestore.LabeledImage;
import io.imagestore.disk.ImageFolder;
import io.imagestore.testkit.SampleImages;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The table beside a flat folder of images. */
public final class ImageTableTarget {
  private static final Scratch SCRATCH = Scratch.make();

  static {
    SCRATCH.write("a.png", SampleImages.encoded("png", 3, 2, 1).encodedBytes());
    SCRATCH.write("b.jpg", SampleImages.encoded("jpeg", 3, 2, 2).encodedBytes());
  }

  private ImageTableTarget() {}

  /** Called once. */
  public static void fuzzerInitialize() {
    Outcome.warmUp(ImageTableTarget.class, ImageTableTarget::read);
  }

  /** Called with each input. */
  public static void fuzzerTestOneInput(byte[] input) {
    Outcome.of(() -> read(input));
    SCRATCH.requireOnly("a.png", "b.jpg", "table.csv");
  }

  private static void read(byte[] input) {
    Path table = SCRATCH.write("table.csv", input);
    ImageFolder folder = ImageFolder.open(SCRATCH.folder(), table);
    try (Stream<LabeledImage> images = folder.images(unreadable -> {})) {
      images.forEach(image -> {});
    }
  }
}
