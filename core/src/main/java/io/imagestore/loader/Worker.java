package io.imagestore.loader;

import io.imagestore.CorruptImageException;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageSource;
import io.imagestore.ImageStoreException;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.DecodeException;
import io.imagestore.spi.DirectSource;
import io.imagestore.spi.StoredImage;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * Reads images, transforms them and puts them into a batch. Belongs to one thread; allocates
 * nothing for an image once it has seen the largest.
 */
final class Worker {

  private final ImageSource source;
  private final Path location;
  private final Ring ring;
  private final Transform[] transforms;
  private final Sample sample = new Sample();
  private final StoredPixels pixels;
  private final TensorWriter writer;

  // Of the images of the slice that are still to be shown.
  private final long[] ids;
  private final int[] places;
  private final boolean[] shown;

  private long workNanos;
  private BooleanSupplier stopped = () -> false;

  Worker(
      ImageSource source,
      Path location,
      Ring ring,
      Transform[] transforms,
      Layout layout,
      boolean scaledDecoding,
      int batchSize) {
    this.source = source;
    this.location = location;
    this.ring = ring;
    this.transforms = transforms;
    pixels = new StoredPixels(scaledDecoding);
    writer = new TensorWriter(layout);
    ids = new long[batchSize];
    places = new int[batchSize];
    shown = new boolean[batchSize];
  }

  /** How long a slice took. */
  record Times(long read, long decode, long transform) {

    static final Times NONE = new Times(0, 0, 0);
  }

  /**
   * Makes a slice of a batch. What is wrong with a single image is noted in the slot.
   *
   * @throws CancellationException before an image, once it was stopped
   */
  Times make(Slot slot, EpochSamples epoch, int from, int to, BooleanSupplier isStopped) {
    stopped = isStopped;
    long begin = System.nanoTime();
    workNanos = 0;
    int count = 0;
    for (int place = from; place < to; place++) {
      ids[count] = epoch.id(position(slot, epoch, place));
      places[count++] = place;
    }
    while (count > 0) {
      count = show(slot, epoch, count);
    }
    long decode = pixels.takeDecodeNanos();
    long all = System.nanoTime() - begin;
    return new Times(all - workNanos, decode, workNanos - decode);
  }

  private static long position(Slot slot, EpochSamples epoch, int place) {
    return slot.plan().position(place, epoch.size());
  }

  /** Has images shown up to one that can't be; how many are then still to be shown. */
  private int show(Slot slot, EpochSamples epoch, int count) {
    for (int i = 0; i < count; i++) {
      shown[i] = false;
    }
    try {
      DirectSource.visit(
          source, ids, 0, count, (i, image, bytes) -> take(slot, epoch, i, image, bytes));
      return 0;
    } catch (CorruptImageException e) {
      return fail(slot, count, e.id(), true, e);
    } catch (ImageNotFoundException e) {
      return fail(slot, count, e.id(), false, e);
    }
  }

  /**
   * Notes the failure, and leaves out what needn't be shown again. What was shown before a writer
   * moved on may have been overwritten meanwhile, so only what the last turn showed counts: the
   * images before a damaged one, and none where one is missing.
   */
  private int fail(Slot slot, int count, long id, boolean shownBefore, ImageStoreException cause) {
    int left = 0;
    boolean known = false;
    for (int i = 0; i < count; i++) {
      if (ids[i] == id) {
        slot.failures[places[i]] = cause;
        slot.batch.put(places[i], id, 0);
        known = true;
      } else if (known || !shownBefore || !shown[i]) {
        ids[left] = ids[i];
        places[left++] = places[i];
      }
    }
    if (!known) {
      throw cause; // else the same images would be asked for over and over
    }
    return left;
  }

  private void take(Slot slot, EpochSamples epoch, int i, StoredImage image, ByteBuffer bytes) {
    if (stopped.getAsBoolean()) {
      throw new CancellationException("nobody waits for this batch any more");
    }
    long begin = System.nanoTime();
    int place = places[i];
    slot.failures[place] = null;
    slot.batch.put(place, image.id(), image.label());
    try {
      pixels.show(image, bytes);
      sample.start(image.shape(), pixels, epoch.key(position(slot, epoch, place)));
      sample.name(image.id(), image.label());
      sample.apply(transforms);
      sample.finishedPixels();
      slot.batch.put(place, image.id(), sample.label());
    } catch (Exception e) { // a checked one too, from languages that don't declare them
      slot.failures[place] = named(image, e);
    }
    if (slot.failures[place] == null) {
      writer.write(sample, ring.specFor(sample, image.id()), slot.batch, place);
    }
    shown[i] = true;
    workNanos += System.nanoTime() - begin;
  }

  private ImageStoreException named(StoredImage image, Exception e) {
    String reason = String.valueOf(e.getMessage());
    String name = "image " + image.id() + " in store " + location;
    if (e instanceof DecodeException undecodable) {
      String format = image.format();
      return format == null
          ? new CorruptImageException(location, image.id(), reason, e)
          : CorruptImageException.undecodable(location, image.id(), format, undecodable);
    }
    return e instanceof UnsupportedImageException
        ? new UnsupportedImageException(name + " can't be decoded: " + reason, e)
        : new ImageStoreException(
            name + " can't be transformed: " + (e.getMessage() == null ? e : reason), e);
  }
}
