package io.imagestore.hdf5;

import io.imagestore.ImageBatch;
import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import io.imagestore.ShapeMismatchException;
import io.imagestore.StoreFullException;
import io.imagestore.UnsupportedImageException;
import io.imagestore.hdf5.format.Transaction;
import io.imagestore.internal.PersistentLongMap;
import io.imagestore.spi.Checksums;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** One write to a store: images are added batch by batch, and all of them committed as one. */
final class StoreWrite implements AutoCloseable {

  private final Transaction transaction;
  private final Commit before;
  private final Path location;
  private final Hdf5Options options;
  private final PersistentLongMap.Builder<Integer> rows;
  private final Checksums checksums = new Checksums();
  private @Nullable ImageShape shape;

  StoreWrite(Transaction transaction, Commit before, Path location, Hdf5Options options) {
    this.transaction = transaction;
    this.before = before;
    this.location = location;
    this.options = options;
    this.rows = before.rows().toBuilder();
    this.shape = before.shape();
  }

  /** Adds images. Those with new ids, between others, go to the file together. */
  void add(ImageBatch batch) throws IOException {
    requireShape(batch.id(0), batch.shape());
    int from = 0;
    for (int i = 0; i < batch.size(); i++) {
      Integer row = rows.get(batch.id(i));
      if (row == null) {
        rows.put(batch.id(i), rowFor(i - from));
      } else {
        append(batch, from, i);
        replace(row, new BatchRows(batch, i, i + 1, checksums));
        from = i + 1;
      }
    }
    append(batch, from, batch.size());
  }

  /** Refuses an image that the store can't hold. */
  void require(LabeledImage image) {
    if (image.metadata().isPresent()) {
      throw refused(image.id(), "metadata can't be kept yet");
    }
    if (image.image().isEncoded()) {
      throw refused(image.id(), "encoded images, as this " + format(image) + ", can't be kept yet");
    }
    requireShape(image.id(), image.image().shape());
  }

  private static String format(LabeledImage image) {
    return image.image().format().orElse("");
  }

  private UnsupportedImageException refused(long id, String reason) {
    return new UnsupportedImageException(
        "image " + id + " doesn't fit store " + location + ": " + reason);
  }

  /** The first image of all gives the store its shape. */
  private void requireShape(long id, ImageShape wanted) {
    if (shape == null) {
      shape = wanted;
      createColumns(wanted);
    } else if (!wanted.equals(shape)) {
      throw new ShapeMismatchException(
          "image "
              + id
              + " is "
              + wanted
              + ", but store "
              + location
              + " holds images of "
              + shape
              + " only, the shape of its first image");
    }
  }

  private void createColumns(ImageShape images) {
    try {
      transaction.createColumns(Columns.of(images, options));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new UnsupportedImageException(
          "images of " + images + " don't fit store " + location + ": " + e.getMessage(), e);
    }
  }

  private int rowFor(int notAppendedYet) {
    long row = transaction.rows() + notAppendedYet;
    if (row >= Integer.MAX_VALUE) {
      throw new StoreFullException(
          "store " + location + " holds 2^31 - 1 images, which is all it can");
    }
    return (int) row;
  }

  private void append(ImageBatch batch, int from, int to) throws IOException {
    if (to > from) {
      transaction.append(to - from, new BatchRows(batch, from, to, checksums));
    }
  }

  private void replace(int row, BatchRows image) throws IOException {
    for (int column = 0; column < Columns.NAMES.size(); column++) {
      if (column != Columns.IDS) {
        transaction.replace(row, column, image.values(column));
      }
    }
  }

  /** The state after it, which is that of the file, too. */
  Commit commit() throws IOException {
    return before.after(transaction.commit(options.durableCommits()), rows.build());
  }

  /** Takes everything back if it wasn't committed. */
  @Override
  public void close() {
    transaction.close();
  }
}
