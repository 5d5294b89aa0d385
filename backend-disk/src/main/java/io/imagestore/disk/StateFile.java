package io.imagestore.disk;

import io.imagestore.spi.StoreFile;
import io.imagestore.spi.StoreFiles;
import io.imagestore.spi.StoreFiles.Access;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code state} of a store, one line that is written over in place: whether the store was
 * closed in order, and if not, what is known of it.
 *
 * <p>Before a writer changes anything it says there that the store is open, and waits until that is
 * on the device. So where the file says that the store is closed, all of it is on the device, and
 * nothing can have been torn. What else is said comes after the fact, and isn't waited for: it may
 * tell of less than is so, never of more.
 */
final class StateFile implements AutoCloseable {
  static final String FILE = "state";

  private static final String UNKNOWN_BOOT = "unknown";
  private static final Pattern LINE =
      Pattern.compile(
          "((closed|open|flushing) +, flushed to (\\d{18}), boot (\\S+) *, crc32c )([0-9a-f]{8})\n.*",
          Pattern.DOTALL);

  /** What a writer has last done. */
  enum Phase {
    /** It has closed the store in order. */
    CLOSED,

    /** It has opened the store, and perhaps written to it. */
    OPEN,

    /** It has begun to flush. Should that have failed, more may be lost than can be seen. */
    FLUSHING,

    /** Nobody knows: there is no such file. */
    MISSING
  }

  /**
   * What the file says.
   *
   * @param phase what the writer has last done
   * @param flushedTo what comes before this in the label table is on the device
   * @param boot the run of the operating system in which that was
   */
  record State(Phase phase, long flushedTo, String boot) {
    private static final State MISSING = new State(Phase.MISSING, 0, UNKNOWN_BOOT);

    /** What is known where the line is torn. */
    private static final State UNREADABLE = new State(Phase.FLUSHING, 0, UNKNOWN_BOOT);

    boolean isClosed() {
      return phase == Phase.CLOSED;
    }

    /** Whether the system still runs in which that was: then no power can have been lost since. */
    boolean isOfBoot(StoreFiles files) {
      return files.bootId().equals(Optional.of(boot));
    }

    /** The line, always of one length. */
    String line() {
      String start =
          String.format(
              Locale.ROOT,
              "%-8s, flushed to %018d, boot %-36s, crc32c ",
              phase.name().toLowerCase(Locale.ROOT),
              flushedTo,
              boot);
      return start + checksum(start) + "\n";
    }

    private static State parse(String text) {
      Matcher matcher = LINE.matcher(text);
      if (!matcher.matches() || !checksum(matcher.group(1)).equals(matcher.group(5))) {
        return UNREADABLE;
      }
      return new State(
          Phase.valueOf(matcher.group(2).toUpperCase(Locale.ROOT)),
          Long.parseLong(matcher.group(3)),
          String.valueOf(matcher.group(4)));
    }

    private static String checksum(String text) {
      CRC32C crc = new CRC32C();
      crc.update(text.getBytes(StandardCharsets.ISO_8859_1));
      return String.format(Locale.ROOT, "%08x", crc.getValue());
    }
  }

  private final Path store;
  private final Path path;
  private final StoreFiles files;
  private final String boot;
  private @Nullable StoreFile file;

  StateFile(Path store, StoreFiles files) {
    this.store = store;
    this.path = store.resolve(FILE);
    this.files = files;
    this.boot = files.bootId().orElse(UNKNOWN_BOOT);
  }

  static State read(Path store) throws IOException {
    try {
      return State.parse(Files.readString(store.resolve(FILE), StandardCharsets.ISO_8859_1));
    } catch (NoSuchFileException e) {
      return State.MISSING;
    }
  }

  /** Makes the file of a new store. It isn't on the device before the store's folder is synced. */
  static StateFile create(Path store, StoreFiles files) throws IOException {
    StateFile created = new StateFile(store, files);
    created.file = files.open(created.path, Access.REPLACE);
    return created;
  }

  /** Whether this writer has said that the store is open. */
  boolean isOpen() {
    return file != null;
  }

  /** Says that the store is open, and waits until that is on the device. */
  void open(long flushedTo) throws IOException {
    boolean isNew = !Files.exists(path);
    StoreFile opened = files.open(path, Access.WRITE);
    boolean done = false;
    try {
      write(opened, new State(Phase.OPEN, flushedTo, boot));
      opened.force();
      if (isNew) {
        files.sync(store);
      }
      file = opened;
      done = true;
    } finally {
      if (!done) {
        opened.close();
      }
    }
  }

  /** Says what the writer is at. */
  void say(Phase phase, long flushedTo) throws IOException {
    if (file != null) {
      write(file, new State(phase, flushedTo, boot));
    }
  }

  private static void write(StoreFile file, State state) throws IOException {
    byte[] line = state.line().getBytes(StandardCharsets.US_ASCII);
    file.write(0, line, 0, line.length);
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      StoreFile closing = file;
      file = null;
      closing.close();
    }
  }
}
