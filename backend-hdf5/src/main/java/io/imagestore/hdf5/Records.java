package io.imagestore.hdf5;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.ImageShape;
import io.imagestore.SampleType;
import io.imagestore.hdf5.format.Hdf5FormatException;
import io.imagestore.hdf5.format.RowReader;
import io.imagestore.spi.Checksums;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads what the rows of a table say of images. For one thread. */
final class Records {

  private static final int LONGEST_VALUE = 16;
  private static final SampleType[] SAMPLE_TYPES = {
    SampleType.UINT8, SampleType.UINT16, SampleType.FLOAT32
  };

  private final Path store;
  private final StoreLayout layout;
  private final RowReader rows;
  private final Checksums checksums = new Checksums();
  private final ByteBuffer value =
      ByteBuffer.allocate(LONGEST_VALUE).order(ByteOrder.LITTLE_ENDIAN);
  private @Nullable ImageShape lastShape;
  private @Nullable String lastFormat;

  Records(Path store, StoreLayout layout, RowReader rows) {
    this.store = store;
    this.layout = layout;
    this.rows = rows;
  }

  /** The number in which a sample type is written. */
  static int code(SampleType type) {
    return switch (type) {
      case UINT8 -> 0;
      case UINT16 -> 1;
      case FLOAT32 -> 2;
    };
  }

  /**
   * Reads a row. What is left of a chunk that can't be decoded is always checked.
   *
   * @param id the image's
   * @param verify whether to check it
   * @throws CorruptImageException if it isn't what was stored
   */
  StoredRow read(long id, int row, boolean verify) throws IOException {
    return read(id, row, verify, new StoredRow());
  }

  /** Reads a row into an object that is used again, which it returns. */
  StoredRow read(long id, int row, boolean verify, StoredRow into) throws IOException {
    try {
      return readDecoded(id, row, verify, into);
    } catch (Hdf5FormatException e) {
      return readSalvaged(id, row, into, e);
    }
  }

  /**
   * Reads the row of an image that is about to be replaced or deleted, and checks that it is the
   * image's own: where damage has made the id up, the row is the last trace of another image.
   *
   * @throws CorruptStoreException if it isn't what was stored
   */
  StoredRow readOwn(long id, int row) throws IOException {
    try {
      return read(id, row, true);
    } catch (CorruptImageException e) {
      throw new CorruptStoreException(
          "what lies under image "
              + id
              + " in store "
              + store
              + " may be another image, for what row "
              + row
              + " says of it isn't what was stored; before it is replaced or deleted, repair the"
              + " store, which lays it aside, or restore it from a copy",
          e);
    }
  }

  private StoredRow readSalvaged(long id, int row, StoredRow into, Hdf5FormatException damage)
      throws IOException {
    try {
      return salvaging().readDecoded(id, row, true, into);
    } catch (CorruptImageException e) {
      throw new CorruptImageException(store, id, String.valueOf(damage.getMessage()), damage);
    }
  }

  /** The same, but of chunks that can't be decoded what is left. */
  Records salvaging() {
    return new Records(store, layout, rows.salvaging());
  }

  private StoredRow readDecoded(long id, int row, boolean verify, StoredRow into)
      throws IOException {
    int label = number(Columns.LABELS, row);
    int bytesCrc = number(Columns.CHECKSUMS, row);
    ImageShape shape = shape(id, row);
    String format = layout.isMixed() ? format(row) : null;
    Place metadata = metadata(row);
    if (verify) {
      int recordCrc = checksums.ofRecord(id, label, shape, format, bytesCrc, metadata.crc());
      if (recordCrc != number(Columns.RECORDS, row)) {
        throw damaged(id, row);
      }
    }
    boolean mixed = layout.isMixed();
    long offset = mixed ? longNumber(Columns.OFFSETS, row) : 0;
    int size = mixed ? number(Columns.SIZES, row) : (int) shape.byteCount();
    into.become(id, shape, label, format, row, offset, size, bytesCrc, metadata);
    return into;
  }

  /** Whether a row's record is what was stored. */
  boolean isSound(long id, int row) throws IOException {
    try {
      read(id, row, true);
      return true;
    } catch (CorruptImageException e) {
      return false;
    }
  }

  /** Where the bytes of an image of the mixed layout lie, unchecked. */
  Place bytes(int row) throws IOException {
    return new Place(
        longNumber(Columns.OFFSETS, row),
        number(Columns.SIZES, row),
        number(Columns.CHECKSUMS, row));
  }

  /** What a file with the bytes of an image of the mixed layout may be named by. */
  String extension(int row) throws IOException {
    String format = format(row);
    if (format == null) {
      return "raw";
    }
    return format.matches("[a-z0-9]+") ? format : "bytes";
  }

  private CorruptImageException damaged(long id, int row) {
    return new CorruptImageException(
        store, id, "its id, label, shape or checksum isn't what was stored, in row " + row);
  }

  private Place metadata(int row) throws IOException {
    int size = number(Columns.METADATA_SIZES, row);
    int crc = number(Columns.METADATA_CHECKSUMS, row);
    return size == 0 && crc == 0
        ? Place.NONE
        : new Place(longNumber(Columns.METADATA_OFFSETS, row), size, crc);
  }

  /** The shape; the same object as long as images of one shape follow each other. */
  private ImageShape shape(long id, int row) throws IOException {
    ImageShape ofAll = layout.shape();
    if (ofAll != null) {
      return ofAll;
    }
    ByteBuffer type = get(Columns.SAMPLE_TYPES, row);
    int code = Byte.toUnsignedInt(type.get(0));
    ByteBuffer extents = get(Columns.SHAPES, row);
    int height = extents.getInt(0);
    int width = extents.getInt(4);
    int channels = extents.getInt(8);
    if (code >= SAMPLE_TYPES.length || height < 1 || width < 1 || channels < 1) {
      throw damaged(id, row);
    }
    ImageShape last = lastShape;
    if (last == null
        || last.height() != height
        || last.width() != width
        || last.channels() != channels
        || last.sampleType() != SAMPLE_TYPES[code]) {
      last = shape(id, row, height, width, channels, SAMPLE_TYPES[code]);
      lastShape = last;
    }
    return last;
  }

  private ImageShape shape(
      long id, int row, int height, int width, int channels, SampleType samples) {
    try {
      return new ImageShape(height, width, channels, samples);
    } catch (IllegalArgumentException e) {
      CorruptImageException damaged = damaged(id, row);
      damaged.initCause(e);
      throw damaged;
    }
  }

  /** The format; the same object as long as images of one format follow each other. */
  private @Nullable String format(int row) throws IOException {
    ByteBuffer text = get(Columns.FORMATS, row).flip();
    int length = 0;
    while (length < text.limit() && text.get(length) != 0) {
      length++;
    }
    if (length == 0) {
      return null;
    }
    text.limit(length);
    String last = lastFormat;
    if (last == null || !isText(text, last)) {
      last = StandardCharsets.ISO_8859_1.decode(text).toString();
      lastFormat = last;
    }
    return last;
  }

  private static boolean isText(ByteBuffer bytes, String text) {
    boolean same = text.length() == bytes.limit();
    for (int i = 0; same && i < text.length(); i++) {
      same = Byte.toUnsignedInt(bytes.get(i)) == text.charAt(i);
    }
    return same;
  }

  private int number(int column, int row) throws IOException {
    return rows.getInt(column, row);
  }

  private long longNumber(int column, int row) throws IOException {
    return get(column, row).getLong(0);
  }

  private ByteBuffer get(int column, int row) throws IOException {
    rows.get(column, row, value.clear());
    return value;
  }
}
