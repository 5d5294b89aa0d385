package io.imagestore.spi;

import io.imagestore.ImageStoreException;
import io.imagestore.StoreFullException;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a store throws for an {@link IOException}: it says what failed and why, and if there was no
 * room, what to do.
 *
 * <p>Java tells of an error of the system's by the system's words alone, and those are in the
 * language of the process (glibc's {@code strerror} goes by {@code LC_MESSAGES}). So beside the
 * English words the system's own count, which it tells when a full device is written to, where it
 * has one.
 */
public final class IoFailure {

  private static final String FREE_SPACE = "free some space and try again";

  private IoFailure() {}

  private static final class Own {
    static final @Nullable String NO_SPACE = systemsNoSpace();
  }

  /**
   * For a call that may have been carried out or not.
   *
   * @param what failed, and in which store: the beginning of the message
   * @param e why
   * @return a {@link StoreFullException} if there was no room
   */
  public static ImageStoreException of(String what, IOException e) {
    return of(what, e, "");
  }

  /**
   * For a call of which it is known what became of it.
   *
   * @param what failed, and in which store: the beginning of the message
   * @param e why
   * @param outcome what became of the call: the end of the message; may be empty
   * @return a {@link StoreFullException} if there was no room
   */
  public static ImageStoreException of(String what, IOException e, String outcome) {
    return of(what, e, outcome, Own.NO_SPACE);
  }

  static ImageStoreException of(
      String what, IOException e, String outcome, @Nullable String systemsNoSpace) {
    String remedy = remedy(e, systemsNoSpace);
    String message = what + ": " + reason(e) + clause(remedy) + clause(outcome);
    return remedy.isEmpty()
        ? new ImageStoreException(message, e)
        : new StoreFullException(message, e);
  }

  private static String clause(String text) {
    return text.isEmpty() ? "" : "; " + text;
  }

  /** What the system says, or what that means. */
  static String reason(IOException e) {
    if (e instanceof AccessDeniedException denied) {
      return "there is no permission for " + denied.getFile();
    }
    if (e instanceof FileSystemException named && named.getReason() == null) {
      return e.getClass().getSimpleName() + " " + e.getMessage();
    }
    return e.getMessage() == null ? reasonWithoutWords(e) : e.getMessage();
  }

  private static String reasonWithoutWords(IOException e) {
    if (e instanceof ClosedByInterruptException || e instanceof FileLockInterruptionException) {
      return "the thread was interrupted";
    }
    if (e instanceof ClosedChannelException) {
      return "the file was closed meanwhile";
    }
    return e instanceof EOFException
        ? "the file ends too early"
        : "for no reason that the system gave";
  }

  /** What helps if there is no room; empty if that isn't the matter. */
  private static String remedy(IOException e, @Nullable String systemsNoSpace) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException failure) {
        String remedy = remedy(systemsWords(failure), systemsNoSpace);
        if (!remedy.isEmpty()) {
          return remedy;
        }
      }
    }
    return "";
  }

  private static String systemsWords(IOException e) {
    String words = e instanceof FileSystemException named ? named.getReason() : e.getMessage();
    return words == null ? "" : words;
  }

  private static String remedy(String words, @Nullable String systemsNoSpace) {
    String english = words.toLowerCase(Locale.ROOT);
    if (english.contains("no space left") // ENOSPC
        || english.contains("not enough space on the disk") // ERROR_DISK_FULL
        || (systemsNoSpace != null && words.contains(systemsNoSpace))) {
      return FREE_SPACE;
    }
    if (english.contains("quota exceeded")) { // EDQUOT
      return "free some space or have the quota raised, and try again";
    }
    if (english.contains("file too large")) { // EFBIG
      return "the file system takes no larger files, or a limit of the process (ulimit -f)"
          + " forbids them";
    }
    return "";
  }

  /** What the system says where there is no space left; null if it has no device to ask. */
  static @Nullable String systemsNoSpace() {
    Path full = Path.of("/dev/full");
    try {
      if (!Files.readAttributes(full, BasicFileAttributes.class).isOther()) {
        return null;
      }
    } catch (IOException e) {
      return null; // there is none
    }
    try (FileOutputStream out = new FileOutputStream(full.toFile())) {
      out.write(0);
      return null;
    } catch (IOException e) {
      return e.getMessage();
    }
  }
}
