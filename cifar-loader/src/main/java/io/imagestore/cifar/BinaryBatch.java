package io.imagestore.cifar;

import io.imagestore.LabeledImage;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The binary form: records of a label, or of a coarse and a fine one, and the pixels in planes. */
final class BinaryBatch extends Batch {

  private static final int BUFFER_BYTES = 1 << 16;

  /** The least length of a batch that comes as a stream: any. */
  static final long UNKNOWN_SIZE = -1;

  private final InputStream in;
  private final String file;
  private final long size;
  private final Cifar cifar;
  private final int chosen;
  private final byte[] pixels = new byte[Cifar.PIXEL_BYTES];
  private long images;

  /** A batch of the given size in bytes, which is an error if it ends before; or of any size. */
  BinaryBatch(InputStream in, String file, long size, Cifar cifar, Cifar.Labels chosen) {
    this.in = new BufferedInputStream(in, BUFFER_BYTES);
    this.file = file;
    this.size = size;
    this.cifar = cifar;
    this.chosen = cifar.labels().indexOf(chosen);
  }

  /** A file whose length is known can be refused before its first image is read. */
  static void requireWholeRecords(CifarFile file, Cifar cifar) {
    long rest = file.size() % cifar.recordBytes();
    if (rest != 0) {
      throw cutShort(file.name(), file.size() - rest, rest, cifar);
    }
  }

  @Override
  @Nullable LabeledImage next(long id) throws IOException {
    long offset = images * cifar.recordBytes();
    byte[] labels = in.readNBytes(cifar.labels().size());
    if (labels.length == 0 && offset >= size) {
      return null;
    }
    int read = in.readNBytes(pixels, 0, pixels.length);
    if (read < pixels.length) {
      throw cutShort(file, offset, labels.length + read, cifar);
    }
    requireLabels(labels, offset);
    images++;
    return new LabeledImage(id, image(pixels), labels[chosen] & 0xFF);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private void requireLabels(byte[] labels, long offset) {
    List<Cifar.Labels> kinds = cifar.labels();
    for (int i = 0; i < labels.length; i++) {
      kinds.get(i).require(labels[i] & 0xFF, file, offset + i, images);
    }
  }

  private static CifarFormatException cutShort(String file, long offset, long rest, Cifar cifar) {
    return new CifarFormatException(
        file,
        offset,
        "expected a record of %d bytes, as %s has them (%s's have %d), but %d are left"
            .formatted(
                cifar.recordBytes(),
                cifar.title(),
                cifar.other().title(),
                cifar.other().recordBytes(),
                rest));
  }
}
