package io.imagestore.disk;

import io.imagestore.CorruptImageException;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.UnsupportedImageException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.spi.IoFailure;
import io.imagestore.spi.Pixels;
import io.imagestore.spi.Staging;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.stream.Stream;

/**
 * Writes a folder of PNG files and labels in the layout of the article "<a
 * href="https://realpython.com/storing-images-in-python/">Three Ways of Storing and Accessing Lots
 * of Images in Python</a>" by Rebecca Stone (Real Python, 2019), so that the article's functions
 * read it as it is:
 *
 * <ul>
 *   <li>{@code 0.png} to {@code (N-1).png}: the images, ascending by id; ids with gaps are lost
 *   <li>{@code 0.csv} to {@code (N-1).csv}: the label of each, one line
 *   <li>{@code N.csv}: the labels of all, a line each, in the order of the images
 * </ul>
 *
 * <p>Encoded images are decoded: of a PNG file with a palette, those functions would read the
 * palette's indices. Images of 16 bits a sample are written as such; Pillow keeps that of gray
 * ones, and drops the lower half of others.
 *
 * <p>Lines are as Python's {@code csv.writer} writes them, with CR and LF at the end. Such a folder
 * holds no checksums but PNG's own, and can't be added to; to keep images, take {@link
 * DiskImageStore}.
 */
public final class ArticleFolder {

  private static final String LINE_END = "\r\n";

  private ArticleFolder() {}

  /**
   * Writes all images of a store, one after the other. Until the last is written, they lie in a
   * folder beside, named with {@code .part} behind, which is deleted if something fails. May be
   * called from any thread.
   *
   * @param source images of 1 to 4 channels and of any shapes; what is stored or deleted meanwhile
   *     may be among them or not
   * @param folder where there is nothing yet
   * @throws UnsupportedStoreException if there is something at the path
   * @throws UnsupportedImageException if an image has more than 4 channels or FLOAT32 samples, or
   *     there is no codec for an encoded one
   * @throws CorruptImageException if an image of the source is damaged
   * @throws ImageStoreException if the file system fails
   */
  public static void write(ImageSource source, Path folder) {
    try (Staging staging = Staging.beside(folder)) {
      Files.createDirectory(staging.path());
      fill(staging.path(), source);
      staging.publish();
    } catch (IOException e) {
      throw IoFailure.of("exporting to " + folder + " failed", e);
    }
  }

  private static void fill(Path folder, ImageSource source) throws IOException {
    Path labels = folder.resolve("labels"); // named by their number once it is known
    Path store = source.info().location();
    long count = 0;
    try (Stream<LabeledImage> images = source.stream();
        Writer lines = Files.newBufferedWriter(labels, StandardCharsets.US_ASCII)) {
      for (Iterator<LabeledImage> rest = images.iterator(); rest.hasNext(); count++) {
        LabeledImage image = rest.next();
        String label = image.label() + LINE_END;
        writePng(image, store, folder.resolve(count + ".png"));
        Files.writeString(folder.resolve(count + ".csv"), label, StandardCharsets.US_ASCII);
        lines.write(label);
      }
    }
    Files.move(labels, folder.resolve(count + ".csv"));
  }

  private static void writePng(LabeledImage image, Path store, Path file) throws IOException {
    ImageShape shape = image.image().shape();
    if (!Png.holds(shape)) {
      throw new UnsupportedImageException(
          "image "
              + image.id()
              + " is "
              + shape
              + ", but PNG holds 1 to 4 channels of integers; nothing is exported");
    }
    ByteBuffer png = Png.encode(shape, Pixels.decoded(store, image).bytes());
    try (OutputStream out = new FileOutputStream(file.toFile())) {
      out.write(png.array(), png.arrayOffset() + png.position(), png.remaining());
    }
  }
}
