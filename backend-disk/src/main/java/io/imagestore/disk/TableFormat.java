package io.imagestore.disk;

import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import io.imagestore.SampleType;
import io.imagestore.spi.Checksums;
import io.imagestore.spi.StoreHeader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How the lines of a label table look. {@link DiskImageStore} tells what they mean. */
final class TableFormat {
  static final String FILE = "labels.csv";
  static final String FORMAT = "imagestore-disk";
  static final int VERSION = 1;

  /** The first bytes of every table: the header is JSON in a comment. */
  static final String HEADER_PREFIX = "#{";

  static final String COLUMNS =
      "id,label,height,width,channels,sample_type,encoding,file,bytes,crc32c,"
          + "metadata_file,metadata_at,metadata_bytes,metadata_crc32c,record_crc32c";

  /** The encoding of images that aren't encoded. */
  private static final String RAW = "raw";

  /** Says that all files are on the device that are named before. */
  static final String FLUSHED = "# flushed";

  /** What follows the id of an image that was deleted: no file. */
  private static final String DELETION = ",0,0,0,0,,,,0,0,,0,0,0,0\n";

  private static final Pattern COMMIT =
      Pattern.compile("# commit of (\\d{1,18}) rows, flushed to (\\d{1,18}), crc32c ([0-9a-f]{8})");

  /** A line of the table: an image, or its deletion where the entry has no shape. */
  record Row(long id, Entry entry, boolean deletion) {}

  private TableFormat() {}

  static String header(List<String> labelNames) {
    return "#" + new StoreHeader(FORMAT, VERSION, labelNames).toJson();
  }

  /**
   * Refuses label names that no reader would take.
   *
   * @throws IllegalArgumentException if they are too long together
   */
  static void requireReadable(List<String> labelNames) {
    int bytes = header(labelNames).getBytes(StandardCharsets.UTF_8).length;
    if (bytes >= TableInput.MAX_LENGTH) {
      throw new IllegalArgumentException(
          "the "
              + labelNames.size()
              + " label names take "
              + bytes
              + " bytes in "
              + FILE
              + ", which has to keep them in fewer than "
              + TableInput.MAX_LENGTH
              + "; choose shorter names, or keep them elsewhere");
    }
  }

  static void appendRow(StringBuilder out, long id, Entry entry, int recordCrc32c) {
    ImageShape shape = entry.shape();
    out.append(id).append(',').append(entry.label()).append(',');
    out.append(shape.height())
        .append(',')
        .append(shape.width())
        .append(',')
        .append(shape.channels())
        .append(',');
    out.append(name(shape.sampleType())).append(',');
    out.append(entry.format() == null ? RAW : entry.format()).append(',');
    out.append(entry.name(id).path()).append(',').append(entry.fileBytes()).append(',');
    appendUnsigned(out, entry.crc32c());
    appendMetadata(out, entry.metadata());
    appendUnsigned(out, recordCrc32c);
    out.setCharAt(out.length() - 1, '\n');
  }

  private static void appendMetadata(StringBuilder out, MetadataPlace place) {
    if (place.isNone()) {
      out.append(",0,0,0,");
      return;
    }
    out.append(MetadataLines.file(place.generation())).append(',');
    out.append(place.at()).append(',').append(place.bytes()).append(',');
    appendUnsigned(out, place.crc32c());
  }

  private static void appendUnsigned(StringBuilder out, int number) {
    out.append(number & 0xffffffffL).append(',');
  }

  /** As numpy calls it. */
  private static String name(SampleType type) {
    return switch (type) {
      case UINT8 -> "uint8";
      case UINT16 -> "uint16";
      case FLOAT32 -> "float32";
    };
  }

  static void appendDeletion(StringBuilder out, long id) {
    out.append(id).append(DELETION);
  }

  /** The line that commits the rows since the line of this kind before, without its checksum. */
  static String commitUpToChecksum(long rows, long flushedTo) {
    return "# commit of " + rows + " rows, flushed to " + flushedTo + ", crc32c ";
  }

  /**
   * A line that commits.
   *
   * @param rows how many
   * @param flushedTo where the part of the table ended that was on the device by then
   * @param crc32c the CRC-32C of all from the commit before on, up to where this number begins
   */
  record Commit(long rows, long flushedTo, int crc32c) {
    static final int CHECKSUM_CHARACTERS = 8;

    /** What a line says, or what one says that is a part of it; null if there is none. */
    static @Nullable Commit find(String line) {
      Matcher matcher = COMMIT.matcher(line);
      return matcher.find()
          ? new Commit(
              Long.parseLong(matcher.group(1)),
              Long.parseLong(matcher.group(2)),
              Integer.parseUnsignedInt(matcher.group(3), 16))
          : null;
    }

    /** What a line says; null if it isn't such a line and nothing else. */
    static @Nullable Commit parse(String line) {
      return COMMIT.matcher(line).matches() ? find(line) : null;
    }
  }

  /** Takes rows apart, remembering what most of them have in common. */
  static final class RowParser {
    // The places of the columns.
    private static final int ID = 0;
    private static final int LABEL = 1;
    private static final int HEIGHT = 2;
    private static final int WIDTH = 3;
    private static final int CHANNELS = 4;
    private static final int SAMPLE_TYPE = 5;
    private static final int ENCODING = 6;
    private static final int FILE_PATH = 7;
    private static final int BYTES = 8;
    private static final int CRC32C = 9;
    private static final int METADATA_FILE = 10;
    private static final int METADATA_AT = 11;
    private static final int METADATA_BYTES = 12;
    private static final int METADATA_CRC32C = 13;
    private static final int RECORD_CRC32C = 14;
    private static final int FIELDS = 15;

    private static final Entry DELETED =
        new Entry(-1, new ImageShape(1, 1, 1), null, 0, 0, 0, MetadataPlace.NONE);

    private final int[] ends = new int[FIELDS];
    private final Checksums checksums = new Checksums();
    private String line = "";
    private ImageShape lastShape = new ImageShape(1, 1, 1);
    private String lastFormat = "";
    private String lastMetadataFile = "";
    private int lastGeneration;

    /**
     * Reads a row.
     *
     * @throws IllegalArgumentException if it isn't one, or not as it was written; its message says
     *     what is wrong
     */
    Row parse(String line) {
      split(line);
      long id = number(ID);
      if (id < 0) {
        throw new IllegalArgumentException("id " + id);
      }
      if (text(FILE_PATH).isEmpty()) {
        return deletion(id);
      }
      ImageShape shape = shape();
      FileNames.Name file = file(id);
      String format = format(file);
      Entry entry =
          new Entry(
              file.sequence(),
              shape,
              format,
              integer(LABEL),
              unsigned(CRC32C),
              integer(BYTES),
              metadata());
      if (entry.fileBytes() < 0 || !entry.name(id).equals(file)) {
        throw new IllegalArgumentException("image " + id + " has a file of another name");
      }
      if (entry.recordCrc32c(id, checksums) != unsigned(RECORD_CRC32C)) {
        throw new IllegalArgumentException(
            "the row of image " + id + " doesn't match its own checksum");
      }
      return new Row(id, entry, false);
    }

    private Row deletion(long id) {
      if (!line.substring(ends[ID]).concat("\n").equals(DELETION)) {
        throw new IllegalArgumentException("the row of image " + id + " has no file");
      }
      return new Row(id, DELETED, true);
    }

    private FileNames.Name file(long id) {
      String path = text(FILE_PATH);
      FileNames.Name name = FileNames.parse(path.substring(path.lastIndexOf('/') + 1));
      if (name == null || !name.path().equals(path)) {
        throw new IllegalArgumentException("image " + id + " has a file of another name");
      }
      return name;
    }

    /** A format may be called raw too; then so is what its file ends in. */
    private @Nullable String format(FileNames.Name file) {
      String encoding = text(ENCODING);
      if (encoding.equals(RAW) && !file.extension().equals(RAW)) {
        return null;
      }
      if (!encoding.equals(lastFormat)) {
        lastFormat = encoding;
      }
      return lastFormat;
    }

    private MetadataPlace metadata() {
      String file = text(METADATA_FILE);
      long at = number(METADATA_AT);
      int bytes = integer(METADATA_BYTES);
      int crc32c = unsigned(METADATA_CRC32C);
      if (file.isEmpty() && at == 0 && bytes == 0 && crc32c == 0) {
        return MetadataPlace.NONE;
      }
      if (!file.equals(lastMetadataFile)) {
        lastGeneration =
            MetadataLines.generation(file)
                .orElseThrow(() -> new IllegalArgumentException("metadata lies in no such file"));
        lastMetadataFile = file;
      }
      if (at < 0 || bytes < 1 || bytes > LabeledImage.MAX_METADATA_BYTES) {
        throw new IllegalArgumentException(bytes + " bytes of metadata at byte " + at);
      }
      return new MetadataPlace(lastGeneration, at, bytes, crc32c);
    }

    private void split(String line) {
      this.line = line;
      int from = 0;
      for (int i = 0; i < FIELDS; i++) {
        int comma = line.indexOf(',', from);
        boolean last = i == FIELDS - 1;
        if (last != (comma < 0)) {
          throw new IllegalArgumentException("not " + FIELDS + " fields");
        }
        ends[i] = last ? line.length() : comma;
        from = comma + 1;
      }
    }

    private int start(int column) {
      return column == ID ? 0 : ends[column - 1] + 1;
    }

    private String text(int column) {
      return line.substring(start(column), ends[column]);
    }

    private long number(int column) {
      return Long.parseLong(line, start(column), ends[column], 10);
    }

    private int integer(int column) {
      return Integer.parseInt(line, start(column), ends[column], 10);
    }

    private int unsigned(int column) {
      return Integer.parseUnsignedInt(line, start(column), ends[column], 10);
    }

    private SampleType sampleType() {
      String name = text(SAMPLE_TYPE);
      for (SampleType type : SampleType.values()) {
        if (name.equals(TableFormat.name(type))) {
          return type;
        }
      }
      throw new IllegalArgumentException("samples of an unknown type");
    }

    private ImageShape shape() {
      int height = integer(HEIGHT);
      int width = integer(WIDTH);
      int channels = integer(CHANNELS);
      SampleType type = sampleType();
      if (height != lastShape.height()
          || width != lastShape.width()
          || channels != lastShape.channels()
          || type != lastShape.sampleType()) {
        lastShape = new ImageShape(height, width, channels, type);
      }
      return lastShape;
    }
  }
}
