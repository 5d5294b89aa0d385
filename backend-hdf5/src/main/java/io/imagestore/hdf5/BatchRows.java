package io.imagestore.hdf5;

import io.imagestore.ImageBatch;
import io.imagestore.hdf5.format.RowSource;
import io.imagestore.spi.Batches;
import io.imagestore.spi.Checksums;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Images of a batch, one behind the other, as rows of the datasets.
 *
 * @param from the first one's place in the batch
 * @param to the place behind the last one
 * @param checksums makes those of records
 */
record BatchRows(ImageBatch batch, int from, int to, Checksums checksums) implements RowSource {

  @Override
  public ByteBuffer values(int column) {
    return switch (column) {
      case Columns.IMAGES -> pixels();
      case Columns.LABELS -> ints(batch::label);
      case Columns.IDS -> ids();
      case Columns.CHECKSUMS -> ints(i -> Batches.crc32c(batch, i));
      case Columns.RECORDS -> ints(this::recordChecksum);
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
    return checksums.ofRecord(batch.id(i), batch.label(i), batch.shape(), null, bytesCrc, 0);
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

  private ByteBuffer ids() {
    ByteBuffer bytes = littleEndian(Long.BYTES);
    for (int i = from; i < to; i++) {
      bytes.putLong(batch.id(i));
    }
    return bytes.flip();
  }

  private ByteBuffer littleEndian(int bytesEach) {
    return ByteBuffer.allocate(bytesEach * (to - from)).order(ByteOrder.LITTLE_ENDIAN);
  }
}
