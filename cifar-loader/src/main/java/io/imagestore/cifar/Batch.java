package io.imagestore.cifar;

import io.imagestore.Image;
import io.imagestore.LabeledImage;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import org.jspecify.annotations.Nullable;

/** One batch file being read, image by image. */
abstract class Batch implements Closeable {

  /** The next image under the given id, or null at the end. */
  abstract @Nullable LabeledImage next(long id) throws IOException;

  static Batch open(CifarFile file, Cifar cifar, Cifar.Labels chosen) throws IOException {
    return switch (file.form()) {
      case PYTHON -> PythonBatch.open(file, cifar, chosen);
      case BINARY_OR_TEXT -> new BinaryBatch(file.open(), file.name(), file.size(), cifar, chosen);
      case EMPTY -> throw empty(file.name());
    };
  }

  /** Reads a batch that can't be opened twice, and closes it at the end. */
  static Batch open(InputStream in, String name, Cifar cifar, Cifar.Labels chosen)
      throws IOException {
    PushbackInputStream whole = new PushbackInputStream(in);
    int first = whole.read();
    if (first >= 0) {
      whole.unread(first);
    }
    return switch (Form.startingWith(first)) {
      case PYTHON -> PythonBatch.open(whole, name, cifar, chosen);
      case BINARY_OR_TEXT -> new BinaryBatch(whole, name, BinaryBatch.UNKNOWN_SIZE, cifar, chosen);
      case EMPTY -> throw empty(name);
    };
  }

  static Image image(byte[] planes) {
    return Image.ofPlanar(Cifar.SIDE, Cifar.SIDE, Cifar.CHANNELS, planes);
  }

  private static CifarFormatException empty(String name) {
    return new CifarFormatException(name, 0, "expected a batch of images but the file is empty");
  }
}
