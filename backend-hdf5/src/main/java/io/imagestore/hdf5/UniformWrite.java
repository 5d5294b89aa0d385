package io.imagestore.hdf5;

import io.imagestore.ImageBatch;
import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import io.imagestore.ShapeMismatchException;
import io.imagestore.UnsupportedImageException;
import io.imagestore.hdf5.format.Transaction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Writes to a store of the uniform layout: images that come one by one are gathered. */
final class UniformWrite extends StoreWrite {

  private final ImageShape shape;
  private final ImageBatch gathered;
  private final List<Place> metadata = new ArrayList<>();

  /**
   * Begins.
   *
   * @param gathered an empty batch in which images that come one by one are gathered
   */
  UniformWrite(
      Transaction transaction,
      StoreLayout layout,
      Commit before,
      Path location,
      ByteReuse reuse,
      Hdf5Options options,
      ImageBatch gathered) {
    super(transaction, layout, before, location, reuse, options);
    this.shape = Objects.requireNonNull(layout.shape());
    this.gathered = gathered;
  }

  @Override
  void add(LabeledImage image) throws IOException {
    require(image);
    if (gathered.size() == gathered.capacity()) {
      finish();
    }
    metadata.add(putMetadata(image.metadata().orElse(null)));
    gathered.add(image);
  }

  /** Refuses an image that the store can't hold. */
  private void require(LabeledImage image) {
    if (image.image().isEncoded()) {
      throw new UnsupportedImageException(
          "image "
              + image.id()
              + " is a "
              + image.image().format().orElse("file")
              + ", but store "
              + location()
              + " has the uniform layout, for raw images of one shape; open a new store with Hdf5Options.builder().layout(Layout.MIXED), or store"
              + " image.decoded()");
    }
    requireShape(image.id(), image.image().shape());
  }

  private void requireShape(long id, ImageShape wanted) {
    if (!wanted.equals(shape)) {
      throw new ShapeMismatchException(
          "image "
              + id
              + " is "
              + wanted
              + ", but store "
              + location()
              + " holds images of "
              + shape
              + " only, the shape of its first image; a new store with"
              + " Hdf5Options.builder().layout(Layout.MIXED) holds any");
    }
  }

  @Override
  void add(ImageBatch batch) throws IOException {
    requireShape(batch.id(0), batch.shape());
    add(batch, List.of());
  }

  /** Adds images. Those with new ids, between others, go to the file together. */
  private void add(ImageBatch batch, List<Place> places) throws IOException {
    int from = 0;
    for (int i = 0; i < batch.size(); i++) {
      Integer row = rowOf(batch.id(i));
      if (row == null) {
        addRow(batch.id(i), i - from);
      } else {
        append(batch, from, i, places);
        replace(batch.id(i), row, new BatchRows(batch, i, i + 1, places, checksums()));
        from = i + 1;
      }
    }
    append(batch, from, batch.size(), places);
  }

  private void append(ImageBatch batch, int from, int to, List<Place> places) throws IOException {
    if (to > from) {
      append(to - from, new BatchRows(batch, from, to, places, checksums()));
    }
  }

  @Override
  void finish() throws IOException {
    add(gathered, metadata);
    gathered.clear();
    metadata.clear();
  }
}
