package io.imagestore.disk;

import io.imagestore.Capability;
import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.StoreInfo;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.DecodeException;
import io.imagestore.spi.Snapshot;
import io.imagestore.spi.StoreFiles;
import io.imagestore.spi.StoreReader;
import io.imagestore.spi.StoredImage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Reads a folder as {@link ArticleFolder} writes it. What guards its pixels are the checksums that
 * PNG itself has.
 */
final class ArticleFolderReader implements StoreReader {
  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(
          Capability.MIXED_SHAPES, Capability.PERSISTENT, Capability.READ_BY_OTHER_PROCESSES);

  private final Path folder;
  private final ArticleLabels labels;
  private final Parts parts;
  private final long maxPixels;

  /** Filled as they become known: a shape stands in its file alone. */
  private final AtomicReferenceArray<ImageShape> shapes;

  private ArticleFolderReader(Path folder, DiskOptions options, ArticleLabels labels) {
    this.folder = folder;
    this.labels = labels;
    parts = new Parts(folder, options, StoreFiles.ofSystem(), null);
    maxPixels = options.maxPixels();
    shapes = new AtomicReferenceArray<>(labels.size());
  }

  static ArticleFolderReader open(Path folder, DiskOptions options) throws IOException {
    return new ArticleFolderReader(folder, options, ArticleLabels.read(folder));
  }

  private interface Read<T> {
    T from(PngFile file, Codec codec) throws IOException;
  }

  private <T> T read(long id, Read<T> read) throws IOException {
    Path file = file(id);
    Codec codec = parts.codecs.borrow();
    try {
      return read.from(new PngFile(file), codec);
    } catch (DecodeException e) {
      throw new CorruptImageException(
          folder, id, "its file " + file + " can't be read: " + e.getMessage(), e);
    } catch (UnsupportedImageException e) {
      throw new UnsupportedImageException(
          "image " + id + " in " + folder + " can't be read: " + e.getMessage(), e);
    } catch (FileNotFoundException e) {
      if (Files.notExists(file)) {
        throw new CorruptImageException(folder, id, "its file " + file + " is missing", e);
      }
      throw e; // it can't be reached, or too many files are open
    } finally {
      parts.codecs.giveBack(codec);
    }
  }

  private Path file(long id) {
    return folder.resolve(id + ".png");
  }

  private ImageShape shapeAt(int index) throws IOException {
    ImageShape shape = shapes.get(index);
    if (shape == null) {
      shape = read(labels.id(index), (file, codec) -> file.readShape(codec, maxPixels));
      shapes.set(index, shape);
    }
    return shape;
  }

  @Override
  public Path location() {
    return folder;
  }

  @Override
  public Snapshot snapshot() {
    return new OnlyState();
  }

  @Override
  public StoreInfo describe() {
    long bytes = 0;
    for (int i = 0; i < labels.size(); i++) {
      bytes += file(labels.id(i)).toFile().length();
    }
    return new StoreInfo(
        DiskImageStore.BACKEND, folder, labels.size(), bytes, List.of(), CAPABILITIES);
  }

  @Override
  public void close() throws IOException {
    parts.close();
  }

  /** Nobody writes to such a folder through this project. */
  private final class OnlyState implements Snapshot {

    @Override
    public Path store() {
      return folder;
    }

    @Override
    public long count() {
      return labels.size();
    }

    @Override
    public OptionalLong lastId() {
      int size = labels.size();
      return size == 0 ? OptionalLong.empty() : OptionalLong.of(labels.id(size - 1));
    }

    @Override
    public long[] idsFrom(long firstId, int count) {
      return labels.idsFrom(firstId, count);
    }

    @Override
    public @Nullable StoredImage find(long id) throws IOException {
      int index = labels.indexOf(id);
      return index < 0 ? null : new StoredImage(id, shapeAt(index), labels.label(index), null);
    }

    @Override
    public @Nullable String metadata(StoredImage image) {
      return null;
    }

    @Override
    public void read(StoredImage image, Visitor visitor) throws IOException {
      visitor.visit(pixels(image).bytes());
    }

    @Override
    public void readPixels(StoredImage[] images, ImageShape shape, ByteBuffer pixels)
        throws IOException {
      int imageBytes = (int) shape.byteCount();
      parts.workers.forEach(
          images.length,
          imageBytes,
          i -> pixels(images[i]).copyTo(pixels.slice(i * imageBytes, imageBytes)));
    }

    private Image pixels(StoredImage image) throws IOException {
      Image pixels =
          ArticleFolderReader.this.read(image.id(), (file, codec) -> file.read(codec, maxPixels));
      if (!pixels.shape().equals(image.shape())) {
        throw new CorruptImageException(
            folder,
            image.id(),
            "its file was " + image.shape() + " before, and is " + pixels.shape() + " now");
      }
      return pixels;
    }

    @Override
    public void check(long id) throws IOException {
      StoredImage image = find(id);
      if (image != null) {
        pixels(image);
      }
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
