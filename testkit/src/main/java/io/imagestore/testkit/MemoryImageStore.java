package io.imagestore.testkit;

import io.imagestore.Capability;
import io.imagestore.ImageBatch;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import io.imagestore.StoreInfo;
import io.imagestore.StoreOptions;
import io.imagestore.internal.PersistentLongMap;
import io.imagestore.spi.AbstractImageStore;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A store that holds its images on the heap and forgets them when it is closed: for tests that need
 * a store but no files.
 */
public final class MemoryImageStore extends AbstractImageStore {

  private final List<String> labelNames;
  private volatile PersistentLongMap<LabeledImage> images = PersistentLongMap.empty();

  /** An empty store. */
  public MemoryImageStore() {
    this(Path.of("memory"), StoreOptions.defaults());
  }

  MemoryImageStore(Path location, StoreOptions options) {
    super(location, options);
    this.labelNames = options.labelNames().orElse(List.of());
  }

  @Override
  protected void write(Iterator<LabeledImage> batch) {
    PersistentLongMap.Builder<LabeledImage> grown = images.toBuilder();
    while (batch.hasNext()) {
      LabeledImage image = batch.next();
      grown.put(image.id(), image);
    }
    images = grown.build();
  }

  @Override
  protected boolean remove(long id) {
    PersistentLongMap<LabeledImage> before = images;
    images = before.without(id);
    return images != before;
  }

  @Override
  protected @Nullable LabeledImage read(long id) {
    return images.get(id);
  }

  @Override
  protected void read(long[] ids, ImageBatch into) {
    PersistentLongMap<LabeledImage> snapshot = images;
    for (long id : ids) {
      requireShape(id, found(snapshot, id).image().shape(), into.shape());
    }
    into.fill(
        ids.length,
        (pixels, batchIds, labels) -> {
          for (int i = 0; i < ids.length; i++) {
            LabeledImage image = found(snapshot, ids[i]);
            image.image().copyTo(pixels);
            batchIds[i] = image.id();
            labels[i] = image.label();
          }
        });
  }

  private LabeledImage found(PersistentLongMap<LabeledImage> snapshot, long id) {
    LabeledImage image = snapshot.get(id);
    if (image == null) {
      throw new ImageNotFoundException(location(), id);
    }
    return image;
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
    return images.idsFrom(firstId, count);
  }

  @Override
  protected long count() {
    return images.size();
  }

  @Override
  protected void check(long id) {
    // Nothing on the heap can rot without the JVM's notice.
  }

  @Override
  protected StoreInfo describe() {
    return new StoreInfo(
        "memory",
        location(),
        count(),
        0,
        labelNames,
        EnumSet.of(Capability.MIXED_SHAPES, Capability.ANY_CHANNELS));
  }

  @Override
  protected void sync() {
    // There is nothing that could outlive the process.
  }

  @Override
  protected void release() {
    images = PersistentLongMap.empty();
  }
}
