package io.imagestore.hdf5;

import io.imagestore.ImageShape;
import io.imagestore.hdf5.format.RowSource;
import io.imagestore.spi.Checksums;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Gathers what the mixed layout tells of images, as rows of its datasets. */
final class MixedRows implements RowSource {

  private static final int ROWS = 512;
  private static final int FORMAT_BYTES = 16;

  private final ByteBuffer[] columns = new ByteBuffer[Columns.MIXED_ROWS];
  private final Checksums checksums = new Checksums();
  private int size;
  private boolean metadata;

  MixedRows() {
    for (int column = 0; column < columns.length; column++) {
      columns[column] = ByteBuffer.allocate(ROWS * bytesOf(column)).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  private static int bytesOf(int column) {
    return switch (column) {
      case Columns.OFFSETS, Columns.IDS, Columns.METADATA_OFFSETS -> Long.BYTES;
      case Columns.SHAPES -> 3 * Integer.BYTES;
      case Columns.SAMPLE_TYPES -> 1;
      case Columns.FORMATS -> FORMAT_BYTES;
      default -> Integer.BYTES;
    };
  }

  int size() {
    return size;
  }

  boolean isFull() {
    return size == ROWS;
  }

  void clear() {
    for (ByteBuffer column : columns) {
      column.clear();
    }
    size = 0;
    metadata = false;
  }

  /** Adds a row. */
  void add(
      long id,
      int label,
      ImageShape shape,
      @Nullable String format,
      Place bytes,
      Place metadataPlace) {
    int recordCrc = checksums.ofRecord(id, label, shape, format, bytes.crc(), metadataPlace.crc());
    columns[Columns.OFFSETS].putLong(bytes.offset());
    columns[Columns.LABELS].putInt(label);
    columns[Columns.IDS].putLong(id);
    columns[Columns.CHECKSUMS].putInt(bytes.crc());
    columns[Columns.RECORDS].putInt(recordCrc);
    columns[Columns.METADATA_OFFSETS].putLong(metadataPlace.offset());
    columns[Columns.METADATA_SIZES].putInt(metadataPlace.size());
    columns[Columns.METADATA_CHECKSUMS].putInt(metadataPlace.crc());
    columns[Columns.SIZES].putInt(bytes.size());
    columns[Columns.SHAPES].putInt(shape.height()).putInt(shape.width()).putInt(shape.channels());
    columns[Columns.SAMPLE_TYPES].put((byte) Records.code(shape.sampleType()));
    byte[] name = format == null ? new byte[0] : format.getBytes(StandardCharsets.US_ASCII);
    columns[Columns.FORMATS].put(Arrays.copyOf(name, FORMAT_BYTES));
    metadata |= !metadataPlace.isNone();
    size++;
  }

  @Override
  public @Nullable ByteBuffer values(int column) {
    boolean ofMetadata = column >= Columns.METADATA_OFFSETS && column <= Columns.METADATA_CHECKSUMS;
    return ofMetadata && !metadata ? null : columns[column].duplicate().flip();
  }
}
