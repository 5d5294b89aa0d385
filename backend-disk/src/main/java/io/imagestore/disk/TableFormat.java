package io.imagestore.disk;

import io.imagestore.ImageShape;
import io.imagestore.internal.StoreHeader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** How the lines of a label table look. {@link DiskImageStore} tells what they mean. */
final class TableFormat {
  static final String FILE = "labels.csv";
  static final String FORMAT = "imagestore-disk";
  static final int VERSION = 1;

  /** The first bytes of every table: the header is JSON in a comment. */
  static final String HEADER_PREFIX = "#{";

  static final String COLUMNS = "id,label,height,width,channels,crc32c,bytes,file";
  static final String FLUSHED = "# flushed";
  static final String UNFLUSHED = "# unflushed, boot ";
  private static final String COMMIT = "# commit of ";

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

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

  /** The line that commits the rows since the line of this kind before. */
  static String commit(long rows, int crc32c) {
    return COMMIT + rows + " rows, crc32c " + String.format(Locale.ROOT, "%08x", crc32c);
  }

  static boolean isCommit(String line) {
    return line.startsWith(COMMIT);
  }

  /**
   * Names the running operating system since its start, where that can be told: what was written
   * since can't have been lost with the power. Elsewhere it is unknown.
   */
  static String bootId() {
    try {
      return Files.exists(BOOT_ID)
          ? Files.readString(BOOT_ID, StandardCharsets.US_ASCII).strip()
          : "unknown";
    } catch (IOException e) {
      return "unknown"; // no worse than a system that has none
    }
  }

  static String unflushed() {
    return UNFLUSHED + bootId();
  }

  /** Whether the line of {@link #UNFLUSHED} kind is of this run of the operating system. */
  static boolean isOfThisBoot(String unflushedLine) {
    String boot = bootId();
    return !boot.equals("unknown") && unflushedLine.equals(UNFLUSHED + boot);
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
      OptionalLong sequence = FileNames.sequence(file);
      if (fileBytes < 0
          || sequence.isEmpty()
          || !file.equals(FileNames.path(id, sequence.getAsLong()))) {
        throw new IllegalArgumentException("file " + file + " of " + fileBytes + " bytes");
      }
      return new Row(
          id,
          new Entry(sequence.getAsLong(), shape(height, width, channels), label, crc32c, fileBytes),
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
