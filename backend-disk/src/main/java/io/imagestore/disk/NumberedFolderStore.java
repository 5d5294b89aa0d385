package io.imagestore.disk;

import io.imagestore.Capability;
import io.imagestore.CorruptImageException;
import io.imagestore.ImageBatch;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import io.imagestore.StoreInfo;
import io.imagestore.disk.png.PngException;
import io.imagestore.spi.AbstractImageStore;
import io.imagestore.spi.StoreFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A folder as {@link ArticleFolder} writes it, to be read only. What guards its pixels are the
 * checksums that PNG itself has.
 */
final class NumberedFolderStore extends AbstractImageStore {
  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(
          Capability.MIXED_SHAPES, Capability.PERSISTENT, Capability.READ_BY_OTHER_PROCESSES);

  private final NumberedLabels labels;
  private final Parts parts;
  private final long maxPixels;

  /** Filled as they become known: a shape stands in its file alone. */
  private final AtomicReferenceArray<ImageShape> shapes;

  private NumberedFolderStore(Path path, DiskOptions options, NumberedLabels labels) {
    super(path, true);
    this.labels = labels;
    parts = new Parts(path, options, StoreFiles.ofSystem(), null);
    maxPixels = options.maxPixels();
    shapes = new AtomicReferenceArray<>(labels.size());
  }

  static NumberedFolderStore open(Path path, DiskOptions options) throws IOException {
    return new NumberedFolderStore(path, options, NumberedLabels.read(path));
  }

  private interface Read<T> {
    T from(PngFile file, Codec codec) throws IOException;
  }

  private <T> T read(int index, Read<T> read) throws IOException {
    long id = labels.id(index);
    Path file = location().resolve(id + ".png");
    Codec codec = parts.codecs.borrow();
    try {
      return read.from(new PngFile(file), codec);
    } catch (PngException e) {
      throw new CorruptImageException(
          location(), id, "its file " + file + " can't be read: " + e.getMessage(), e);
    } catch (FileNotFoundException e) {
      throw new CorruptImageException(location(), id, "its file " + file + " is missing", e);
    } finally {
      parts.codecs.giveBack(codec);
    }
  }

  private LabeledImage readImage(int index) throws IOException {
    return new LabeledImage(
        labels.id(index),
        read(index, (file, codec) -> file.read(codec, maxPixels)),
        labels.label(index));
  }

  private ImageShape shapeAt(int index) throws IOException {
    ImageShape shape = shapes.get(index);
    if (shape == null) {
      shape = read(index, (file, codec) -> file.readShape(codec, maxPixels));
      shapes.set(index, shape);
    }
    return shape;
  }

  @Override
  protected @Nullable LabeledImage read(long id) throws IOException {
    int index = labels.indexOf(id);
    return index < 0 ? null : readImage(index);
  }

  @Override
  protected void read(long[] ids, ImageBatch into) throws IOException {
    int[] places = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      places[i] = labels.indexOf(ids[i]);
      if (places[i] < 0) {
        throw new ImageNotFoundException(location(), ids[i]);
      }
    }
    long imageBytes = into.shape().byteCount();
    parts.workers.forEach(
        ids.length, imageBytes, i -> requireShape(ids[i], shapeAt(places[i]), into.shape()));
    try {
      into.fill(
          ids.length,
          (pixels, intoIds, intoLabels) -> fill(places, into.shape(), pixels, intoIds, intoLabels));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void fill(
      int[] places, ImageShape shape, ByteBuffer pixels, long[] intoIds, int[] intoLabels) {
    int imageBytes = (int) shape.byteCount();
    try {
      parts.workers.forEach(
          places.length,
          imageBytes,
          i -> {
            LabeledImage image = readImage(places[i]);
            requireShape(image.id(), image.image().shape(), shape);
            image.image().copyTo(pixels.slice(i * imageBytes, imageBytes));
            intoIds[i] = image.id();
            intoLabels[i] = image.label();
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected @Nullable ImageShape shapeOf(long id) throws IOException {
    int index = labels.indexOf(id);
    return index < 0 ? null : shapeAt(index);
  }

  @Override
  protected OptionalInt labelOf(long id) {
    int index = labels.indexOf(id);
    return index < 0 ? OptionalInt.empty() : OptionalInt.of(labels.label(index));
  }

  @Override
  protected long[] idsFrom(long firstId, int count) {
    return labels.idsFrom(firstId, count);
  }

  @Override
  protected long count() {
    return labels.size();
  }

  @Override
  protected void check(long id) throws IOException {
    int index = labels.indexOf(id);
    if (index >= 0) {
      readImage(index);
    }
  }

  @Override
  protected StoreInfo describe() throws IOException {
    long bytes = 0;
    for (int i = 0; i < labels.size(); i++) {
      bytes += location().resolve(labels.id(i) + ".png").toFile().length();
    }
    return new StoreInfo(
        DiskImageStore.BACKEND, location(), count(), bytes, List.of(), CAPABILITIES);
  }

  @Override
  protected void write(Iterator<LabeledImage> images) {
    throw readOnly();
  }

  @Override
  protected boolean remove(long id) {
    throw readOnly();
  }

  @Override
  protected void sync() {
    throw readOnly();
  }

  private static IllegalStateException readOnly() {
    return new IllegalStateException("a read-only store was asked to write");
  }

  @Override
  protected void release() throws IOException {
    parts.close();
  }
}
