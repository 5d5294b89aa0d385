package io.imagestore.hdf5;

import io.imagestore.Image;
import io.imagestore.ImageBatch;
import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import io.imagestore.hdf5.format.Transaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Writes to a store of the mixed layout: bytes as they come, rows gathered. */
final class MixedWrite extends StoreWrite {

  private final MixedRows gathered = new MixedRows();

  MixedWrite(
      Transaction transaction, Commit before, Path location, ByteReuse reuse, Hdf5Options options) {
    super(transaction, StoreLayout.MIXED, before, location, reuse, options);
  }

  @Override
  void add(ImageBatch batch) throws IOException {
    int imageBytes = (int) batch.shape().byteCount();
    for (int i = 0; i < batch.size(); i++) {
      ByteBuffer pixels = batch.pixels().slice(i * imageBytes, imageBytes);
      add(batch.id(i), batch.label(i), batch.shape(), null, pixels, null);
    }
  }

  @Override
  void add(LabeledImage labeled) throws IOException {
    Image image = labeled.image();
    add(
        labeled.id(),
        labeled.label(),
        image.shape(),
        image.format().orElse(null),
        image.bytes(),
        labeled.metadata().orElse(null));
  }

  private void add(
      long id,
      int label,
      ImageShape shape,
      @Nullable String format,
      ByteBuffer bytes,
      @Nullable String metadata)
      throws IOException {
    Integer row = rowOf(id);
    if (row != null) {
      finish(); // the row of an image that comes twice may be among them
    } else {
      addRow(id, gathered.size());
    }
    gathered.add(id, label, shape, format, put(Columns.BYTES, bytes), putMetadata(metadata));
    if (row != null) {
      replace(id, row, gathered);
      gathered.clear();
    } else if (gathered.isFull()) {
      finish();
    }
  }

  @Override
  void finish() throws IOException {
    if (gathered.size() > 0) {
      append(gathered.size(), gathered);
      gathered.clear();
    }
  }
}
