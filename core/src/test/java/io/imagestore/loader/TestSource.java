package io.imagestore.loader;

import io.imagestore.Capability;
import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.LabeledImage;
import io.imagestore.SampleType;
import io.imagestore.StoreInfo;
import io.imagestore.codec.Codecs;
import io.imagestore.spi.Snapshot;
import io.imagestore.spi.StoreReader;
import io.imagestore.spi.StoredImage;
import io.imagestore.spi.Stores;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** Images in memory that can be made to fail. */
final class TestSource implements StoreReader {

  private final NavigableMap<Long, LabeledImage> images = new ConcurrentSkipListMap<>();

  /** Where the bytes lie outside of the heap, as those of a mapped file do. */
  private final Map<Long, ByteBuffer> mapped = new ConcurrentHashMap<>();

  private final Set<Long> damagedRecords = ConcurrentHashMap.newKeySet();
  private final Set<Long> damagedWays = ConcurrentHashMap.newKeySet();
  private final Set<Long> lost = ConcurrentHashMap.newKeySet();
  private final Set<Long> damaged = ConcurrentHashMap.newKeySet();

  /** What is called at each read, to hold it up or to make it fail. */
  private volatile Runnable onRead = () -> {};

  static TestSource empty() {
    return new TestSource();
  }

  /** Raw images of noise whose ids follow one another but for a gap in the middle. */
  static TestSource ofRaw(int count, int height, int width, int channels) {
    TestSource source = new TestSource();
    for (int i = 0; i < count; i++) {
      long id = i < count / 2 ? i : i + 1000;
      source.add(id, raw(id, height, width, channels));
    }
    return source;
  }

  /** PNG files of the images that {@link #ofRaw} has. */
  static TestSource ofPng(int count, int height, int width, int channels) {
    TestSource source = new TestSource();
    ofRaw(count, height, width, channels)
        .images
        .forEach((id, image) -> source.add(id, png(image.image())));
    return source;
  }

  static Image raw(long id, int height, int width, int channels) {
    return Image.of(height, width, channels, bytes(id, height * width * channels));
  }

  static Image wide(ImageShape shape, long id) {
    if (shape.sampleType() == SampleType.UINT16) {
      return Image.of(shape, ByteBuffer.wrap(bytes(id, (int) shape.byteCount())));
    }
    ByteBuffer floats = ByteBuffer.allocate((int) shape.byteCount()).order(ByteOrder.LITTLE_ENDIAN);
    SplittableRandom random = new SplittableRandom(id);
    while (floats.hasRemaining()) {
      floats.putFloat((float) random.nextDouble(-1, 2));
    }
    return Image.of(shape, floats.flip());
  }

  private static byte[] bytes(long seed, int count) {
    byte[] bytes = new byte[count];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  static Image png(Image image) {
    ByteBuffer file = Codecs.require("png").encode(image.shape(), ByteBuffer.wrap(image.pixels()));
    return Image.encoded(file, "png", image.shape());
  }

  static int label(long id) {
    return (int) (id % 10);
  }

  TestSource add(long id, Image image) {
    images.put(id, new LabeledImage(id, image, label(id)));
    ByteBuffer bytes = image.bytes();
    mapped.put(id, ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip());
    return this;
  }

  TestSource remove(long id) {
    images.remove(id);
    return this;
  }

  TestSource damage(long... ids) {
    for (long id : ids) {
      damaged.add(id);
    }
    return this;
  }

  /** Fills an image's bytes, where they lie, with one value. */
  TestSource overwrite(long id, int value) {
    ByteBuffer bytes = mapped.get(id);
    for (int i = 0; i < bytes.capacity(); i++) {
      bytes.put(i, (byte) value);
    }
    return this;
  }

  TestSource damageRecord(long id) {
    damagedRecords.add(id);
    return this;
  }

  /** Damages what leads to an image, and so lists its id. */
  TestSource damageWayTo(long id) {
    damagedWays.add(id);
    return this;
  }

  /** Damages the only places that tell of an image. */
  TestSource lose(long id) {
    lost.add(id);
    return this;
  }

  TestSource onRead(Runnable action) {
    onRead = action;
    return this;
  }

  Image image(long id) {
    return images.get(id).image();
  }

  long[] ids() {
    return images.keySet().stream().mapToLong(Long::longValue).toArray();
  }

  ImageSource open() {
    return Stores.source("TestSource", this);
  }

  @Override
  public Path location() {
    return Path.of("test");
  }

  @Override
  public StoreInfo describe() {
    return new StoreInfo(
        "test",
        location(),
        images.size(),
        0,
        List.of(),
        EnumSet.of(Capability.MIXED_SHAPES, Capability.ENCODED));
  }

  @Override
  public Snapshot snapshot() {
    return new State();
  }

  @Override
  public void requireNoLostIds() {
    if (!lost.isEmpty()) {
      throw new CorruptStoreException("the ids of " + lost.size() + " images are lost");
    }
  }

  @Override
  public void close() {}

  private final class State implements Snapshot {

    @Override
    public Path store() {
      return location();
    }

    @Override
    public long count() {
      return images.size();
    }

    @Override
    public OptionalLong lastId() {
      return images.isEmpty() ? OptionalLong.empty() : OptionalLong.of(images.lastKey());
    }

    @Override
    public long[] idsFrom(long firstId, int count) {
      if (!damagedWays.isEmpty() || !lost.isEmpty()) {
        throw new CorruptStoreException("a page is damaged");
      }
      return idsToCheck(firstId, count);
    }

    @Override
    public long[] idsToCheck(long firstId, int count) {
      return images.tailMap(firstId).keySet().stream()
          .filter(id -> !lost.contains(id))
          .limit(count)
          .mapToLong(Long::longValue)
          .toArray();
    }

    @Override
    public @Nullable StoredImage find(long id) {
      if (damagedWays.contains(id)) {
        throw new CorruptStoreException("a page is damaged");
      }
      if (damagedRecords.contains(id)) {
        throw new CorruptImageException(location(), id, "a test says so of its record");
      }
      LabeledImage found = images.get(id);
      return found == null
          ? null
          : new StoredImage(
              id, found.image().shape(), found.label(), found.image().format().orElse(null));
    }

    @Override
    public @Nullable String metadata(StoredImage image) {
      return null;
    }

    @Override
    public void read(StoredImage image, Visitor visitor) throws IOException {
      onRead.run();
      if (damaged.contains(image.id())) {
        throw new CorruptImageException(location(), image.id(), "a test says so");
      }
      visitor.visit(mapped.get(image.id()).duplicate());
    }

    @Override
    public void check(long id) {}

    @Override
    public void close() {}
  }

  @Override
  public String toString() {
    return Arrays.toString(ids());
  }
}
