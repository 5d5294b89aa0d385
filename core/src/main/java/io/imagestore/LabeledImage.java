package io.imagestore;

import io.imagestore.internal.Metadata;
import java.util.Objects;
import java.util.Optional;

/**
 * An image with the id it is stored under, the label it is trained with, and perhaps what else
 * belongs to it.
 *
 * @param id at least 0
 * @param image raw pixels or an encoded file
 * @param label any 32-bit integer
 * @param metadata a JSON text, such as {@code {"file":"cats/7.jpg"}}, of at most {@link
 *     #MAX_METADATA_BYTES} in UTF-8. It is kept as it is, but for line breaks between its tokens,
 *     which become spaces
 */
public record LabeledImage(long id, Image image, int label, Optional<String> metadata) {

  /** The most bytes that an image's metadata may take in UTF-8: 1 MiB. */
  public static final int MAX_METADATA_BYTES = 1 << 20;

  /**
   * Checks id, image and metadata.
   *
   * @param id at least 0
   * @param image raw pixels or an encoded file
   * @param label any 32-bit integer
   * @param metadata a JSON text, or empty
   * @throws IllegalArgumentException if the id is negative, or the metadata isn't one JSON value or
   *     is too long
   * @throws NullPointerException if image or metadata is null
   */
  public LabeledImage {
    if (id < 0) {
      throw new IllegalArgumentException("id must be 0 or more, but is " + id);
    }
    Objects.requireNonNull(image, "image");
    if (metadata.isPresent()) {
      metadata = Optional.of(Metadata.checked(metadata.get()));
    }
  }

  /**
   * Without metadata.
   *
   * @param id at least 0
   * @param image raw pixels or an encoded file
   * @param label any 32-bit integer
   * @throws IllegalArgumentException if the id is negative
   * @throws NullPointerException if the image is null
   */
  public LabeledImage(long id, Image image, int label) {
    this(id, image, label, Optional.empty());
  }

  /**
   * The same image with other metadata.
   *
   * @param json a JSON text
   * @return a copy
   * @throws IllegalArgumentException if it isn't one JSON value, or takes more than {@link
   *     #MAX_METADATA_BYTES}
   */
  public LabeledImage withMetadata(String json) {
    return new LabeledImage(id, image, label, Optional.of(json));
  }
}
