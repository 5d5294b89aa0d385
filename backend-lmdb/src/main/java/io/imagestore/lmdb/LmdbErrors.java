package io.imagestore.lmdb;

import io.imagestore.CorruptStoreException;
import io.imagestore.ImageStoreException;
import io.imagestore.UnsupportedStoreException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.lmdbjava.Env;
import org.lmdbjava.LmdbNativeException;
import org.lmdbjava.LmdbNativeException.PageCorruptedException;
import org.lmdbjava.LmdbNativeException.PageFullException;
import org.lmdbjava.LmdbNativeException.PageNotFoundException;

/** Turns LMDB's errors into a store's, which say what to do. */
final class LmdbErrors {

  // What LMDB makes of a write that was cut short for want of room, among other things.
  private static final Set<Errno> CUT_SHORT = Set.of(Errno.EIO);
  private static final int PAGES = 1 << 16;
  private static final String PROBE = "room.tmp";
  private static final Set<Errno> NOT_ALLOWED = Set.of(Errno.EACCES, Errno.EPERM, Errno.EROFS);

  private LmdbErrors() {}

  /**
   * What to throw for an error of LMDB's.
   *
   * @throws IOException if it is the system's or there is no room, so that the caller's caller
   *     tells what it was doing
   */
  static ImageStoreException translate(LmdbNativeException e, Path store) throws IOException {
    if (e instanceof PageCorruptedException
        || e instanceof PageNotFoundException
        || e instanceof PageFullException
        || e instanceof Env.FileInvalidException) {
      return new CorruptStoreException(
          "store "
              + store
              + " is damaged: "
              + e.getMessage()
              + "; repair it, or restore it from a copy",
          e);
    }
    if (e instanceof Env.VersionMismatchException) {
      return new UnsupportedStoreException(
          "store " + store + " was written by another version of LMDB", e);
    }
    if (e instanceof Env.ReadersFullException) {
      return new ImageStoreException(
          "all reader slots of store "
              + store
              + " are taken by other processes; let some end, or raise"
              + " LmdbOptions.maxReaders, which holds once no process has the store open",
          e);
    }
    if (isOneOf(CUT_SHORT, e)) {
      requireRoom(store);
    }
    throw new IOException("LMDB says: " + message(e), e);
  }

  /** Without the words that lmdbjava puts before the system's own. */
  private static String message(LmdbNativeException e) {
    return String.valueOf(e.getMessage()).replace("Platform constant error code: ", "");
  }

  /** Has the system say whether the data file can grow, by writing as far into another one. */
  private static void requireRoom(Path store) throws IOException {
    long length = store.resolve(DataFile.NAME).toFile().length();
    Path probe = store.resolve(PROBE);
    try (RandomAccessFile file = new RandomAccessFile(probe.toFile(), "rw")) {
      file.seek(length);
      file.write(new byte[PAGES]);
    } finally {
      Files.delete(probe);
    }
  }

  /** Removes what a process that was killed may have left. */
  static void removeLeftovers(Path store) throws IOException {
    Files.deleteIfExists(store.resolve(PROBE));
  }

  /** The same for what lmdbjava throws where it doesn't know LMDB's result code. */
  static RuntimeException translate(IllegalArgumentException e, Path store) {
    String message = String.valueOf(e.getMessage());
    return message.startsWith("Unknown result code")
        ? new ImageStoreException(
            "LMDB fails in store " + store + ": " + message + "; see whether verify() finds damage",
            e)
        : e;
  }

  static boolean isNotAllowed(LmdbNativeException e) {
    return isOneOf(NOT_ALLOWED, e);
  }

  /** Whether it is an error of the operating system's rather than LMDB's. */
  static boolean isSystems(LmdbNativeException e) {
    return e instanceof LmdbNativeException.ConstantDerivedException;
  }

  private static boolean isOneOf(Set<Errno> errors, LmdbNativeException e) {
    return isSystems(e) && errors.contains(Errno.valueOf(e.getResultCode()));
  }
}
