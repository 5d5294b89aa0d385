package io.imagestore.lmdb;

import io.imagestore.ImageStoreException;
import java.util.Locale;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Meta;

/** Loads LMDB, once, and tells the way out where that fails. */
final class NativeLibrary {

  private static boolean loaded;

  private NativeLibrary() {}

  static synchronized void load() {
    if (loaded) {
      return;
    }
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try {
      thread.setContextClassLoader(
          Meta.class.getClassLoader()); // lmdbjava looks for the library there
      Meta.version();
      NativeMemory.load();
      loaded = true;
    } catch (LinkageError | LmdbException | IllegalStateException e) {
      throw new ImageStoreException(message(e), e);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static String message(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String folder =
        System.getProperty("lmdbjava.extract.dir", System.getProperty("java.io.tmpdir", "unknown"));
    return String.format(
        Locale.ROOT,
        "LMDB's native library can't be loaded: %s. It is unpacked into %s, which must be writable and not mounted"
            + " noexec; name another folder with -Dlmdbjava.extract.dir=FOLDER -Djffi.extract.dir=FOLDER. Where none is"
            + " bundled for this system (%s, %s), install LMDB and set -Dlmdbjava.native.lib=lmdb",
        root.toString().lines().findFirst().orElse(""), // the rest lists folders
        folder,
        System.getProperty("os.name"),
        System.getProperty("os.arch"));
  }
}
