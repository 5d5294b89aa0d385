package io.imagestore.spi;

import io.imagestore.StoreLockedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a store to one writer, within a process and among processes, by an operating system's lock
 * on a file of its own. The lock dies with the process; the file is removed when the lock is
 * released. Taking it needs no room on the device but the file's name.
 *
 * <p>POSIX locks belong to the process and vanish when it closes any descriptor of the file. So
 * while one is held, nothing in the process may open the file and close it again, not even a copy
 * of this class in another class loader. What all copies share are the system properties: each lock
 * that is held is one.
 *
 * <p>Safe in any thread; the one that closes it may be another than the one that took it.
 */
public final class StoreLock implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StoreLock.class);

  private static final String PROPERTY = "io.imagestore.lock ";

  /** Names this copy of the class, as the value of the properties it sets. */
  private static final String HERE =
      StoreLock.class.getName() + "@" + Integer.toHexString(StoreLock.class.hashCode());

  /** Descriptors of files that another copy has locked; to close one would give its lock back. */
  private static final Queue<RandomAccessFile> NEVER_CLOSED = new ConcurrentLinkedQueue<>();

  // Far behind the text, for some systems let nobody read what is locked.
  private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

  private static final String PROCESS = "process ";
  private static final int MAX_TEXT_BYTES = 100;

  private final Path path;
  private final @Nullable Object key;
  private final RandomAccessFile file;

  // The JVM forgets a lock that nobody refers to.
  private final FileLock lock;

  /** The file as others find it; open for as long as the lock is held. */
  private final RandomAccessFile found;

  private StoreLock(
      Path path,
      @Nullable Object key,
      RandomAccessFile file,
      FileLock lock,
      RandomAccessFile found) {
    this.path = path;
    this.key = key;
    this.file = file;
    this.lock = lock;
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
    Object holder = System.getProperties().putIfAbsent(PROPERTY + real, HERE);
    if (holder != null) {
      throw heldInThisProcess(store, holder);
    }
    boolean acquired = false;
    try {
      StoreLock lock = acquireAmongProcesses(real, store);
      acquired = true;
      return lock;
    } finally {
      if (!acquired) {
        forget(real);
      }
    }
  }

  private static void forget(Path path) {
    System.getProperties().remove(PROPERTY + path, HERE);
  }

  private static StoreLockedException heldInThisProcess(Path store, Object holder) {
    String advice =
        holder.equals(HERE)
            ? "; close it, or share the open store"
            : ", in another class loader; close it there";
    return new StoreLockedException(
        "store " + store + " is already open for writing in this process" + advice);
  }

  private static StoreLock acquireAmongProcesses(Path path, Path store) throws IOException {
    // Each turn needs another process that gives the lock back, so this ends.
    while (true) {
      RandomAccessFile file = open(path);
      boolean mayClose = true;
      try {
        FileLock lock = file.getChannel().tryLock(LOCKED_BYTE, 1, false);
        if (lock == null) {
          throw heldInAnotherProcess(store, path);
        }
        Object key = keyOf(path);
        // Between opening and locking, the former holder may have removed the file: then this is
        // the lock on a file that nobody else can find.
        RandomAccessFile found = findAgain(path);
        if (found != null) {
          mayClose = false;
          signWithProcess(file);
          return new StoreLock(path, key, file, lock, found);
        }
      } catch (OverlappingFileLockException e) {
        // Another copy holds it, though its property is gone, or has another name for the folder.
        mayClose = false;
        NEVER_CLOSED.add(file);
        throw heldInThisProcess(store, HERE);
      } finally {
        if (mayClose) {
          file.close();
        }
      }
    }
  }

  // No channel, which an interrupt would close, and so give back the lock.
  private static RandomAccessFile open(Path path) throws IOException {
    return new RandomAccessFile(path.toFile(), "rw");
  }

  /** Opens what is at the path now, if it is what has been locked. */
  private static @Nullable RandomAccessFile findAgain(Path path) throws IOException {
    RandomAccessFile found = open(path);
    boolean same = false;
    try {
      same = isLockedHere(found);
      return same ? found : null;
    } finally {
      if (!same) {
        found.close();
      }
    }
  }

  /** Whether this JVM holds the file's lock; it knows which descriptors are of one file. */
  private static boolean isLockedHere(RandomAccessFile file) throws IOException {
    try {
      file.getChannel().tryLock(LOCKED_BYTE, 1, false);
      return false;
    } catch (OverlappingFileLockException e) {
      return true;
    }
  }

  private static void signWithProcess(RandomAccessFile file) {
    try {
      file.setLength(0);
      file.writeBytes(PROCESS + ProcessHandle.current().pid());
    } catch (IOException e) {
      LOG.debug("no room to say which process holds the lock", e); // which is for messages only
    }
  }

  private static StoreLockedException heldInAnotherProcess(Path store, Path path) {
    return new StoreLockedException(
        "store "
            + store
            + " is open for writing in another process ("
            + holder(path)
            + "); wait for it, or open the store read-only");
  }

  private static String holder(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      String text = new String(in.readNBytes(MAX_TEXT_BYTES), StandardCharsets.US_ASCII);
      if (text.matches(PROCESS + "\\d+")) {
        return text;
      }
    } catch (IOException e) {
      LOG.debug("{} can't be read", path, e); // the message is as true without
    }
    return "which one isn't known";
  }

  /**
   * Tells a file from another in its place; null without a file, or where there are no such keys.
   */
  private static @Nullable Object keyOf(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /**
   * Gives the lock back, and removes its file where the system lets it.
   *
   * @throws IOException if the file can't be closed
   */
  @Override
  public void close() throws IOException {
    try {
      removeFile();
    } catch (IOException e) {
      // Some systems don't remove a file that is open. It does no harm: the lock is what counts.
      LOG.debug("lock file {} stays behind", path, e);
    }
    try (file;
        found) {
      LOG.trace("releasing {}", lock);
    } finally {
      forget(path);
    }
  }

  private void removeFile() throws IOException {
    if (Objects.equals(keyOf(path), key)) {
      Files.deleteIfExists(path);
    }
  }
}
