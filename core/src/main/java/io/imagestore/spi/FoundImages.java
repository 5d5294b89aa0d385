package io.imagestore.spi;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Room for what a call has found, lent from call to call. A source that is one of several is asked
 * for other numbers of images each time, so an array of each is kept.
 */
final class FoundImages implements Pool.Item {

  private final Map<Integer, StoredImage[]> byLength = new HashMap<>();
  private StoredImage[] inUse = new StoredImage[0];
  private long places;

  /** An array of so many places, to be filled. */
  StoredImage[] array(int count) {
    if (inUse.length != count) {
      clear();
      inUse = byLength.computeIfAbsent(count, this::newArray);
    }
    return inUse;
  }

  private StoredImage[] newArray(int count) {
    places += count;
    return new StoredImage[count];
  }

  /** Lets go of the images. */
  void clear() {
    Arrays.fill(inUse, null);
  }

  @Override
  public long heldBytes() {
    return Long.BYTES * places;
  }

  @Override
  public void close() {
    clear();
  }
}
