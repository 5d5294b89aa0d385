package io.imagestore.testkit;

import io.imagestore.Capability;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.StoreInfo;
import io.imagestore.StoreOptions;
import io.imagestore.spi.PersistentLongMap;
import io.imagestore.spi.Snapshot;
import io.imagestore.spi.StoreReader;
import io.imagestore.spi.StoreWriter;
import io.imagestore.spi.StoredImage;
import io.imagestore.spi.Stores;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A store that holds its images on the heap and forgets them when it is closed: for tests that need
 * a store but no files, and as the shortest example of a backend.
 */
public final class MemoryImageStore {

  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(
          Capability.MIXED_SHAPES,
          Capability.ENCODED,
          Capability.ANY_CHANNELS,
          Capability.UINT16,
          Capability.FLOAT32,
          Capability.METADATA);

  private MemoryImageStore() {}

  /**
   * Makes a store.
   *
   * @return an empty one
   */
  public static ImageStore open() {
    return open(Path.of("memory"), StoreOptions.defaults());
  }

  static ImageStore open(Path location, StoreOptions options) {
    Memory memory = new Memory(location, options.labelNames().orElse(List.of()));
    return Stores.store("MemoryImageStore", memory, memory);
  }

  private static final class Memory implements StoreReader, StoreWriter {
    private final Path location;
    private final List<String> labelNames;
    private volatile PersistentLongMap<Kept> images = PersistentLongMap.empty();

    Memory(Path location, List<String> labelNames) {
      this.location = location;
      this.labelNames = labelNames;
    }

    @Override
    public Path location() {
      return location;
    }

    @Override
    public Snapshot snapshot() {
      return new State(location, images);
    }

    @Override
    public StoreInfo describe() {
      return new StoreInfo("memory", location, images.size(), 0, labelNames, CAPABILITIES);
    }

    @Override
    public void write(Iterator<LabeledImage> batch) {
      PersistentLongMap.Builder<Kept> grown = images.toBuilder();
      while (batch.hasNext()) {
        LabeledImage image = batch.next();
        grown.put(image.id(), new Kept(image));
      }
      images = grown.build();
    }

    @Override
    public boolean remove(long id) {
      PersistentLongMap<Kept> before = images;
      images = before.without(id);
      return images != before;
    }

    @Override
    public void sync() {
      // There is nothing that could outlive the process.
    }

    @Override
    public void close() {
      images = PersistentLongMap.empty();
    }
  }

  private static final class Kept extends StoredImage {
    private final LabeledImage image;

    Kept(LabeledImage image) {
      super(image.id(), image.image().shape(), image.label(), image.image().format().orElse(null));
      this.image = image;
    }
  }

  private record State(Path store, PersistentLongMap<Kept> images) implements Snapshot {

    @Override
    public long count() {
      return images.size();
    }

    @Override
    public OptionalLong lastId() {
      return images.lastId();
    }

    @Override
    public long[] idsFrom(long firstId, int count) {
      return images.idsFrom(firstId, count);
    }

    @Override
    public @Nullable StoredImage find(long id) {
      return images.get(id);
    }

    @Override
    public @Nullable String metadata(StoredImage image) {
      return ((Kept) image).image.metadata().orElse(null);
    }

    @Override
    public void read(StoredImage image, Visitor visitor) throws IOException {
      visitor.visit(((Kept) image).image.image().bytes());
    }

    @Override
    public void check(long id) {
      // Nothing on the heap can rot without the JVM's notice.
    }

    @Override
    public void close() {
      // The garbage collector lets it go.
    }
  }
}
