package io.imagestore;

import java.util.Objects;

/**
 * An image with the id it is stored under and the label it is trained with.
 *
 * @param id at least 0
 * @param image the pixels
 * @param label any 32-bit integer
 */
public record LabeledImage(long id, Image image, int label) {

  /**
   * Checks id and image.
   *
   * @param id at least 0
   * @param image the pixels
   * @param label any 32-bit integer
   * @throws IllegalArgumentException if the id is negative
   * @throws NullPointerException if the image is null
   */
  public LabeledImage {
    if (id < 0) {
      throw new IllegalArgumentException("id must be 0 or more, but is " + id);
    }
    Objects.requireNonNull(image, "image");
  }
}
