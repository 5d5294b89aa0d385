package io.imagestore.cifar;

import io.imagestore.ImageStoreException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A file isn't the CIFAR data that it should be: missing, cut short, damaged, or of another kind.
 * The message names the file, the offset and what was expected there.
 */
public final class CifarFormatException extends ImageStoreException {
  @Serial private static final long serialVersionUID = 1L;

  /** Which file it is. */
  private final String file;

  /** Bytes from its start. */
  private final long offset;

  CifarFormatException(String file, long offset, String problem) {
    this(file, offset, problem, null);
  }

  CifarFormatException(String file, long offset, String problem, @Nullable Throwable cause) {
    super(file + ", at byte " + offset + ": " + problem, cause);
    this.file = file;
    this.offset = offset;
  }

  /**
   * Which file it is.
   *
   * @return its path; an archive's path and the entry's name; or how else its source is called
   */
  public String file() {
    return file;
  }

  /**
   * Where in the file the trouble is.
   *
   * @return bytes from its start; 0 where it is the file as a whole
   */
  public long offset() {
    return offset;
  }
}
