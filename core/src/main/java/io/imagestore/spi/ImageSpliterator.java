package io.imagestore.spi;

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
  private Iterator<LabeledImage> ahead = List.<LabeledImage>of().iterator();
  private long nextId;
  private int count = 1;

  ImageSpliterator(Scan scan) {
    super(Long.MAX_VALUE, ORDERED | DISTINCT | NONNULL | SORTED);
    this.scan = scan;
  }

  @Override
  public boolean tryAdvance(Consumer<? super LabeledImage> action) {
    if (!ahead.hasNext()) {
      ahead = nextId < 0 ? ahead : scan.from(nextId, count).iterator();
      if (!ahead.hasNext()) {
        return false;
      }
    }
    LabeledImage image = ahead.next();
    nextId = image.id() + 1; // negative behind the last possible id
    count =
        (int)
            Math.max(1, Math.min(IMAGES_A_SCAN, BYTES_A_SCAN / image.image().shape().byteCount()));
    action.accept(image);
    return true;
  }

  @Override
  public Comparator<? super LabeledImage> getComparator() {
    return Comparator.comparingLong(LabeledImage::id);
  }
}
