package io.imagestore.lmdb;

import io.imagestore.ImageBatch;
import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * As many images of a batch as are written in one transaction, ascending by id, each id once. It is
 * in memory, so that the transaction can run again when the map has to grow.
 */
abstract class Portion {

  // Bounds what a transaction holds in memory. LMDB would begin to spill at 131,000 dirty pages of
  // 4 KiB; each image dirties its own pages and, where ids are scattered, one in each of four
  // trees.
  private static final long MOST_BYTES = 32L << 20;
  private static final int MOST_IMAGES = 1 << 14;

  // Images that come from an iterator lie in the heap, which may be small.
  private static final long MOST_HEAP_BYTES =
      Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / 16);

  abstract int size();

  abstract long id(int i);

  abstract int label(int i);

  abstract ImageShape shape(int i);

  /** The format of an encoded image; null for raw pixels. */
  abstract @Nullable String format(int i);

  /** What is stored of an image: its pixels, or its file. */
  abstract ByteBuffer bytes(int i);

  /** The metadata in UTF-8; null if it has none. */
  abstract byte @Nullable [] metadata(int i);

  /** The next images of a batch; at least one if there is one. */
  static Portion next(Iterator<LabeledImage> images) {
    List<LabeledImage> taken = new ArrayList<>();
    long bytes = 0;
    boolean ascending = true;
    long last = -1;
    while (images.hasNext() && bytes < MOST_HEAP_BYTES && taken.size() < MOST_IMAGES) {
      LabeledImage image = images.next();
      ascending &= image.id() > last;
      last = image.id();
      bytes += image.image().bytes().remaining() + image.metadata().map(String::length).orElse(0);
      taken.add(image);
    }
    return new OfImages(ascending ? taken : sorted(taken));
  }

  private static List<LabeledImage> sorted(List<LabeledImage> images) {
    images.sort(
        Comparator.comparingLong(
            LabeledImage::id)); // stable: of one id, the later image comes last
    List<LabeledImage> distinct = new ArrayList<>(images.size());
    for (LabeledImage image : images) {
      int last = distinct.size() - 1;
      if (last >= 0 && distinct.get(last).id() == image.id()) {
        distinct.set(last, image);
      } else {
        distinct.add(image);
      }
    }
    return distinct;
  }

  /** The images of a batch that lies in memory already, one portion after the other. */
  static Iterator<Portion> of(ImageBatch batch) {
    int most = (int) Math.max(1, Math.min(MOST_IMAGES, MOST_BYTES / batch.shape().byteCount()));
    return new Iterator<>() {
      private int from;

      @Override
      public boolean hasNext() {
        return from < batch.size();
      }

      @Override
      public Portion next() {
        int count = Math.min(most, batch.size() - from);
        Portion portion = new OfBatch(batch, from, count);
        from += count;
        return portion;
      }
    };
  }

  private static final class OfImages extends Portion {
    private final List<LabeledImage> images;

    OfImages(List<LabeledImage> images) {
      this.images = images;
    }

    @Override
    int size() {
      return images.size();
    }

    @Override
    long id(int i) {
      return images.get(i).id();
    }

    @Override
    int label(int i) {
      return images.get(i).label();
    }

    @Override
    ImageShape shape(int i) {
      return images.get(i).image().shape();
    }

    @Override
    @Nullable String format(int i) {
      return images.get(i).image().format().orElse(null);
    }

    @Override
    ByteBuffer bytes(int i) {
      return images.get(i).image().bytes();
    }

    @Override
    byte @Nullable [] metadata(int i) {
      return images
          .get(i)
          .metadata()
          .map(json -> json.getBytes(StandardCharsets.UTF_8))
          .orElse(null);
    }
  }

  private static final class OfBatch extends Portion {
    private final ImageBatch batch;
    private final ByteBuffer pixels;
    private final int imageBytes;
    private final int[] places;

    OfBatch(ImageBatch batch, int from, int count) {
      this.batch = batch;
      this.pixels = batch.pixels();
      this.imageBytes = (int) batch.shape().byteCount();
      this.places = places(batch, from, count);
    }

    private static int[] places(ImageBatch batch, int from, int count) {
      List<Integer> places = new ArrayList<>(count);
      boolean ascending = true;
      for (int i = from; i < from + count; i++) {
        ascending &= i == from || batch.id(i) > batch.id(i - 1);
        places.add(i);
      }
      if (!ascending) {
        places.sort(Comparator.comparingLong(batch::id));
      }
      int[] distinct = new int[count];
      int size = 0;
      for (int place : places) {
        if (size > 0 && batch.id(distinct[size - 1]) == batch.id(place)) {
          size--;
        }
        distinct[size++] = place;
      }
      return Arrays.copyOf(distinct, size);
    }

    @Override
    int size() {
      return places.length;
    }

    @Override
    long id(int i) {
      return batch.id(places[i]);
    }

    @Override
    int label(int i) {
      return batch.label(places[i]);
    }

    @Override
    ImageShape shape(int i) {
      return batch.shape();
    }

    @Override
    @Nullable String format(int i) {
      return null;
    }

    @Override
    ByteBuffer bytes(int i) {
      return pixels.slice(places[i] * imageBytes, imageBytes);
    }

    @Override
    byte @Nullable [] metadata(int i) {
      return null;
    }
  }
}
