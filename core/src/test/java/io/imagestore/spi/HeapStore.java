package io.imagestore.spi;

import io.imagestore.ImageBatch;
import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import io.imagestore.StoreInfo;
import io.imagestore.StoreOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** As little of a backend as there can be; tests override what they want to behave otherwise. */
class HeapStore extends AbstractImageStore {

  private final NavigableMap<Long, LabeledImage> images = new ConcurrentSkipListMap<>();

  HeapStore() {
    super(Path.of("heap"), StoreOptions.defaults());
  }

  @Override
  protected void write(Iterator<LabeledImage> batch) throws IOException {
    NavigableMap<Long, LabeledImage> written = new TreeMap<>();
    batch.forEachRemaining(image -> written.put(image.id(), image));
    images.putAll(written);
  }

  @Override
  protected boolean remove(long id) throws IOException {
    return images.remove(id) != null;
  }

  @Override
  protected @Nullable LabeledImage read(long id) {
    return images.get(id);
  }

  @Override
  protected void read(long[] ids, ImageBatch into) {
    into.clear();
    Arrays.stream(ids).mapToObj(images::get).forEach(into::add);
  }

  @Override
  protected @Nullable ImageShape shapeOf(long id) {
    LabeledImage image = images.get(id);
    return image == null ? null : image.image().shape();
  }

  @Override
  protected OptionalInt labelOf(long id) {
    LabeledImage image = images.get(id);
    return image == null ? OptionalInt.empty() : OptionalInt.of(image.label());
  }

  @Override
  protected long[] idsFrom(long firstId, int count) {
    return images.tailMap(firstId, true).keySet().stream()
        .limit(count)
        .mapToLong(Long::longValue)
        .toArray();
  }

  @Override
  protected long count() throws IOException {
    return images.size();
  }

  @Override
  protected void check(long id) {}

  @Override
  protected StoreInfo describe() throws IOException {
    return new StoreInfo("heap", location(), count(), 0, List.of(), Set.of());
  }

  @Override
  protected void sync() throws IOException {}

  @Override
  protected void release() throws IOException {}
}
