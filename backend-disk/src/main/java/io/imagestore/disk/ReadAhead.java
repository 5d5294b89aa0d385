package io.imagestore.disk;

import io.imagestore.CorruptImageException;
import io.imagestore.spi.Pool;
import io.imagestore.spi.StoredImage;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Memory for a run of images, whose bytes lie in it side by side, used again from run to run. Lent
 * to one call at a time, whose threads may each {@link #put} other images.
 */
final class ReadAhead implements Pool.Item {

  /** A run takes no more bytes than this, unless it is only a few images; a pool keeps as much. */
  private static final int MOST_BYTES = 3 << 20;

  private static final int FEW = 4;

  /**
   * A larger image gets memory of its own once its file is read: the table's word alone isn't
   * enough to take as much.
   */
  private static final int LARGE = MOST_BYTES / FEW;

  /** About what one takes. */
  private static final int PLACE_BYTES = 40;

  private byte[] memory = new byte[0];
  private ByteBuffer view = ByteBuffer.wrap(memory);
  private Place[] places = new Place[0];
  private int count;

  /** Where an image of the run is, or why it isn't. */
  private static final class Place {
    int from;
    int size;
    byte @Nullable [] own;
    @Nullable CorruptImageException damage;

    void begin(int newFrom, int newSize) {
      from = newFrom;
      size = newSize;
      own = null;
      damage = null;
    }
  }

  /**
   * Makes room for the next run.
   *
   * @param images those wanted
   * @param from the run's first
   * @return the place behind its last
   */
  int reserve(StoredImage[] images, int from) {
    count = 0;
    int used = 0;
    long bytes = 0;
    for (int i = from; i < images.length; i++) {
      long more = ((FoundImage) images[i]).byteCount();
      bytes += more;
      if (count >= FEW && bytes > MOST_BYTES) {
        break;
      }
      int size = more > LARGE ? 0 : (int) more;
      next().begin(used, size);
      used += size;
    }
    if (memory.length < used) {
      memory = new byte[Math.min(MOST_BYTES, 2 * used)];
      view = ByteBuffer.wrap(memory);
    }
    return from + count;
  }

  private Place next() {
    if (count == places.length) {
      places = Arrays.copyOf(places, Math.max(16, 2 * count));
      for (int i = count; i < places.length; i++) {
        places[i] = new Place();
      }
    }
    return places[count++];
  }

  /** Takes a copy of the bytes of one of the run's images. */
  void put(int i, ByteBuffer bytes) {
    Place place = places[i];
    int size = bytes.remaining();
    if (size == place.size) {
      bytes.get(memory, place.from, size);
    } else {
      place.own = new byte[size];
      bytes.get(place.own);
    }
  }

  /** Notes that one of the run's images is damaged. */
  void fail(int i, CorruptImageException damage) {
    places[i].damage = damage;
  }

  /**
   * The bytes of one of the run's images, until the next is asked for.
   *
   * @throws CorruptImageException if it is damaged
   */
  ByteBuffer get(int i) {
    Place place = places[i];
    if (place.damage != null) {
      throw place.damage;
    }
    return place.own == null
        ? view.limit(place.from + place.size).position(place.from)
        : ByteBuffer.wrap(place.own);
  }

  /** Lets go of what isn't used again. */
  void clear() {
    for (int i = 0; i < count; i++) {
      places[i].begin(0, 0);
    }
    count = 0;
  }

  @Override
  public long heldBytes() {
    return memory.length + (long) PLACE_BYTES * places.length;
  }

  @Override
  public void close() {
    // Holds memory of the heap alone.
  }
}
