package io.imagestore.spi;

import java.util.Arrays;

/** Room for what a call has found, lent from call to call. */
final class FoundImages implements Pool.Item {

  private StoredImage[] images = new StoredImage[0];

  /** An array of so many places, to be filled. */
  StoredImage[] array(int count) {
    if (images.length != count) {
      images = new StoredImage[count];
    }
    return images;
  }

  /** Lets go of the images. */
  void clear() {
    Arrays.fill(images, null);
  }

  @Override
  public long heldBytes() {
    return (long) Long.BYTES * images.length;
  }

  @Override
  public void close() {
    clear();
  }
}
