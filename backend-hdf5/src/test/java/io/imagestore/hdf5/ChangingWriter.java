package io.imagestore.hdf5;

import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.hdf5.Hdf5Options.Layout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Replaces, adds, deletes and flushes for some time, and opens the store again now and then. What
 * it writes tells whether it was read rightly: an image's pixels follow from its id and label, and
 * the images of a group are always stored together, with one label.
 */
final class ChangingWriter {

  static final int GROUP = 8;
  static final int GROUPS = 40;

  /** Images from here on are stored and deleted one by one. */
  static final long SINGLE = 10_000;

  static final int SINGLES = 60;

  private static final ImageShape SHAPE = new ImageShape(8, 8, 3);

  private final Path path;
  private final SplittableRandom random;
  private final Hdf5Options options;
  private int version;

  private ChangingWriter(Path path, long seed) {
    this.path = path;
    this.random = new SplittableRandom(seed);
    this.options =
        Hdf5Options.builder()
            .layout(seed % 2 == 0 ? Layout.UNIFORM : Layout.MIXED)
            .chunkBytes(512 + random.nextInt(2000)) // an image has 192
            .chunkRows(1 << random.nextInt(9))
            .deflateLevel(random.nextInt(3) == 0 ? 1 : 0)
            .build();
  }

  /** The arguments are the store's path, a seed and how many milliseconds to go on. */
  public static void main(String[] arguments) {
    long end = System.nanoTime() + Long.parseLong(arguments[2]) * 1_000_000;
    ChangingWriter writer = new ChangingWriter(Path.of(arguments[0]), Long.parseLong(arguments[1]));
    int openings = 0;
    while (System.nanoTime() < end) {
      writer.openAndWrite(end);
      if (openings++ == 0) {
        System.out.println("begun");
      }
    }
    System.out.println("opened " + openings + " times, " + writer.version + " writes");
  }

  private void openAndWrite(long end) {
    try (ImageStore store = Hdf5ImageStore.open(path, options)) {
      int writes = version == 0 ? 50 : random.nextInt(2000);
      for (int i = 0; i < writes && System.nanoTime() < end; i++) {
        write(store);
      }
    }
  }

  private void write(ImageStore store) {
    version++;
    switch (random.nextInt(8)) {
      case 0, 1, 2 -> store.putBatch(group(random.nextInt(GROUPS)));
      case 3, 4 -> {
        LabeledImage image = image(SINGLE + random.nextInt(SINGLES));
        store.put(image);
      }
      case 5, 6 -> store.delete(SINGLE + random.nextInt(SINGLES));
      default -> store.flush();
    }
  }

  private List<LabeledImage> group(int number) {
    List<LabeledImage> images = new ArrayList<>();
    for (int i = 0; i < GROUP; i++) {
      images.add(image((long) number * GROUP + i));
    }
    return images;
  }

  private LabeledImage image(long id) {
    LabeledImage image = new LabeledImage(id, imageOf(id, version), version);
    return hasMetadata(version) ? image.withMetadata(metadataOf(id, version)) : image;
  }

  /** Whether the label is one of those that come with metadata. */
  static boolean hasMetadata(int label) {
    return label % 3 == 0;
  }

  /** The metadata that belongs to an id and a label. */
  static String metadataOf(long id, int label) {
    return "[" + id + ", " + "1".repeat(1 + label % 100) + "]";
  }

  /** The pixels that belong to an id and a label. */
  static Image imageOf(long id, int label) {
    byte[] pixels = new byte[(int) SHAPE.byteCount()];
    new SplittableRandom(31 * id + label).nextBytes(pixels);
    return Image.of(SHAPE.height(), SHAPE.width(), SHAPE.channels(), pixels);
  }
}
