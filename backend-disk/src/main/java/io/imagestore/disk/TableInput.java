package io.imagestore.disk;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The lines of a label table, one after the other. */
final class TableInput implements AutoCloseable {
  /** Far longer than any line we write, so that junk isn't read as one line without end. */
  static final int MAX_LENGTH = 1 << 24;

  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream in;
  private final long limit;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final Line line = new Line();
  private int at;
  private int filled;
  private boolean whole = true;
  private long offset;
  private long number;

  /** Reads a table as if it ended at this byte. */
  TableInput(Path table, long limit) throws IOException {
    this.in = Files.newInputStream(table);
    this.limit = limit;
  }

  /** The next line, without its end; or null if there is none that has an end. */
  @Nullable String next() throws IOException {
    line.reset();
    number++;
    whole = false;
    while (!whole && offset < limit && line.size() < MAX_LENGTH && isFilled()) {
      take(Math.min(filled - at, Math.min(limit - offset, MAX_LENGTH - line.size())));
    }
    return whole ? line.text() : null;
  }

  /** Whether there is something in the buffer, which is refilled if it was used up. */
  private boolean isFilled() throws IOException {
    if (at == filled) {
      at = 0;
      filled = Math.max(0, in.read(buffer));
    }
    return filled > 0;
  }

  /** Takes what belongs to the line, at most so many bytes. */
  private void take(long most) {
    int from = at;
    int end = at + (int) most;
    while (at < end && !whole) {
      whole = buffer[at++] == '\n';
    }
    line.write(buffer, from, at - from);
    offset += at - from;
  }

  /** The last line as it lies there, its end included if it has one. */
  byte[] bytes() {
    return line.bytes();
  }

  /** How many bytes of {@link #bytes} count. */
  int length() {
    return line.size();
  }

  /** Whether the last line has an end. */
  boolean isWhole() {
    return whole;
  }

  /** Whether the last line consists of nothing but printable characters. */
  boolean isText() {
    for (int i = 0; i < line.size(); i++) {
      byte b = line.bytes()[i];
      if ((b < ' ' || b > '~') && b != '\n') {
        return false;
      }
    }
    return true;
  }

  /** Where the last line ends. */
  long offset() {
    return offset;
  }

  /** The last line's number, from 1 on. */
  long number() {
    return number;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private static final class Line extends ByteArrayOutputStream {
    byte[] bytes() {
      return buf;
    }

    String text() {
      return new String(buf, 0, count - 1, StandardCharsets.UTF_8);
    }
  }
}
