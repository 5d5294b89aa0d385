package io.imagestore.hdf5;

import static io.imagestore.hdf5.format.ElementType.UINT8;

import io.imagestore.CorruptImageException;
import io.imagestore.ImageBatch;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.SampleType;
import io.imagestore.ShapeMismatchException;
import io.imagestore.UnsupportedImageException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.codec.DecodeException;
import io.imagestore.hdf5.format.ColumnSpec;
import io.imagestore.hdf5.format.ContiguousDataset;
import io.imagestore.hdf5.format.Filters;
import io.imagestore.hdf5.format.Hdf5Table;
import io.imagestore.hdf5.format.TableSchema;
import io.imagestore.hdf5.format.Transaction;
import io.imagestore.spi.IoFailure;
import io.imagestore.spi.Pixels;
import io.imagestore.spi.Staging;
import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Writes HDF5 files in the layouts of the article "<a
 * href="https://realpython.com/storing-images-in-python/">Three Ways of Storing and Accessing Lots
 * of Images in Python</a>" by Rebecca Stone (Real Python, 2019), so that the article's functions
 * read them as they are. A file of many images, which the article names {@code {N}_many.h5}, has
 * the datasets
 *
 * <ul>
 *   <li>{@code /images}, uint8 (N, H, W, C): the images, ascending by id; the ids themselves are
 *       lost
 *   <li>{@code /meta}, uint8 (N): their labels
 * </ul>
 *
 * <p>A store without images becomes datasets of the shapes (0, 1, 1, 1) and (0). Both datasets are
 * chunked and may grow. A file of one image, which the article names {@code {id}.h5}, has
 *
 * <ul>
 *   <li>{@code /image}, uint8 (H, W, C): the image
 *   <li>{@code /meta}, uint8, a scalar: its label
 * </ul>
 *
 * <p>The files hold no checksums; to keep images, take {@link Hdf5ImageStore}, which opens such
 * files to read, their ids counting from 0.
 */
public final class ArticleFile {

  private static final List<String> NAMES = List.of("images", "meta");
  private static final ImageShape NO_SHAPE = new ImageShape(1, 1, 1);
  private static final int MAX_LABEL = 255;
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int CHUNK_LABELS = 1 << 15;

  private ArticleFile() {}

  /**
   * Writes all images of a store, one after the other. Labels are checked before. Until the last
   * image is written, the file lies in a folder beside, named like it with {@code .part} behind,
   * which is deleted if something fails. May be called from any thread.
   *
   * @param source images of one shape, with labels from 0 to 255; encoded ones are decoded. What is
   *     stored meanwhile may be among them or not
   * @param file where there is nothing yet
   * @throws UnsupportedStoreException if there is something at the path, or a label is out of range
   * @throws UnsupportedImageException if an image has other samples than UINT8, or is larger than a
   *     chunk can be, which is 2 GiB, or there is no codec for an encoded one
   * @throws ShapeMismatchException if images have different shapes
   * @throws ImageNotFoundException if an image is deleted while labels are checked
   * @throws CorruptImageException if an image of the source is damaged
   * @throws ImageStoreException if the file system fails
   */
  public static void write(ImageSource source, Path file) {
    for (long id : source.ids()) {
      checkLabel(id, source.label(id));
    }
    try (Staging staging = Staging.beside(file)) {
      fill(staging.path(), source);
      staging.publish();
    } catch (IOException e) {
      throw IoFailure.of("exporting to " + file + " failed", e);
    }
  }

  /**
   * Writes one image, by way of a folder beside, as {@link #write(ImageSource, Path)} does. May be
   * called from any thread.
   *
   * @param image with a label from 0 to 255; an encoded one is decoded; its id isn't written
   * @param file where there is nothing yet
   * @throws UnsupportedStoreException if there is something at the path, or the label is out of
   *     range
   * @throws UnsupportedImageException if the image has other samples than UINT8, or is encoded and
   *     there is no codec for it
   * @throws DecodeException if it is encoded, and damaged
   * @throws ImageStoreException if the file system fails
   */
  public static void write(LabeledImage image, Path file) {
    checkLabel(image.id(), image.label());
    requireBytes(image);
    ImageShape shape = image.image().shape();
    byte[] pixels = pixels(image);
    int[] dimensions = {shape.height(), shape.width(), shape.channels()};
    byte[] label = {(byte) image.label()};
    try (Staging staging = Staging.beside(file)) {
      ContiguousDataset.createFile(
          staging.path(),
          List.of(
              new ContiguousDataset("image", UINT8, dimensions, pixels),
              new ContiguousDataset("meta", UINT8, new int[0], label)));
      staging.publish();
    } catch (IOException e) {
      throw IoFailure.of("exporting to " + file + " failed", e);
    }
  }

  private static byte[] pixels(LabeledImage image) {
    try {
      return image.image().pixels();
    } catch (DecodeException e) {
      throw new DecodeException(cannotDecode(image, e), e);
    } catch (UnsupportedImageException e) {
      throw new UnsupportedImageException(cannotDecode(image, e), e);
    }
  }

  private static String cannotDecode(LabeledImage image, ImageStoreException reason) {
    return "image " + image.id() + " can't be decoded: " + reason.getMessage();
  }

  private static void fill(Path file, ImageSource source) throws IOException {
    try (Stream<LabeledImage> images = source.stream();
        Hdf5Table table =
            Hdf5Table.create(
                file,
                Map.of(),
                List.of(new TableSchema(NAMES, List.of())),
                0,
                StoreFiles.ofSystem(),
                false);
        Transaction transaction = table.begin()) {
      append(images.iterator(), source.info().location(), transaction);
      transaction.commit(false);
    }
  }

  private static void append(Iterator<LabeledImage> images, Path store, Transaction transaction)
      throws IOException {
    if (!images.hasNext()) {
      transaction.createColumns(columns(NO_SHAPE), List.of());
      return;
    }
    LabeledImage first = images.next();
    requireBytes(first);
    transaction.createColumns(columns(first.image().shape()), List.of());
    try (ImageBatch block = new Blocks().ofMany(first.image().shape())) {
      block.add(decoded(store, first));
      while (images.hasNext()) {
        LabeledImage image = images.next();
        check(image, first);
        if (block.size() == block.capacity()) {
          append(block, transaction);
          block.clear();
        }
        block.add(decoded(store, image));
      }
      append(block, transaction);
    }
  }

  private static LabeledImage decoded(Path store, LabeledImage image) {
    return new LabeledImage(image.id(), Pixels.decoded(store, image), image.label());
  }

  private static void append(ImageBatch block, Transaction transaction) throws IOException {
    transaction.append(
        block.size(), column -> column == 0 ? block.pixels() : ByteBuffer.wrap(labels(block)));
  }

  private static byte[] labels(ImageBatch block) {
    byte[] labels = new byte[block.size()];
    for (int i = 0; i < labels.length; i++) {
      checkLabel(block.id(i), block.label(i));
      labels[i] = (byte) block.label(i);
    }
    return labels;
  }

  private static void requireBytes(LabeledImage image) {
    ImageShape shape = image.image().shape();
    if (shape.sampleType() != SampleType.UINT8) {
      throw new UnsupportedImageException(
          "image "
              + image.id()
              + " is "
              + shape
              + ", but this layout holds UINT8 samples only; nothing is exported");
    }
  }

  private static List<ColumnSpec> columns(ImageShape shape) {
    int[] extents = {shape.height(), shape.width(), shape.channels()};
    int rows = (int) Math.max(1, CHUNK_BYTES / shape.byteCount());
    try {
      return List.of(
          new ColumnSpec(NAMES.get(0), UINT8, extents, rows, Filters.NONE),
          new ColumnSpec(NAMES.get(1), UINT8, new int[0], CHUNK_LABELS, Filters.NONE));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new UnsupportedImageException(
          "images of " + shape + " don't fit an HDF5 file: " + e.getMessage(), e);
    }
  }

  private static void check(LabeledImage image, LabeledImage first) {
    ImageShape shape = image.image().shape();
    if (!shape.equals(first.image().shape())) {
      throw new ShapeMismatchException(
          "image "
              + image.id()
              + " is "
              + shape
              + ", but image "
              + first.id()
              + " is "
              + first.image().shape()
              + "; this layout holds images of one shape only, nothing is exported");
    }
  }

  private static void checkLabel(long id, int label) {
    if (label < 0 || label > MAX_LABEL) {
      throw new UnsupportedStoreException(
          "the label of image "
              + id
              + " is "
              + label
              + ", but this layout holds labels from 0 to 255; nothing is exported");
    }
  }
}
