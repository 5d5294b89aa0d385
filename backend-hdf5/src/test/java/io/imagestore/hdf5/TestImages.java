package io.imagestore.hdf5;

import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import io.imagestore.SampleType;
import io.imagestore.hdf5.Hdf5Options.Layout;
import io.imagestore.testkit.SampleImages;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Images that a layout can hold, decided by a seed: in the mixed one, of any kind. */
final class TestImages {

  private static final ImageShape SHAPE = new ImageShape(5, 7, 3);

  private static final List<SampleType> SAMPLES = List.of(SampleType.values());

  private TestImages() {}

  static List<LabeledImage> list(Layout layout, long firstId, int count, long seed) {
    List<LabeledImage> images = new ArrayList<>();
    for (long id = firstId; id < firstId + count; id++) {
      images.add(image(layout, id, seed));
    }
    return images;
  }

  static LabeledImage image(Layout layout, long id, long seed) {
    SplittableRandom random = new SplittableRandom(1000 * id + seed);
    Image image =
        layout == Layout.MIXED ? anyImage(random) : SampleImages.noise(SHAPE, random.nextLong());
    LabeledImage labeled = new LabeledImage(id, image, random.nextInt());
    return random.nextInt(3) == 0 ? labeled.withMetadata(json(random)) : labeled;
  }

  private static Image anyImage(SplittableRandom random) {
    SampleType samples = SAMPLES.get(random.nextInt(SAMPLES.size()));
    ImageShape shape =
        new ImageShape(
            1 + random.nextInt(12), 1 + random.nextInt(12), 1 + random.nextInt(5), samples);
    if (random.nextBoolean()) {
      return SampleImages.noise(shape, random.nextLong());
    }
    byte[] file = new byte[1 + random.nextInt(1500)];
    random.nextBytes(file);
    return Image.encoded(ByteBuffer.wrap(file), "webp", shape);
  }

  private static String json(SplittableRandom random) {
    return "{\"name\": \"söt-" + "x".repeat(random.nextInt(60)) + random.nextInt() + "\"}";
  }
}
