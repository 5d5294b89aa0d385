package io.imagestore.disk;

import io.imagestore.CorruptStoreException;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of fields as RFC 4180 has them, in UTF-8, with or without a byte order mark: commas
 * between fields, and quotes around one that has commas, quotes (each twice) or line breaks. Lines
 * end in CR LF, LF or CR; empty ones are passed over. For one thread.
 */
final class CsvReader implements Closeable {

  /** The most characters of a record: as metadata it fits into its megabyte, however written. */
  static final int MAX_CHARS = 1 << 16;

  private static final int END = -1;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final Path file;
  private final BufferedReader in;
  private final StringBuilder field = new StringBuilder();
  private int ahead;
  private int line = 1;
  private int recordLine;
  private int chars;

  private CsvReader(Path file, BufferedReader in) throws IOException {
    this.file = file;
    this.in = in;
    this.ahead = read();
    if (ahead == BYTE_ORDER_MARK) {
      this.ahead = read();
    }
  }

  static CsvReader open(Path file) throws IOException {
    BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8);
    boolean opened = false;
    try {
      CsvReader reader = new CsvReader(file, in);
      opened = true;
      return reader;
    } finally {
      if (!opened) {
        in.close();
      }
    }
  }

  /** The line at which the last record begins, counted from 1. */
  int line() {
    return recordLine;
  }

  /**
   * The next record.
   *
   * @return its fields; null after the last
   * @throws CorruptStoreException if it isn't as RFC 4180 has it, too long or not in UTF-8
   */
  @Nullable List<String> next() throws IOException {
    while (atLineEnd() && ahead != END) {
      takeLineEnd();
      chars = 0;
    }
    recordLine = line;
    if (ahead == END) {
      return null;
    }
    List<String> fields = new ArrayList<>();
    fields.add(field());
    while (ahead == ',') {
      take();
      fields.add(field());
    }
    takeLineEnd();
    chars = 0;
    return fields;
  }

  private String field() throws IOException {
    field.setLength(0);
    if (ahead == '"') {
      quoted();
      if (ahead != ',' && !atLineEnd()) {
        throw damaged("there is something behind the quote that ends a field");
      }
    } else {
      plain();
    }
    return field.toString();
  }

  private void plain() throws IOException {
    while (ahead != ',' && !atLineEnd()) {
      if (ahead == '"') {
        throw damaged("there is a quote inside a field that doesn't begin with one");
      }
      field.append((char) take());
    }
  }

  private void quoted() throws IOException {
    take();
    while (true) {
      if (ahead == END) {
        throw damaged("a quote isn't closed");
      }
      if (ahead == '"') {
        take();
        if (ahead != '"') {
          return;
        }
      }
      boolean lineEnds = ahead == '\n';
      field.append((char) take());
      line += lineEnds ? 1 : 0;
    }
  }

  private boolean atLineEnd() {
    return ahead == '\r' || ahead == '\n' || ahead == END;
  }

  private void takeLineEnd() throws IOException {
    if (ahead == END) {
      return;
    }
    if (take() == '\r' && ahead == '\n') {
      take();
    }
    line++;
  }

  private int take() throws IOException {
    if (++chars > MAX_CHARS) {
      throw damaged("it has more than " + MAX_CHARS + " characters; is a quote not closed?");
    }
    int taken = ahead;
    ahead = read();
    return taken;
  }

  private int read() throws IOException {
    try {
      return in.read();
    } catch (CharacterCodingException e) {
      throw new CorruptStoreException(
          "the table " + file + " isn't in UTF-8, in line " + line + " or behind it", e);
    }
  }

  private CorruptStoreException damaged(String problem) {
    return damaged(file, recordLine, problem);
  }

  static CorruptStoreException damaged(Path file, int line, String problem) {
    return new CorruptStoreException("line " + line + " of the table " + file + ": " + problem);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
