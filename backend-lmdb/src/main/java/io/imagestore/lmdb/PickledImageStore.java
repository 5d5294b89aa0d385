package io.imagestore.lmdb;

import io.imagestore.Capability;
import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.ImageBatch;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import io.imagestore.StoreInfo;
import io.imagestore.spi.AbstractImageStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Images that Python code has pickled into an LMDB environment, each under its id in eight decimal
 * digits; see {@link PickledImage}. Read-only. The format has no checksums: checking an image means
 * reading it.
 */
final class PickledImageStore extends AbstractImageStore {

  private final Environment environment;

  PickledImageStore(Path path, Environment environment) {
    super(path, true);
    this.environment = environment;
  }

  @Override
  protected @Nullable LabeledImage read(long id) throws IOException {
    return lookUp(id).orElse(null);
  }

  private Optional<LabeledImage> lookUp(long id) throws IOException {
    return environment.read(view -> lookUp(view, id));
  }

  private Optional<LabeledImage> lookUp(StoreView view, long id) {
    return id <= IdFormat.DIGITS.highest() && view.index().find(IdFormat.DIGITS.key(id))
        ? Optional.of(image(view, id))
        : Optional.empty();
  }

  private LabeledImage image(StoreView view, long id) {
    ByteBuffer value;
    try {
      value = view.index().value();
    } catch (PageDamageException e) {
      throw new CorruptImageException(location(), id, "the pages that hold it are damaged", e);
    }
    byte[] pickle = new byte[value.remaining()];
    value.get(pickle);
    return PickledImage.parse(pickle, id, location());
  }

  @Override
  protected List<LabeledImage> scan(long firstId, int count) throws IOException {
    return environment.read(
        view -> {
          List<LabeledImage> images = new ArrayList<>();
          for (long id : view.ids().from(firstId, count)) {
            try {
              lookUp(view, id).ifPresent(images::add);
            } catch (CorruptImageException e) {
              if (images.isEmpty()) {
                throw e;
              }
              break; // the next scan begins with the damaged image, and throws
            }
          }
          return images;
        });
  }

  @Override
  protected void read(long[] ids, ImageBatch into) throws IOException {
    List<LabeledImage> images =
        environment.read(
            view -> {
              List<LabeledImage> found = new ArrayList<>(ids.length);
              for (long id : ids) {
                found.add(
                    lookUp(view, id).orElseThrow(() -> new ImageNotFoundException(location(), id)));
              }
              return found;
            });
    for (LabeledImage image : images) {
      requireShape(image.id(), image.image().shape(), into.shape());
    }
    into.clear();
    images.forEach(into::add);
  }

  @Override
  protected @Nullable ImageShape shapeOf(long id) throws IOException {
    return lookUp(id).map(image -> image.image().shape()).orElse(null);
  }

  @Override
  protected OptionalInt labelOf(long id) throws IOException {
    return lookUp(id).map(image -> OptionalInt.of(image.label())).orElse(OptionalInt.empty());
  }

  @Override
  protected long[] idsFrom(long firstId, int count) throws IOException {
    return environment.read(view -> view.ids().from(firstId, count));
  }

  @Override
  protected long[] idsToCheck(long firstId, int count) throws IOException {
    return environment.read(view -> view.ids().evenIfDamagedFrom(firstId, count));
  }

  @Override
  protected void checkStructure() throws IOException {
    environment.read(
        view -> {
          view.ids().requireAll();
          return true;
        });
  }

  @Override
  protected long count() throws IOException {
    return environment.read(StoreView::count);
  }

  @Override
  protected void check(long id) throws IOException {
    try {
      lookUp(id);
    } catch (CorruptStoreException e) {
      throw new CorruptImageException(location(), id, "the pages that lead to it are damaged", e);
    }
  }

  @Override
  protected StoreInfo describe() throws IOException {
    return new StoreInfo(
        LmdbImageStore.BACKEND,
        location(),
        count(),
        DataFile.bytesIn(location()),
        List.of(),
        EnumSet.allOf(Capability.class));
  }

  @Override
  protected void release() throws IOException {
    environment.leave();
  }

  // It is read-only, so these are never called.

  @Override
  protected void write(Iterator<LabeledImage> images) {
    throw new UnsupportedOperationException("a store of pickled images is only read");
  }

  @Override
  protected boolean remove(long id) {
    throw new UnsupportedOperationException("a store of pickled images is only read");
  }

  @Override
  protected void sync() {}
}
