package io.imagestore.testkit;

import io.imagestore.Capability;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.StoreInfo;
import io.imagestore.loader.DataLoader;
import io.imagestore.loader.TensorBatch;
import io.imagestore.spi.Snapshot;
import io.imagestore.spi.StoreReader;
import io.imagestore.spi.StoredImage;
import io.imagestore.spi.Stores;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A loader's memory goes by runs of ids, not by ids. */
class LoaderMemoryTest {

  private static final long IMAGES = 20_000_000;

  @Test
  void anEpochOfMoreIdsThanTheHeapHoldsRuns() {
    try (ChildJvm child = ChildJvm.start(List.of("-Xmx64m", "-XX:+UseSerialGC"), Loading.class)) {
      child.succeed();
    }
  }

  static final class Loading {
    public static void main(String[] args) {
      try (ImageSource source = Stores.source("Numbered", new Numbered());
          DataLoader loader = DataLoader.builder(source).batchSize(256).shuffle(1).build()) {
        TensorBatch batch = loader.epoch(0).iterator().next();
        for (int place = 0; place < batch.size(); place++) {
          if (batch.labels()[place] != label(batch.ids()[place])) {
            throw new AssertionError("image " + batch.ids()[place] + " has another label");
          }
        }
      }
    }
  }

  private static int label(long id) {
    return (int) (id % 10);
  }

  /** As many images of one black pixel, held nowhere. */
  private static final class Numbered implements StoreReader, Snapshot {

    private static final ImageShape PIXEL = new ImageShape(1, 1, 1);

    @Override
    public Path location() {
      return Path.of("numbered");
    }

    @Override
    public Path store() {
      return location();
    }

    @Override
    public StoreInfo describe() {
      return new StoreInfo(
          "numbered", location(), IMAGES, 0, List.of(), EnumSet.noneOf(Capability.class));
    }

    @Override
    public Snapshot snapshot() {
      return this;
    }

    @Override
    public long count() {
      return IMAGES;
    }

    @Override
    public OptionalLong lastId() {
      return OptionalLong.of(IMAGES - 1);
    }

    @Override
    public long[] idsFrom(long firstId, int count) {
      return LongStream.range(firstId, Math.min(firstId + count, IMAGES)).toArray();
    }

    @Override
    public @Nullable StoredImage find(long id) {
      return id < IMAGES ? new StoredImage(id, PIXEL, label(id), null) : null;
    }

    @Override
    public @Nullable String metadata(StoredImage image) {
      return null;
    }

    @Override
    public void read(StoredImage image, Visitor visitor) throws IOException {
      visitor.visit(ByteBuffer.allocate(1));
    }

    @Override
    public void check(long id) {}

    @Override
    public void close() {}
  }
}
