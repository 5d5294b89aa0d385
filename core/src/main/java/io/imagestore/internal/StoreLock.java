package io.imagestore.internal;

import io.imagestore.StoreLockedException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a store to one writer, within a process and among processes, by an operating system's lock
 * on a file of its own. The lock dies with the process; the file is removed when the lock is
 * released.
 */
public final class StoreLock implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StoreLock.class);

  // POSIX locks belong to the process and vanish when it closes any descriptor of the file. So
  // while one is held, nothing in the process may open the file and close it again.
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  // Far behind the text, for some systems let nobody read what is locked.
  private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

  private static final int MAX_ATTEMPTS = 1000;
  private static final String HOLDER = "process " + ProcessHandle.current().pid();

  private final Path path;

  // No channel, which an interrupt would close, and so give back the lock.
  private final RandomAccessFile file;

  /** The file as others find it; open for as long as the lock is held. */
  private final RandomAccessFile found;

  private StoreLock(Path path, RandomAccessFile file, RandomAccessFile found) {
    this.path = path;
    this.file = file;
    this.found = found;
  }

  /**
   * Takes the lock.
   *
   * @param file the lock file, in the default file system; its folder must exist
   * @param store the store it guards, for messages
   * @return the lock
   * @throws StoreLockedException if it is taken
   * @throws IOException if the file can't be made or locked
   */
  public static StoreLock acquire(Path file, Path store) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    Path name = file.getFileName();
    if (parent == null || name == null) {
      throw new NoSuchFileException(file.toString(), null, "names no file in a folder");
    }
    Path real = parent.toRealPath().resolve(name.toString());
    if (!HELD.add(real)) {
      throw new StoreLockedException(
          "store "
              + store
              + " is already open for writing in this process; close it, or share the open store");
    }
    boolean acquired = false;
    try {
      StoreLock lock = acquireAmongProcesses(real, store);
      acquired = true;
      return lock;
    } finally {
      if (!acquired) {
        HELD.remove(real);
      }
    }
  }

  private static StoreLock acquireAmongProcesses(Path path, Path store) throws IOException {
    FileNotFoundException missing = null;
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
      boolean kept = false;
      try {
        if (tryLock(file.getChannel()) == null) {
          throw new StoreLockedException(
              "store "
                  + store
                  + " is open for writing in another process ("
                  + holder(path)
                  + "); wait for it, or open the store read-only");
        }
        // Between opening and locking, the former holder may have removed the file: then this is
        // the lock on a file that nobody else can find.
        RandomAccessFile found = findAgain(path, file);
        if (found != null) {
          kept = true;
          return new StoreLock(path, file, found);
        }
      } catch (FileNotFoundException e) {
        missing = e;
      } finally {
        if (!kept) {
          file.close();
        }
      }
    }
    throw new IOException(
        "lock file " + path + " can't be read, or is removed again and again", missing);
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock(LOCKED_BYTE, 1, false);
    } catch (OverlappingFileLockException e) {
      return null; // another copy of this class in the same JVM holds it
    }
  }

  /** Opens what is at the path now, if it is what has been locked; throws if nothing is. */
  private static @Nullable RandomAccessFile findAgain(Path path, RandomAccessFile file)
      throws IOException {
    byte[] token =
        (HOLDER + " " + ThreadLocalRandom.current().nextLong()).getBytes(StandardCharsets.US_ASCII);
    file.write(token);
    RandomAccessFile found = new RandomAccessFile(path.toFile(), "r");
    boolean same = false;
    try {
      byte[] there = new byte[token.length];
      same = found.read(there) == there.length && Arrays.equals(there, token);
      return same ? found : null;
    } finally {
      if (!same) {
        found.close();
      }
    }
  }

  private static String holder(Path path) {
    try {
      String[] words = Files.readString(path, StandardCharsets.US_ASCII).split(" ", -1);
      return words.length >= 2 ? words[0] + " " + words[1] : "which one isn't known";
    } catch (IOException e) {
      return "which one isn't known"; // only for the message
    }
  }

  /** Gives the lock back. */
  @Override
  public void close() throws IOException {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // Some systems don't remove a file that is open. It does no harm: the lock is what counts.
      LOG.debug("lock file {} stays behind", path, e);
    }
    try (file;
        found) {
      LOG.trace("releasing {}", path);
    } finally {
      HELD.remove(path);
    }
  }
}
