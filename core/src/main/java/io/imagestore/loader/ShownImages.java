package io.imagestore.loader;

import io.imagestore.Image;
import io.imagestore.ImageSource;
import io.imagestore.LabeledImage;
import io.imagestore.spi.DirectSource;
import io.imagestore.spi.StoredImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;

/** Shows the images of any source as a {@link DirectSource} does. */
@FunctionalInterface
interface ShownImages {

  /** As {@link DirectSource#visit} with the first so many ids. */
  void visit(long[] ids, int count, DirectSource.Visitor visitor);

  static ShownImages of(ImageSource source) {
    return source instanceof DirectSource direct
        ? (ids, count, visitor) -> direct.visit(ids, 0, count, visitor)
        : (ids, count, visitor) -> show(source.readImages(Arrays.copyOf(ids, count)), visitor);
  }

  private static void show(List<LabeledImage> images, DirectSource.Visitor visitor) {
    try {
      for (int i = 0; i < images.size(); i++) {
        LabeledImage labeled = images.get(i);
        Image image = labeled.image();
        String format = image.format().orElse(null);
        visitor.visit(
            i,
            new StoredImage(labeled.id(), image.shape(), labeled.label(), format),
            image.bytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
