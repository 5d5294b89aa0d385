package io.imagestore.cifar;

import io.imagestore.LabeledImage;
import io.imagestore.internal.pickle.NdArray;
import io.imagestore.internal.pickle.PickleLimits;
import io.imagestore.internal.pickle.PickleReader;
import io.imagestore.internal.pickle.PickledBytes;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The python form: a pickled dict of all pixels in one numpy array, of the labels and of names. */
final class PythonBatch extends Batch {

  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream rows;
  private final String file;
  private final int[] labels;
  private final byte[] row = new byte[Cifar.PIXEL_BYTES];
  private int images;

  /** What a batch says of its images. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares two
  private record Content(PickledBytes pixels, int[] labels) {}

  private PythonBatch(InputStream rows, String file, Content content) {
    this.rows = rows;
    this.file = file;
    this.labels = content.labels();
  }

  /** The labels come behind the pixels: what is too long to hold is streamed in a second pass. */
  static PythonBatch open(CifarFile file, Cifar cifar, Cifar.Labels chosen) throws IOException {
    Content content = content(dict(file, cifar), file.name(), cifar, chosen);
    InputStream rows =
        content.pixels().isHeld() ? held(content) : inPlace(file, content.pixels().offset());
    return new PythonBatch(rows, file.name(), content);
  }

  static PythonBatch open(InputStream in, String name, Cifar cifar, Cifar.Labels chosen)
      throws IOException {
    try (in) {
      PickledDict dict = PickledDict.read(PickleReader.strict(), in, name);
      Content content = content(dict, name, cifar, chosen);
      return new PythonBatch(held(content), name, content);
    }
  }

  /** The images' original file names, or none where the batch doesn't keep them. */
  static List<String> fileNames(CifarFile file, Cifar cifar) throws IOException {
    PickledDict dict = dict(file, cifar);
    Content content = content(dict, file.name(), cifar, cifar.labels().get(0));
    return dict.namesIfAny("filenames", content.labels().length);
  }

  @Override
  @Nullable LabeledImage next(long id) throws IOException {
    if (images == labels.length) {
      return null;
    }
    if (rows.readNBytes(row, 0, row.length) < row.length) {
      throw new CifarFormatException(
          file, 0, "expected " + labels.length + " images but the file ends in number " + images);
    }
    return new LabeledImage(id, image(row), labels[images++]);
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }

  private static PickledDict dict(CifarFile file, Cifar cifar) throws IOException {
    PickleReader reader =
        PickleReader.strict()
            .withLimits(PickleLimits.DEFAULT.withMaxHeldBytes(cifar.mostHeldBytes()))
            .leavingInPlaceFrom(file.holdBelow());
    try (InputStream in = file.open()) {
      return PickledDict.read(reader, in, file.name());
    }
  }

  private static InputStream held(Content content) {
    return new ByteArrayInputStream(content.pixels().bytes());
  }

  private static InputStream inPlace(CifarFile file, long offset) throws IOException {
    InputStream in = file.open();
    try {
      in.skipNBytes(offset);
      return new BufferedInputStream(in, BUFFER_BYTES);
    } catch (EOFException e) {
      in.close();
      throw new CifarFormatException(file.name(), offset, "expected the pixels read before", e);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  private static Content content(PickledDict dict, String file, Cifar cifar, Cifar.Labels chosen) {
    NdArray data = dict.array("data");
    requirePlanes(data, dict);
    long images = data.shape().get(0);
    for (Cifar.Labels kind : cifar.labels()) {
      requireLabels(dict.integers(kind.key()), images, kind, file);
    }
    return new Content(data.bytes(), dict.integers(chosen.key()));
  }

  private static void requirePlanes(NdArray data, PickledDict dict) {
    boolean rows =
        data.dtype().equals("u1")
            && data.shape().size() == 2
            && data.shape().get(1) == Cifar.PIXEL_BYTES
            && !data.isFortranOrder();
    if (!rows) {
      throw dict.malformed(
          "expected 'data' to be a numpy array of type u1 and shape (images, %d) in C order but it is %s of shape %s%s"
              .formatted(
                  Cifar.PIXEL_BYTES,
                  data.dtype(),
                  data.shape(),
                  data.isFortranOrder() ? " in Fortran order" : ""));
    }
  }

  private static void requireLabels(int[] labels, long images, Cifar.Labels kind, String file) {
    if (labels.length != images) {
      throw new CifarFormatException(
          file,
          0,
          "expected %d of '%s', one an image, but found %d"
              .formatted(images, kind.key(), labels.length));
    }
    for (int i = 0; i < labels.length; i++) {
      kind.require(labels[i], file, 0, i);
    }
  }
}
