package io.imagestore.spi;

import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.StoreInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** As little of a backend as there can be; tests override what they want to behave otherwise. */
class HeapBackend implements StoreReader, StoreWriter, Snapshot {

  final NavigableMap<Long, LabeledImage> images = new ConcurrentSkipListMap<>();

  ImageStore open() {
    return Stores.store("HeapStore", this, this);
  }

  @Override
  public Path location() {
    return Path.of("heap");
  }

  @Override
  public Path store() {
    return location();
  }

  @Override
  public Snapshot snapshot() throws IOException {
    return this;
  }

  @Override
  public void write(Iterator<LabeledImage> batch) throws IOException {
    NavigableMap<Long, LabeledImage> written = new TreeMap<>();
    batch.forEachRemaining(image -> written.put(image.id(), image));
    images.putAll(written);
  }

  @Override
  public boolean remove(long id) throws IOException {
    return images.remove(id) != null;
  }

  @Override
  public void sync() throws IOException {}

  @Override
  public StoreInfo describe() throws IOException {
    return new StoreInfo("heap", location(), count(), 0, List.of(), Set.of());
  }

  @Override
  public long count() throws IOException {
    return images.size();
  }

  @Override
  public OptionalLong lastId() {
    return images.isEmpty() ? OptionalLong.empty() : OptionalLong.of(images.lastKey());
  }

  @Override
  public long[] idsFrom(long firstId, int count) {
    return images.tailMap(firstId, true).keySet().stream()
        .limit(count)
        .mapToLong(Long::longValue)
        .toArray();
  }

  @Override
  public @Nullable StoredImage find(long id) throws IOException {
    LabeledImage image = images.get(id);
    return image == null ? null : new StoredImage(id, image.image().shape(), image.label(), null);
  }

  @Override
  public @Nullable String metadata(StoredImage image) {
    return images.get(image.id()).metadata().orElse(null);
  }

  @Override
  public void read(StoredImage image, Visitor visitor) throws IOException {
    visitor.visit(images.get(image.id()).image().bytes());
  }

  @Override
  public void check(long id) throws IOException {}

  @Override
  public void close() {}
}
