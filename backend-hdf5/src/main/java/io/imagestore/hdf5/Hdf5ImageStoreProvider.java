package io.imagestore.hdf5;

import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.StoreOptions;
import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Lets {@link io.imagestore.ImageStores} find this backend, under the name {@code hdf5}. */
public final class Hdf5ImageStoreProvider implements ImageStoreProvider {

  private static final byte[] SIGNATURE = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  private static final int SMALLEST_USER_BLOCK = 512;

  /** For {@link java.util.ServiceLoader}. */
  public Hdf5ImageStoreProvider() {}

  @Override
  public String backend() {
    return Hdf5ImageStore.BACKEND;
  }

  /**
   * Looks for HDF5's signature, which stands at the start, or at 512, 1024, 2048 and so on behind a
   * user block.
   */
  @Override
  public boolean recognizes(Path path) {
    return isHdf5(path);
  }

  static boolean isHdf5(Path path) {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      byte[] start = new byte[SIGNATURE.length];
      for (long at = 0;
          at + SIGNATURE.length <= file.length();
          at = at == 0 ? SMALLEST_USER_BLOCK : 2 * at) {
        file.seek(at);
        file.readFully(start);
        if (Arrays.equals(start, SIGNATURE)) {
          return true;
        }
      }
      return false;
    } catch (IOException | UnsupportedOperationException e) {
      return false; // what can't be read can't be recognized; opening it tells why
    }
  }

  @Override
  public Class<Hdf5Options> optionsType() {
    return Hdf5Options.class;
  }

  @Override
  public ImageSource openReadOnly(Path path, StoreOptions options) {
    return Hdf5ImageStore.openReadOnly(path, Hdf5Options.from(options));
  }

  @Override
  public ImageStore open(Path path, StoreOptions options) {
    return Hdf5ImageStore.open(path, Hdf5Options.from(options));
  }

  @Override
  public ImageStore open(Path path, StoreOptions options, StoreFiles files) {
    return Hdf5ImageStore.open(path, Hdf5Options.from(options), files);
  }
}
