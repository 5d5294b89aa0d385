package io.imagestore.hdf5;

import io.imagestore.ImageBatch;
import io.imagestore.hdf5.format.RowSource;
import io.imagestore.spi.Batches;
import io.imagestore.spi.Checksums;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Images of a batch, one behind the other, as rows of the datasets.
 *
 * @param from the first one's place in the batch
 * @param to the place behind the last one
 * @param metadata where that of each image of the batch lies; empty if none has any
 * @param checksums makes those of records
 */
record BatchRows(ImageBatch batch, int from, int to, List<Place> metadata, Checksums checksums)
    implements RowSource {

  @Override
  public @Nullable ByteBuffer values(int column) {
    return switch (column) {
      case Columns.IMAGES -> pixels();
      case Columns.LABELS -> ints(batch::label);
      case Columns.IDS -> longs(batch::id);
      case Columns.CHECKSUMS -> ints(i -> Batches.crc32c(batch, i));
      case Columns.RECORDS -> ints(this::recordChecksum);
      case Columns.METADATA_OFFSETS -> hasMetadata() ? longs(i -> metadata(i).offset()) : null;
      case Columns.METADATA_SIZES -> hasMetadata() ? ints(i -> metadata(i).size()) : null;
      case Columns.METADATA_CHECKSUMS -> hasMetadata() ? ints(i -> metadata(i).crc()) : null;
      default -> throw new IndexOutOfBoundsException("column " + column);
    };
  }

  @Override
  public int @Nullable [] checksums(int column) {
    return column == Columns.IMAGES
        ? IntStream.range(from, to).map(i -> Batches.crc32c(batch, i)).toArray()
        : null;
  }

  private int recordChecksum(int i) {
    int bytesCrc = Batches.crc32c(batch, i);
    return checksums.ofRecord(
        batch.id(i), batch.label(i), batch.shape(), null, bytesCrc, metadata(i).crc());
  }

  private Place metadata(int i) {
    return metadata.isEmpty() ? Place.NONE : metadata.get(i);
  }

  private boolean hasMetadata() {
    return IntStream.range(from, to).anyMatch(i -> !metadata(i).isNone());
  }

  private ByteBuffer pixels() {
    int imageBytes = (int) batch.shape().byteCount();
    return batch.pixels().slice(from * imageBytes, (to - from) * imageBytes);
  }

  private ByteBuffer ints(IntUnaryOperator value) {
    ByteBuffer bytes = littleEndian(Integer.BYTES);
    for (int i = from; i < to; i++) {
      bytes.putInt(value.applyAsInt(i));
    }
    return bytes.flip();
  }

  private ByteBuffer longs(IntToLongFunction value) {
    ByteBuffer bytes = littleEndian(Long.BYTES);
    for (int i = from; i < to; i++) {
      bytes.putLong(value.applyAsLong(i));
    }
    return bytes.flip();
  }

  private ByteBuffer littleEndian(int bytesEach) {
    return ByteBuffer.allocate(bytesEach * (to - from)).order(ByteOrder.LITTLE_ENDIAN);
  }
}
