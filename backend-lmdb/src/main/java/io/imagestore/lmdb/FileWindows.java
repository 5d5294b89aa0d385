package io.imagestore.lmdb;

import io.imagestore.spi.Mappings;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file in memory, to be read. Java maps 2 GiB at the most, so the file is mapped in windows of
 * one size. Whole windows stay until this is closed; the last one, which the file fills in part, is
 * mapped anew when the file has grown, and given back when nobody looks through it any more.
 *
 * <p>Safe in any thread.
 */
final class FileWindows implements Closeable {

  // Small, for the last one is mapped anew each time; but a process may have 65,530 mappings.
  private static final int WINDOW_BITS = 26;
  private static final int LARGE_WINDOW_BITS = 30;
  private static final long LARGE_FILE = 1L << 36;

  private final Path path;
  private final @Nullable Object identity;
  private final int windowBits;
  private final Mappings whole = Mappings.none();
  private final List<ByteBuffer> wholeWindows = new ArrayList<>();
  private RandomAccessFile file;
  private View view;

  /** Opens a file that is there. */
  static FileWindows open(Path path) throws IOException {
    long length = Files.size(path);
    return open(path, length < LARGE_FILE ? WINDOW_BITS : LARGE_WINDOW_BITS);
  }

  static FileWindows open(Path path, int windowBits) throws IOException {
    FileWindows windows = new FileWindows(path, windowBits);
    boolean mapped = false;
    try {
      windows.view = windows.mapAll();
      mapped = true;
      return windows;
    } finally {
      if (!mapped) {
        windows.close();
      }
    }
  }

  private FileWindows(Path path, int windowBits) throws IOException {
    this.path = path;
    this.windowBits = windowBits;
    this.identity = identityOf(path);
    this.file = new RandomAccessFile(path.toFile(), "r");
    this.view = new View(new ByteBuffer[0], Mappings.none(), windowBits, 0);
  }

  private static @Nullable Object identityOf(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /** Whether a path leads to this file, as far as the file system tells. */
  boolean areOf(Path other) throws IOException {
    return Objects.equals(identityOf(other), identity);
  }

  /**
   * A look at the file from its start on; {@link #giveBack} it.
   *
   * @param bytes how many are wanted; there are fewer if the file is shorter
   */
  synchronized View take(long bytes) throws IOException {
    if (view.length < bytes && view.length < file.length()) {
      View before = view;
      view = mapAll();
      giveBack(before);
    }
    view.holders++;
    return view;
  }

  /** Ends a look. */
  synchronized void giveBack(View view) {
    if (--view.holders == 0) {
      view.last.close();
    }
  }

  private View mapAll() throws IOException {
    long length = file.length();
    int count = Math.toIntExact(length >>> windowBits);
    for (int i = wholeWindows.size(); i < count; i++) {
      wholeWindows.add(map(whole, i, 1 << windowBits));
    }
    ByteBuffer[] windows = wholeWindows.toArray(ByteBuffer[]::new);
    Mappings last = Mappings.none();
    int rest = (int) (length & ((1L << windowBits) - 1));
    if (rest > 0) {
      windows = Arrays.copyOf(windows, count + 1);
      windows[count] = map(last, count, rest);
    }
    View mapped = new View(windows, last, windowBits, length);
    mapped.holders = 1; // this object itself
    return mapped;
  }

  private ByteBuffer map(Mappings into, int window, int size) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        interrupted |= Thread.interrupted();
        try {
          return into.map(file.getChannel(), (long) window << windowBits, size)
              .order(ByteOrder.LITTLE_ENDIAN);
        } catch (ClosedByInterruptException e) {
          openAgain(e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void openAgain(ClosedByInterruptException cause) throws IOException {
    RandomAccessFile opened = new RandomAccessFile(path.toFile(), "r");
    boolean same = false;
    try {
      if (!areOf(path)) {
        IOException replaced =
            new NoSuchFileException(path.toString(), null, "has been replaced while it was open");
        replaced.addSuppressed(cause);
        throw replaced;
      }
      file = opened;
      same = true;
    } finally {
      if (!same) {
        opened.close();
      }
    }
  }

  /** Gives everything back. Nobody may look at the file any more. */
  @Override
  public synchronized void close() throws IOException {
    view.last.close();
    whole.close();
    file.close();
  }

  /** What of the file is in memory: its windows, little-endian, one after the other. */
  static final class View {
    private final ByteBuffer[] windows;
    private final Mappings last;
    private final int windowBits;
    private final long length;
    private int holders;

    private View(ByteBuffer[] windows, Mappings last, int windowBits, long length) {
      this.windows = windows;
      this.last = last;
      this.windowBits = windowBits;
      this.length = length;
    }

    /** How many bytes it shows. */
    long length() {
      return length;
    }

    /** The window in which a byte lies. */
    ByteBuffer window(long position) {
      return windows[(int) (position >>> windowBits)];
    }

    /** Where it lies there. */
    int offset(long position) {
      return (int) position & ((1 << windowBits) - 1);
    }

    /** A run of bytes; a copy where it crosses from one window into the next. */
    ByteBuffer slice(long position, int size) {
      ByteBuffer in = window(position);
      int at = offset(position);
      if (size <= in.capacity() - at) {
        return in.slice(at, size);
      }
      ByteBuffer copy = ByteBuffer.allocate(size);
      copy(position, copy);
      return copy.flip();
    }

    /** Fills the rest of a buffer with a run of bytes. */
    void copy(long position, ByteBuffer into) {
      long from = position;
      while (into.hasRemaining()) {
        ByteBuffer window = window(from);
        int offset = offset(from);
        int part = Math.min(into.remaining(), window.capacity() - offset);
        put(window, offset, part, into);
        from += part;
      }
    }
  }

  /** Copies a part of a buffer to the position of another, which moves behind it. */
  static void put(ByteBuffer from, int offset, int size, ByteBuffer into) {
    into.put(into.position(), from, offset, size);
    into.position(into.position() + size);
  }
}
