package io.imagestore.disk;

import io.imagestore.ImageStoreException;
import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/** All images of a folder have been gone through, and some can't be read. */
public final class UnreadableFilesException extends ImageStoreException {
  @Serial private static final long serialVersionUID = 1L;

  private static final int NAMED = 20;

  /** All of them. */
  private final transient List<UnreadableFile> files;

  UnreadableFilesException(List<UnreadableFile> files) {
    super(message(files));
    this.files = List.copyOf(files);
  }

  private static String message(List<UnreadableFile> files) {
    String named =
        files.stream()
            .limit(NAMED)
            .map(UnreadableFile::toString)
            .collect(Collectors.joining("\n  ", "\n  ", ""));
    String more = files.size() > NAMED ? "\n  and " + (files.size() - NAMED) + " more" : "";
    return files.size()
        + " can't be read; mend or remove them, or read the others alone with images(Consumer):"
        + named
        + more;
  }

  /**
   * What can't be read; the message names the first twenty.
   *
   * @return all, in the order in which they were come upon
   */
  public List<UnreadableFile> files() {
    return files;
  }
}
