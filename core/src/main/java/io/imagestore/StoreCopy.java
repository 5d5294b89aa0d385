package io.imagestore;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/** One copy from store to store, by batches of bounded size, each compared before the next. */
final class StoreCopy {

  private static final long BYTES_A_BATCH = 8L << 20;

  private final ImageStore source;
  private final ImageStore destination;
  private final CopyProgress progress;

  StoreCopy(ImageStore source, ImageStore destination, CopyProgress progress) {
    this.source = source;
    this.destination = destination;
    this.progress = progress;
  }

  void run() {
    long total = source.size();
    long copied = 0;
    try (Stream<LabeledImage> images = source.stream()) {
      for (Iterator<LabeledImage> rest = images.iterator(); rest.hasNext(); ) {
        List<LabeledImage> batch = nextBatch(rest);
        copy(batch);
        copied += batch.size();
        progress.copied(copied, total);
      }
    }
    destination.flush();
  }

  private static List<LabeledImage> nextBatch(Iterator<LabeledImage> images) {
    List<LabeledImage> batch = new ArrayList<>();
    for (long bytes = 0; bytes < BYTES_A_BATCH && images.hasNext(); ) {
      LabeledImage image = images.next();
      batch.add(image);
      bytes += image.image().shape().byteCount();
    }
    return batch;
  }

  private void copy(List<LabeledImage> batch) {
    List<LabeledImage> missing = batch.stream().filter(image -> !isThere(image)).toList();
    if (missing.isEmpty()) {
      return;
    }
    destination.putBatch(missing);
    for (LabeledImage image : missing) {
      if (!isThere(image)) {
        throw new ImageStoreException(
            "image "
                + image.id()
                + " differs between "
                + source
                + " and "
                + destination
                + " though it has just been copied; is another thread writing it?");
      }
    }
  }

  private boolean isThere(LabeledImage image) {
    try {
      return destination.find(image.id()).filter(image::equals).isPresent();
    } catch (CorruptImageException e) {
      // Copied again, which mends it; if that doesn't help, the comparison after it fails.
      return false;
    }
  }
}
