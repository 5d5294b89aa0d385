package io.imagestore.examples;

import io.imagestore.Image;
import io.imagestore.ImageBatch;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.StoreOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.stream.LongStream;

/** The README's example, word for word; a test compares them. */
final class Quickstart {
  private Quickstart() {}

  static void run(Path path) {
    try (ImageStore store = ImageStores.open("lmdb", path, StoreOptions.defaults())) {
      Image image =
          Image.of(32, 32, 3, new byte[32 * 32 * 3]); // height, width, channels; HWC bytes
      store.put(0, image, 7); // id 0, label 7
      store.putBatch(
          LongStream.range(1, 1000).mapToObj(id -> new LabeledImage(id, image, (int) (id % 10))));

      LabeledImage one = store.get(42); // checked against its CRC-32C
      ImageBatch batch = store.readBatch(new long[] {3, 1, 2}); // one direct buffer, in this order
      ByteBuffer nhwc = batch.pixels();
      System.out.println(one.label() + " " + batch.size() + " " + nhwc.remaining());
    }
  }
}
