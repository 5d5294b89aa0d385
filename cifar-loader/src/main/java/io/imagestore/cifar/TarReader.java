package io.imagestore.cifar;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Walks through a tar archive, of the POSIX {@code ustar} and {@code pax} forms or GNU's, and holds
 * no more of it than a header.
 *
 * <p>Why not Commons Compress: with what it needs it is 2.7 MB in four jars for the reading of
 * 512-byte headers, and of release 1.28 an entry's name may be as long as the archive says, in
 * memory.
 */
final class TarReader {

  private static final int BLOCK = 512;
  private static final int MAX_EXTENDED_HEADER = 1 << 16;

  /** CIFAR's archives have nine. */
  private static final int MAX_HEADERS = 10_000;

  private final InputStream in;
  private final String archive;
  private long offset;
  private long remaining;
  private long padding;
  private int headers;

  /** What an archive says of a file in it, a folder, or something else. */
  record Entry(String name, long size, boolean isFile) {}

  TarReader(InputStream in, String archive) {
    this.in = in;
    this.archive = archive;
  }

  /** The next entry, or null at the end. What is left of the one before is passed over. */
  @Nullable Entry next() throws IOException {
    Map<String, String> extended = new HashMap<>();
    while (true) {
      skipRest();
      byte[] header = readHeader();
      if (header == null) {
        return null;
      }
      if (++headers > MAX_HEADERS) {
        throw malformed("expected at most " + MAX_HEADERS + " headers", null);
      }
      long size = number(header, 124, 12);
      char type = (char) header[156];
      begin(size);
      switch (type) {
        case 'x' -> extended.putAll(pax(readExtendedHeader(size)));
        case 'L' -> extended.put("path", text(readExtendedHeader(size), 0, (int) size));
        case 'g', 'K' -> {}
        default -> {
          return entry(header, size, type, extended);
        }
      }
    }
  }

  /** The bytes of the entry that {@link #next} gave last. */
  InputStream content() {
    return new Content();
  }

  private Entry entry(byte[] header, long size, char type, Map<String, String> extended) {
    String declared = extended.get("size");
    long actual = declared == null ? size : decimal(declared);
    begin(actual);
    String path = extended.get("path");
    boolean isFile = type == '0' || type == 0 || type == '7';
    String name = path == null ? name(header) : path;
    return new Entry(name, actual, isFile && !name.endsWith("/"));
  }

  private void begin(long size) {
    remaining = size;
    padding = -size & (BLOCK - 1);
  }

  private void skipRest() throws IOException {
    skip(remaining);
    remaining = 0;
    skip(padding);
    padding = 0;
  }

  private void skip(long count) throws IOException {
    try {
      in.skipNBytes(count);
    } catch (EOFException e) {
      throw malformed("expected " + count + " bytes more of an entry but the archive ends", e);
    }
    offset += count;
  }

  private byte @Nullable [] readHeader() throws IOException {
    byte[] header = in.readNBytes(BLOCK);
    boolean blank = isBlank(header);
    if (header.length == 0 || (blank && header.length == BLOCK)) {
      return null;
    }
    if (header.length < BLOCK) {
      throw malformed("expected a header of 512 bytes but the archive ends", null);
    }
    requireChecksum(header);
    offset += BLOCK;
    return header;
  }

  private static boolean isBlank(byte[] header) {
    for (byte b : header) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  private void requireChecksum(byte[] header) {
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xFF;
    }
    long declared = number(header, 148, 8);
    if (sum != declared) {
      throw malformed(
          "expected a tar header whose checksum is " + sum + " but it says " + declared, null);
    }
  }

  private byte[] readExtendedHeader(long size) throws IOException {
    if (size > MAX_EXTENDED_HEADER) {
      throw malformed(
          "expected an extended header of at most "
              + MAX_EXTENDED_HEADER
              + " bytes but found "
              + size,
          null);
    }
    byte[] content = in.readNBytes((int) size);
    if (content.length < size) {
      throw malformed("expected an extended header but the archive ends", null);
    }
    offset += size;
    remaining = 0;
    return content;
  }

  /** Lines of "length key=value", the length counting the whole line. */
  private Map<String, String> pax(byte[] content) {
    Map<String, String> records = new HashMap<>();
    int at = 0;
    while (at < content.length) {
      int space = indexOf(content, ' ', at);
      long length = decimal(new String(content, at, space - at, StandardCharsets.UTF_8));
      int equals = indexOf(content, '=', space);
      if (length > content.length - at || at + length < equals + 2) {
        throw malformed("expected a pax record within its header", null);
      }
      int end = (int) (at + length);
      String key = new String(content, space + 1, equals - space - 1, StandardCharsets.UTF_8);
      if (key.equals("path") || key.equals("size")) {
        int valueLength = end - 1 - equals - 1;
        records.put(key, new String(content, equals + 1, valueLength, StandardCharsets.UTF_8));
      }
      at = end;
    }
    return records;
  }

  private int indexOf(byte[] content, char sought, int from) {
    for (int i = from; i < content.length; i++) {
      if (content[i] == sought) {
        return i;
      }
    }
    throw malformed("expected '" + sought + "' in a pax record", null);
  }

  private long decimal(String digits) {
    try {
      long value = Long.parseLong(digits);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told below, as a negative number is
    }
    throw malformed("expected a size in a pax record", null);
  }

  private static String name(byte[] header) {
    String name = text(header, 0, 100);
    boolean posix = text(header, 257, 6).equals("ustar");
    String prefix = posix ? text(header, 345, 155) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private static String text(byte[] bytes, int from, int length) {
    int end = from;
    while (end < from + length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, from, end - from, StandardCharsets.UTF_8);
  }

  /** Octal digits, or GNU's base 256 where the first bit is set. */
  private long number(byte[] header, int from, int length) {
    if (header[from] < 0) {
      return base256(Arrays.copyOfRange(header, from, from + length));
    }
    String digits = text(header, from, length).trim();
    try {
      return digits.isEmpty() ? 0 : Long.parseUnsignedLong(digits, 8) & Long.MAX_VALUE;
    } catch (NumberFormatException e) {
      throw malformed("expected octal digits in a tar header", e);
    }
  }

  private long base256(byte[] field) {
    long value = field[0] & 0x7F;
    for (int i = 1; i < field.length; i++) {
      if (value > Long.MAX_VALUE >> 8) {
        throw malformed("expected a size of 63 bits in a tar header", null);
      }
      value = (value << 8) | (field[i] & 0xFF);
    }
    return value;
  }

  private CifarFormatException malformed(String problem, @Nullable Throwable cause) {
    return new CifarFormatException(
        archive, offset, problem + " (offset once uncompressed)", cause);
  }

  /** Ends where the entry ends. */
  private final class Content extends InputStream {

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (remaining == 0) {
        return -1;
      }
      int read = in.read(bytes, from, (int) Math.min(length, remaining));
      if (read < 0) {
        throw malformed(
            "expected " + remaining + " bytes more of an entry but the archive ends", null);
      }
      remaining -= read;
      offset += read;
      return read;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
