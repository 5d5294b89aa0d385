package io.imagestore.lmdb;

import io.imagestore.CorruptImageException;
import io.imagestore.ImageSource;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.StoreFullException;
import io.imagestore.UnsupportedImageException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.spi.IoFailure;
import io.imagestore.spi.Pixels;
import io.imagestore.spi.Staging;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.stream.Stream;
import org.lmdbjava.LmdbNativeException;

/**
 * Writes an LMDB environment in the layout of the article "<a
 * href="https://realpython.com/storing-images-in-python/">Three Ways of Storing and Accessing Lots
 * of Images in Python</a>" by Rebecca Stone (Real Python, 2019), so that the article's functions
 * read it as it is. In the unnamed database,
 *
 * <ul>
 *   <li>keys are the numbers 0 to N-1, ascending by id, in ASCII and padded with zeros to eight
 *       digits; ids with gaps are lost
 *   <li>values are pickles, of protocol 3, of an object of the script's own class {@code
 *       CIFAR_Image}, with the attributes {@code channels} (int), {@code size} (height and width),
 *       {@code image} (the bytes of the pixels, HWC) and {@code label} (int)
 * </ul>
 *
 * <p>The script that reads it has to have the class, whose constructor isn't called:
 *
 * <pre>{@code
 * class CIFAR_Image:
 *     def get_image(self):
 *         pixels = np.frombuffer(self.image, dtype=np.uint8)
 *         return pixels.reshape(*self.size, self.channels)
 * }</pre>
 *
 * <p>Such an environment holds no checksums, and can't be added to; to keep images, take {@link
 * LmdbImageStore}.
 */
public final class ArticleEnvironment {

  private static final String MODULE = "__main__";
  private static final String CLASS_NAME = "CIFAR_Image";
  private static final long FIRST_MAP_BYTES = 1L << 26;

  private ArticleEnvironment() {}

  /**
   * Writes all images of a store, as objects of the class {@code CIFAR_Image} of the script that
   * reads them. See {@link #write(ImageSource, Path, String, String)}.
   *
   * @param source images of any shapes of UINT8 samples; encoded ones are decoded
   * @param environment where there is nothing yet; becomes a folder
   * @throws UnsupportedStoreException if there is something at the path
   * @throws UnsupportedImageException if an image has other samples, or takes 2 GiB, or there is no
   *     codec for an encoded one
   * @throws CorruptImageException if an image of the source is damaged
   * @throws StoreFullException if there is no room on the device
   * @throws ImageStoreException if the file system fails, or LMDB can't be loaded
   */
  public static void write(ImageSource source, Path environment) {
    write(source, environment, MODULE, CLASS_NAME);
  }

  /**
   * Writes all images of a store, one after the other. Until the last is written, they lie in a
   * folder beside, named with {@code .part} behind, which is deleted if something fails. May be
   * called from any thread.
   *
   * @param source images of any shapes of UINT8 samples; encoded ones are decoded. What is stored
   *     or deleted meanwhile may be among them or not
   * @param environment where there is nothing yet; becomes a folder
   * @param module the Python module of the objects' class, such as {@code __main__} for the script
   *     that reads them
   * @param className the name of the objects' class
   * @throws IllegalArgumentException if module or class name can't be one in Python
   * @throws UnsupportedStoreException if there is something at the path
   * @throws UnsupportedImageException if an image has other samples, or takes 2 GiB, or there is no
   *     codec for an encoded one
   * @throws CorruptImageException if an image of the source is damaged
   * @throws StoreFullException if there is no room on the device
   * @throws ImageStoreException if the file system fails, or LMDB can't be loaded
   */
  public static void write(ImageSource source, Path environment, String module, String className) {
    write(source, environment, new ArticlePickle(module, className), FIRST_MAP_BYTES);
  }

  static void write(
      ImageSource source, Path environment, ArticlePickle pickle, long firstMapBytes) {
    NativeLibrary.load();
    try (Staging staging = Staging.beside(environment)) {
      fill(Files.createDirectory(staging.path()), source, pickle, firstMapBytes);
      staging.publish();
    } catch (IOException e) {
      throw IoFailure.of("exporting to " + environment + " failed", e);
    }
  }

  private static void fill(
      Path folder, ImageSource source, ArticlePickle pickle, long firstMapBytes)
      throws IOException {
    try (Stream<LabeledImage> images = source.stream();
        ArticleWriter writer = new ArticleWriter(folder, pickle, firstMapBytes)) {
      Path store = source.info().location();
      for (Iterator<LabeledImage> rest = images.iterator(); rest.hasNext(); ) {
        LabeledImage image = rest.next();
        writer.add(new LabeledImage(image.id(), Pixels.decoded(store, image), image.label()));
      }
      writer.finish();
    } catch (LmdbNativeException e) {
      throw LmdbErrors.translate(e, folder);
    } catch (IllegalArgumentException e) {
      throw LmdbErrors.translate(e, folder);
    }
  }
}
