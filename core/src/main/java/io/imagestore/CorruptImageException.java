package io.imagestore;

import io.imagestore.codec.DecodeException;
import java.io.Serial;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A stored image is damaged. The store's other images stay readable. */
public final class CorruptImageException extends ImageStoreException {
  @Serial private static final long serialVersionUID = 1L;

  private static final String WHAT_TO_DO =
      "; put it again, or let repair drop it; stream and copy can skip it";

  private static final String WHAT_TO_DO_WITH_A_FILE =
      "; verify and repair have nothing against it, for that is what was stored: put it again,"
          + " delete it, or have a loader leave it out with OnFailure.skip";

  /** The image's id. */
  private final long id;

  /** Image, store and damage. */
  private final String problem;

  /**
   * Names store, id and damage.
   *
   * @param store the store's location
   * @param id the damaged image
   * @param problem what is wrong with it, as the end of a sentence
   */
  public CorruptImageException(Path store, long id, String problem) {
    this(store, id, problem, null);
  }

  /**
   * Names store, id and damage, and keeps the cause.
   *
   * @param store the store's location
   * @param id the damaged image
   * @param problem what is wrong with it, as the end of a sentence
   * @param cause what showed it, or null
   */
  public CorruptImageException(Path store, long id, String problem, @Nullable Throwable cause) {
    this(id, told(store, id, problem), WHAT_TO_DO, cause);
  }

  private CorruptImageException(
      long id, String problem, String whatToDo, @Nullable Throwable cause) {
    super(problem + whatToDo, cause);
    this.id = id;
    this.problem = problem;
  }

  /**
   * An image whose file was damaged before it was stored.
   *
   * @param store the store's location
   * @param id the damaged image
   * @param format of the file, such as {@code jpeg}
   * @param cause why it can't be decoded
   * @return names store, id and damage
   */
  public static CorruptImageException undecodable(
      Path store, long id, String format, DecodeException cause) {
    String problem =
        "it holds the bytes that were stored, but they are no whole "
            + format
            + ": "
            + cause.getMessage();
    return new CorruptImageException(id, told(store, id, problem), WHAT_TO_DO_WITH_A_FILE, cause);
  }

  private static String told(Path store, long id, String problem) {
    return "image " + id + " in store " + store + " is damaged: " + problem;
  }

  /**
   * The damaged image.
   *
   * @return its id
   */
  public long id() {
    return id;
  }

  /**
   * What is wrong, as the message tells it, but without what can be done, for reports.
   *
   * @return names image, store and damage
   */
  public String problem() {
    return problem;
  }
}
