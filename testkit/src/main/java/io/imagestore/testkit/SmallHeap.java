package io.imagestore.testkit;

import io.imagestore.ImageBatch;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.StoreOptions;
import io.imagestore.loader.DataLoader;
import io.imagestore.loader.Layout;
import io.imagestore.loader.TensorBatch;
import io.imagestore.loader.Transforms;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.stream.Stream;

/** Writes and reads more than its heap holds. */
final class SmallHeap {

  private static final ImageShape SHAPE = new ImageShape(64, 64, 3);
  private static final int AT_A_TIME = 250;
  private static final int CROP = 4;

  private SmallHeap() {}

  /**
   * Writes one batch, and reads it back in all ways.
   *
   * @param args provider class, store, number of images
   */
  public static void main(String[] args) {
    long count = Long.parseLong(args[2]);
    try (ImageStore store =
        Providers.named(args[0]).open(Path.of(args[1]), StoreOptions.defaults())) {
      store.putBatch(SampleImages.stream(0, count, SHAPE, 1));
    }
    try (ImageStore store =
        Providers.named(args[0]).open(Path.of(args[1]), StoreOptions.defaults())) {
      try (Stream<LabeledImage> images = store.stream()) {
        Iterator<LabeledImage> i = images.iterator();
        for (long id = 0; id < count; id++) {
          check(i.next(), id);
        }
      }
      ImageBatch batch = ImageBatch.allocate(SHAPE, AT_A_TIME);
      for (long first = 0; first + AT_A_TIME <= count; first += AT_A_TIME) {
        store.readBatch(idsFrom(first), batch);
        check(new LabeledImage(batch.id(7), batch.image(7), batch.label(7)), first + 7);
      }
      loadAtOnce(store);
    }
  }

  /** Small crops of all images, in one batch. */
  private static void loadAtOnce(ImageStore store) {
    try (DataLoader loader =
        DataLoader.builder(store)
            .batchSize((int) store.size())
            .transform(Transforms.centerCrop(CROP))
            .layout(Layout.NHWC)
            .build()) {
      TensorBatch batch = loader.epoch(0).iterator().next();
      if (batch.size() != store.size()) {
        throw new AssertionError("a batch of " + batch.size() + " images");
      }
      for (int place = 0; place < batch.size(); place++) {
        LabeledImage expected = SampleImages.labeled(batch.ids()[place], SHAPE, 1);
        if (batch.labels()[place] != expected.label()) {
          throw new AssertionError("image " + batch.ids()[place] + " has another label");
        }
        if (!batch.data(place).equals(crop(expected.image().pixels()))) {
          throw new AssertionError("image " + batch.ids()[place] + " has other pixels");
        }
      }
    }
  }

  private static ByteBuffer crop(byte[] pixels) {
    ByteBuffer crop = ByteBuffer.allocate(CROP * CROP * SHAPE.channels());
    int top = (SHAPE.height() - CROP) / 2;
    int left = (SHAPE.width() - CROP) / 2;
    for (int row = top; row < top + CROP; row++) {
      int from = (row * SHAPE.width() + left) * SHAPE.channels();
      crop.put(pixels, from, CROP * SHAPE.channels());
    }
    return crop.flip();
  }

  private static long[] idsFrom(long first) {
    long[] ids = new long[AT_A_TIME];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = first + i;
    }
    return ids;
  }

  private static void check(LabeledImage image, long id) {
    if (!image.equals(SampleImages.labeled(id, SHAPE, 1))) {
      throw new AssertionError("image " + id + " isn't what was stored: " + image);
    }
  }
}
