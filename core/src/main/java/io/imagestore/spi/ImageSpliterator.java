package io.imagestore.spi;

import io.imagestore.CorruptImageException;
import io.imagestore.LabeledImage;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;

/**
 * Walks a store by short scans, each beginning behind the last id seen. So a stream pins nothing in
 * the store, and one that is forgotten holds nothing open.
 */
final class ImageSpliterator extends AbstractSpliterator<LabeledImage> {

  /** One short scan of a store. */
  interface Scan {
    List<LabeledImage> from(long firstId, int count);
  }

  private static final long BYTES_A_SCAN = 1 << 20;
  private static final int IMAGES_A_SCAN = 256;

  private final Scan scan;
  private final Consumer<CorruptImageException> onDamage;
  private Iterator<LabeledImage> ahead = List.<LabeledImage>of().iterator();
  private long nextId;
  private int count = 1;

  ImageSpliterator(Scan scan, Consumer<CorruptImageException> onDamage) {
    super(Long.MAX_VALUE, ORDERED | DISTINCT | NONNULL | SORTED);
    this.scan = scan;
    this.onDamage = onDamage;
  }

  @Override
  public boolean tryAdvance(Consumer<? super LabeledImage> action) {
    while (!ahead.hasNext()) {
      if (nextId < 0) {
        return false; // behind the last possible id
      }
      try {
        ahead = scan.from(nextId, count).iterator();
        if (!ahead.hasNext()) {
          return false;
        }
      } catch (CorruptImageException e) {
        if (count > 1) {
          count = 1; // what comes before the damaged one is given first
          continue;
        }
        nextId = e.id() + 1;
        onDamage.accept(e);
      }
    }
    LabeledImage image = ahead.next();
    nextId = image.id() + 1;
    count = countFor(image);
    action.accept(image);
    return true;
  }

  private static int countFor(LabeledImage image) {
    long bytes = image.image().bytes().remaining();
    return (int) Math.max(1, Math.min(IMAGES_A_SCAN, BYTES_A_SCAN / bytes));
  }

  @Override
  public Comparator<? super LabeledImage> getComparator() {
    return Comparator.comparingLong(LabeledImage::id);
  }
}
