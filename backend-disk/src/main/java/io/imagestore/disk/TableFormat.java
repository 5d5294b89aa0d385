package io.imagestore.disk;

import io.imagestore.ImageShape;
import io.imagestore.internal.StoreHeader;
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

  static final String COLUMNS = "id,label,height,width,channels,crc32c,bytes,file";

  /** Says that all files are on the device that are named before. */
  static final String FLUSHED = "# flushed";

  private static final Pattern COMMIT =
      Pattern.compile("# commit of (\\d{1,18}) rows, flushed to (\\d{1,18}), crc32c ([0-9a-f]{8})");

  /** A line of the table: an image, or its deletion where the entry has no shape. */
  record Row(long id, Entry entry, boolean deletion) {}

  private TableFormat() {}

  static String header(List<String> labelNames) {
    return "#" + new StoreHeader(FORMAT, VERSION, labelNames).toJson();
  }

  static void appendRow(StringBuilder out, long id, Entry entry) {
    ImageShape shape = entry.shape();
    out.append(id).append(',').append(entry.label()).append(',');
    out.append(shape.height())
        .append(',')
        .append(shape.width())
        .append(',')
        .append(shape.channels())
        .append(',');
    out.append(entry.crc32c() & 0xffffffffL).append(',').append(entry.fileBytes()).append(',');
    out.append(FileNames.path(id, entry.sequence())).append('\n');
  }

  static void appendDeletion(StringBuilder out, long id) {
    out.append(id).append(",0,0,0,0,0,0,\n");
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
    private static final int FIELDS = 8;
    private final String[] fields = new String[FIELDS];
    private ImageShape lastShape = new ImageShape(1, 1, 1);

    /**
     * Reads a row.
     *
     * @throws IllegalArgumentException if it isn't one
     */
    Row parse(String line) {
      split(line);
      long id = Long.parseLong(fields[0]);
      if (id < 0) {
        throw new IllegalArgumentException("id " + id);
      }
      int label = Integer.parseInt(fields[1]);
      int height = Integer.parseInt(fields[2]);
      int width = Integer.parseInt(fields[3]);
      int channels = Integer.parseInt(fields[4]);
      int crc32c = Integer.parseUnsignedInt(fields[5]);
      int fileBytes = Integer.parseInt(fields[6]);
      String file = fields[7];
      if (file.isEmpty()) {
        return new Row(id, new Entry(-1, lastShape, label, crc32c, fileBytes), true);
      }
      FileNames.Name name = FileNames.parse(file);
      if (fileBytes < 0 || name == null || !file.equals(FileNames.path(id, name.sequence()))) {
        throw new IllegalArgumentException("file " + file + " of " + fileBytes + " bytes");
      }
      return new Row(
          id,
          new Entry(name.sequence(), shape(height, width, channels), label, crc32c, fileBytes),
          false);
    }

    private void split(String line) {
      int from = 0;
      for (int i = 0; i < FIELDS; i++) {
        int comma = line.indexOf(',', from);
        boolean last = i == FIELDS - 1;
        if (last != (comma < 0)) {
          throw new IllegalArgumentException("not " + FIELDS + " fields");
        }
        fields[i] = last ? line.substring(from) : line.substring(from, comma);
        from = comma + 1;
      }
    }

    private ImageShape shape(int height, int width, int channels) {
      if (height != lastShape.height()
          || width != lastShape.width()
          || channels != lastShape.channels()) {
        lastShape = new ImageShape(height, width, channels);
      }
      return lastShape;
    }
  }
}
