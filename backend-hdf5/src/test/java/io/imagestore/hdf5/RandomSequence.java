package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.Durability;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.SampleType;
import io.imagestore.spi.Checksums;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A seeded sequence of writes to one store, and what the store must hold after it. */
final class RandomSequence {

  private final SplittableRandom random;
  private final Path path;
  private final ImageShape shape;
  private final Hdf5Options options;
  private final TreeMap<Long, LabeledImage> model = new TreeMap<>();
  private final long ids;

  RandomSequence(long seed, Path path) {
    this.random = new SplittableRandom(seed);
    this.path = path;
    SampleType[] samples = SampleType.values();
    this.shape =
        new ImageShape(
            1 + random.nextInt(6),
            1 + random.nextInt(6),
            1 + random.nextInt(4),
            samples[random.nextInt(samples.length)]);
    this.ids = random.nextLong(1, random.nextBoolean() ? 40 : 3000);
    boolean filtered = random.nextInt(3) == 0;
    this.options =
        Hdf5Options.builder()
            .chunkRows(1 + random.nextInt(random.nextBoolean() ? 4 : 60))
            .deflateLevel(filtered ? 1 + random.nextInt(9) : 0)
            .shuffle(filtered && random.nextBoolean())
            .durability(random.nextInt(4) == 0 ? Durability.COMMIT : Durability.FLUSH)
            .build();
  }

  /** Writes, and checks what the store says each time it is opened again. */
  void run() {
    int openings = 1 + random.nextInt(4);
    for (int opening = 0; opening < openings; opening++) {
      try (ImageStore store = Hdf5ImageStore.open(path, options)) {
        assertThat(store.stream().toList()).isEqualTo(new ArrayList<>(model.values()));
        for (int operations = random.nextInt(25); operations > 0; operations--) {
          operate(store);
        }
        assertThat(store.stream().toList()).isEqualTo(new ArrayList<>(model.values()));
      }
    }
  }

  private void operate(ImageStore store) {
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> {
        LabeledImage image = image(random.nextLong(ids));
        store.put(image.id(), image.image(), image.label());
        model.put(image.id(), image);
      }
      case 3, 4, 5 -> {
        List<LabeledImage> batch = batch();
        store.putBatch(batch);
        batch.forEach(image -> model.put(image.id(), image));
      }
      case 6, 7, 8 -> {
        for (int deletes = random.nextInt(6); deletes > 0; deletes--) {
          long id =
              random.nextBoolean() && !model.isEmpty() ? model.lastKey() : random.nextLong(ids);
          assertThat(store.delete(id)).isEqualTo(model.remove(id) != null);
        }
      }
      default -> store.flush();
    }
  }

  private List<LabeledImage> batch() {
    List<LabeledImage> batch = new ArrayList<>();
    long first = random.nextLong(ids);
    boolean ascending = random.nextBoolean();
    for (int count = random.nextInt(random.nextInt(4) == 0 ? 400 : 20); count > 0; count--) {
      batch.add(image(ascending ? first++ : random.nextLong(ids)));
    }
    return batch;
  }

  private LabeledImage image(long id) {
    byte[] pixels = new byte[(int) shape.byteCount()];
    // Few values, so that deflate has something to do.
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) random.nextInt(7);
    }
    Image image = Image.of(shape, ByteBuffer.wrap(pixels));
    return new LabeledImage(id, image, random.nextInt());
  }

  /** Writes down what the store must hold, for {@code check.py}. */
  void expect(Path file) throws IOException {
    Checksums checksums = new Checksums();
    try (OutputStream out = Files.newOutputStream(file)) {
      String head =
          shape.height()
              + " "
              + shape.width()
              + " "
              + shape.channels()
              + " "
              + shape.sampleType()
              + " "
              + model.size()
              + "\n";
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      for (LabeledImage image : model.values()) {
        byte[] pixels = image.image().pixels();
        int crc = checksums.of(ByteBuffer.wrap(pixels));
        ByteBuffer row = ByteBuffer.allocate(20 + pixels.length).order(ByteOrder.LITTLE_ENDIAN);
        row.putLong(image.id())
            .putInt(image.label())
            .putInt(crc)
            .putInt(checksums.ofRecord(image.id(), image.label(), shape, null, crc, 0))
            .put(pixels);
        out.write(row.array());
      }
    }
  }
}
