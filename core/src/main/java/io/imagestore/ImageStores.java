package io.imagestore;

import io.imagestore.internal.KnownFormat;
import io.imagestore.spi.ImageStoreProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Opens stores with whichever backends are on the class path.
 *
 * <p>All methods may be called from any thread.
 */
public final class ImageStores {

  // Those that this class's own loader finds, kept once all could be loaded: looking for them opens
  // jars, which takes longer than to open a small store.
  private static volatile @Nullable Map<String, ImageStoreProvider> own;

  private ImageStores() {}

  /**
   * Opens the store that lies at a path, for reading and writing.
   *
   * @param path where a store of any backend lies
   * @return the open store
   * @throws UnsupportedStoreException if there is nothing, no backend on the class path knows what
   *     is there, or its format version isn't known
   * @throws StoreLockedException if it is open for writing already
   * @throws CorruptStoreException if it is damaged
   * @throws ImageStoreException if the file system fails
   */
  public static ImageStore open(Path path) {
    return open(path, StoreOptions.defaults());
  }

  /**
   * Opens the store that lies at a path.
   *
   * @param path where a store of any backend lies
   * @param options how to open it
   * @return the open store
   * @throws UnsupportedStoreException if there is nothing, no backend on the class path knows what
   *     is there, or its format version isn't known
   * @throws StoreLockedException if it is open for writing already, and shall be opened for writing
   * @throws CorruptStoreException if it is damaged
   * @throws ImageStoreException if the file system fails
   */
  public static ImageStore open(Path path, StoreOptions options) {
    Objects.requireNonNull(options, "options");
    Map<String, ImageStoreProvider> providers = providers();
    for (ImageStoreProvider provider : providers.values()) {
      if (provider.recognises(path)) {
        return provider.open(path, options);
      }
    }
    throw new UnsupportedStoreException(whyNotRecognised(path, providers));
  }

  /**
   * Opens a store of a backend that is named.
   *
   * @param backend {@code disk}, {@code lmdb}, {@code hdf5}, or the name of any other backend on
   *     the class path
   * @param path where the store lies or shall lie
   * @param options how to open it
   * @return the open store
   * @throws UnsupportedStoreException if there is no such backend on the class path, what lies at
   *     the path isn't a store of this backend or has an unknown format version, or the mode is
   *     {@link OpenMode#READ_ONLY} and there is none, or it is {@link OpenMode#CREATE_NEW} and
   *     there is something
   * @throws StoreLockedException if it is open for writing already, and shall be opened for writing
   * @throws CorruptStoreException if it is damaged
   * @throws ImageStoreException if the file system fails
   */
  public static ImageStore open(String backend, Path path, StoreOptions options) {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(options, "options");
    Map<String, ImageStoreProvider> providers = providers();
    ImageStoreProvider provider = providers.get(backend);
    if (provider == null) {
      throw new UnsupportedStoreException(missing(backend, providers));
    }
    return provider.open(path, options);
  }

  /**
   * The names of the backends on the class path.
   *
   * @return ascending
   */
  public static List<String> backends() {
    return List.copyOf(providers().keySet());
  }

  /**
   * Copies every image with its id and label, streaming, and reads each back to compare it. Images
   * that the destination has already, equal in pixels and label, aren't written again: so a copy
   * that was killed goes on where it stopped when it is called once more. Other images in the
   * destination stay. Label names aren't copied: give them to the destination's options.
   *
   * @param source is read; what is written to it meanwhile may be copied or not
   * @param destination is written in batches, each of them atomic, and flushed at the end
   * @param progress is told after each batch, in the calling thread
   * @throws ShapeMismatchException if the destination can't hold images of different shapes, and
   *     the source does
   * @throws CorruptImageException if an image of the source is damaged; those before it are copied
   * @throws ImageStoreException if an image, read back, differs from the source's
   */
  public static void copy(ImageStore source, ImageStore destination, CopyProgress progress) {
    new StoreCopy(source, destination, progress).run();
  }

  private static Map<String, ImageStoreProvider> providers() {
    ClassLoader loader = ImageStores.class.getClassLoader();
    Map<String, ImageStoreProvider> found = own;
    if (found == null) {
      found = new TreeMap<>();
      collect(ServiceLoader.load(ImageStoreProvider.class, loader), found);
      own = found;
    }
    if (Objects.equals(Thread.currentThread().getContextClassLoader(), loader)) {
      return found;
    }
    // In containers the application's jars may be seen by the thread's own loader only.
    Map<String, ImageStoreProvider> more = new TreeMap<>(found);
    collect(ServiceLoader.load(ImageStoreProvider.class), more);
    return more;
  }

  private static void collect(
      ServiceLoader<ImageStoreProvider> loader, Map<String, ImageStoreProvider> providers) {
    try {
      for (ImageStoreProvider provider : loader) {
        providers.putIfAbsent(provider.backend(), provider);
      }
    } catch (ServiceConfigurationError e) {
      throw new ImageStoreException(
          "a backend on the class path can't be loaded; check that all imagestore artifacts have one version: "
              + e.getMessage(),
          e);
    }
  }

  private static String whyNotRecognised(Path path, Map<String, ImageStoreProvider> providers) {
    if (!Files.exists(path)) {
      return "there is no store at "
          + path
          + "; to create one, name its backend: ImageStores.open(\"disk\", path, options)";
    }
    return KnownFormat.at(path)
        .filter(format -> !providers.containsKey(format.backend()))
        .map(
            format ->
                path
                    + " looks like a store of another backend. "
                    + missing(format.backend(), providers))
        .orElseGet(
            () ->
                "what lies at " + path + " is no image store; backends found: " + found(providers));
  }

  private static String missing(String backend, Map<String, ImageStoreProvider> providers) {
    String add = KnownFormat.artifactOf(backend).map(artifact -> "; add " + artifact).orElse("");
    return "no backend '" + backend + "' on the class path" + add + "; found: " + found(providers);
  }

  private static String found(Map<String, ImageStoreProvider> providers) {
    return providers.isEmpty() ? "none" : String.join(", ", providers.keySet());
  }
}
