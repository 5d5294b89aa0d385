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
import java.util.function.Consumer;
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
   * Opens what lies at a path to read. Takes no lock and changes no file; a writer may be at work.
   * Also opens the layouts that this project only reads.
   *
   * @param path where a store of any backend lies
   * @return the open source
   * @throws StoreNotFoundException if there is nothing
   * @throws UnsupportedStoreException if no backend on the class path knows what is there, or its
   *     format version isn't known
   * @throws CorruptStoreException if it is damaged
   * @throws ImageStoreException if the file system fails
   */
  public static ImageSource open(Path path) {
    return openReadOnly(path, StoreOptions.defaults());
  }

  /**
   * Opens what lies at a path to read, as {@link #open(Path)} does.
   *
   * @param path where a store of any backend lies
   * @param options how to open it: general ones or the backend's own, none of which is about
   *     writing
   * @return the open source
   * @throws IllegalArgumentException if an option is about writing, or of another backend
   * @throws StoreNotFoundException if there is nothing
   * @throws UnsupportedStoreException if no backend on the class path knows what is there, or its
   *     format version isn't known
   * @throws CorruptStoreException if it is damaged
   * @throws ImageStoreException if the file system fails
   */
  public static ImageSource openReadOnly(Path path, StoreOptions options) {
    options.requireForReading();
    return matching(providerOf(path), options).openReadOnly(path, options);
  }

  /**
   * Opens the store that lies at a path to read and write, as its only writer. What is there says
   * which backend. Who only reads, and needs options, calls {@link #openReadOnly}.
   *
   * @param path where a store of any backend lies
   * @param options how to open it: general ones or the backend's own
   * @return the open store
   * @throws IllegalArgumentException if the options are of another backend
   * @throws StoreNotFoundException if there is nothing; to create a store, name its backend
   * @throws StoreExistsException if the mode is {@link OpenMode#CREATE_NEW}
   * @throws UnsupportedStoreException if no backend on the class path knows what is there, it can
   *     only be read, or its format version isn't known
   * @throws StoreLockedException if it is open for writing already
   * @throws CorruptStoreException if it is damaged
   * @throws ImageStoreException if the file system fails
   */
  public static ImageStore open(Path path, StoreOptions options) {
    Objects.requireNonNull(options, "options");
    return matching(providerOf(path), options).open(path, options);
  }

  /**
   * Opens a store of a backend that is named, and creates it where there is none.
   *
   * @param backend {@code disk}, {@code lmdb}, {@code hdf5}, or the name of any other backend on
   *     the class path
   * @param path where the store lies or shall lie
   * @param options how to open it: general ones or the backend's own
   * @return the open store
   * @throws IllegalArgumentException if the options are of another backend
   * @throws StoreExistsException if the mode is {@link OpenMode#CREATE_NEW} and there is something
   * @throws UnsupportedStoreException if there is no such backend on the class path, what lies at
   *     the path isn't a store of this backend or can only be read, or its format version isn't
   *     known
   * @throws StoreLockedException if it is open for writing already
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
    return matching(provider, options).open(path, options);
  }

  private static ImageStoreProvider providerOf(Path path) {
    Objects.requireNonNull(path, "path");
    Map<String, ImageStoreProvider> providers = providers();
    for (ImageStoreProvider provider : providers.values()) {
      if (provider.recognizes(path)) {
        return provider;
      }
    }
    throw notRecognized(path, providers);
  }

  private static ImageStoreProvider matching(ImageStoreProvider provider, StoreOptions options) {
    if (!options.getClass().equals(StoreOptions.class)
        && !provider.optionsType().isInstance(options)) {
      throw new IllegalArgumentException(
          options.getClass().getSimpleName()
              + " are not for the backend '"
              + provider.backend()
              + "', which takes "
              + provider.optionsType().getSimpleName()
              + " and StoreOptions");
    }
    return provider;
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
   * Copies every image with its id, label and metadata, streaming, and reads each back to compare
   * it. Images that the destination has already, and equal, aren't written again: so a copy that
   * was killed goes on where it stopped when it is called once more. Other images in the
   * destination stay. Label names aren't copied: give them to the destination's options.
   *
   * <p>Encoded images stay encoded where the destination keeps them; elsewhere they are decoded,
   * and the report says how many.
   *
   * @param source is read; what is written to it meanwhile may be copied or not
   * @param destination is written in batches, each of them atomic, and flushed at the end
   * @param progress is told after each batch
   * @return what was done
   * @throws ShapeMismatchException if the destination can't hold images of different shapes, and
   *     the source does
   * @throws UnsupportedImageException if the destination can't hold an image, even decoded
   * @throws CorruptImageException if an image of the source is damaged; those before it are copied
   * @throws ImageStoreException if an image, read back, differs from the source's
   */
  public static CopyReport copy(ImageSource source, ImageStore destination, Progress progress) {
    return new StoreCopy(source, destination, progress, null).run();
  }

  /**
   * Copies every image that is whole, as {@link #copy(ImageSource, ImageStore, Progress)} does, and
   * leaves out those that are damaged.
   *
   * @param source is read; what is written to it meanwhile may be copied or not
   * @param destination is written in batches, each of them atomic, and flushed at the end
   * @param progress is told after each batch
   * @param onDamage is given each damaged image's exception; what it throws ends the copy
   * @return what was done
   * @throws ShapeMismatchException if the destination can't hold images of different shapes, and
   *     the source does
   * @throws UnsupportedImageException if the destination can't hold an image, even decoded
   * @throws ImageStoreException if an image, read back, differs from the source's
   */
  public static CopyReport copy(
      ImageSource source,
      ImageStore destination,
      Progress progress,
      Consumer<CorruptImageException> onDamage) {
    return new StoreCopy(source, destination, progress, onDamage).run();
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

  private static ImageStoreException notRecognized(
      Path path, Map<String, ImageStoreProvider> providers) {
    if (!Files.exists(path)) {
      return new StoreNotFoundException(
          "there is no store at "
              + path
              + "; to create one, name its backend: ImageStores.open(\"disk\", path, options)");
    }
    return new UnsupportedStoreException(
        KnownFormat.at(path)
            .filter(format -> !providers.containsKey(format.backend()))
            .map(
                format ->
                    path
                        + " looks like a store of another backend. "
                        + missing(format.backend(), providers))
            .orElseGet(
                () ->
                    "what lies at "
                        + path
                        + " is no image store; backends found: "
                        + found(providers)));
  }

  private static String missing(String backend, Map<String, ImageStoreProvider> providers) {
    String add = KnownFormat.artifactOf(backend).map(artifact -> "; add " + artifact).orElse("");
    return "no backend '" + backend + "' on the class path" + add + "; found: " + found(providers);
  }

  private static String found(Map<String, ImageStoreProvider> providers) {
    return providers.isEmpty() ? "none" : String.join(", ", providers.keySet());
  }
}
