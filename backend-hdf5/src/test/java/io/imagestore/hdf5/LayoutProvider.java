package io.imagestore.hdf5;

import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.StoreOptions;
import io.imagestore.hdf5.Hdf5Options.Layout;
import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.spi.StoreFiles;
import java.nio.file.Path;

/** The backend with new stores of one layout, whatever their first image is. */
public abstract class LayoutProvider implements ImageStoreProvider {

  private final Hdf5ImageStoreProvider hdf5 = new Hdf5ImageStoreProvider();
  private final Layout layout;

  private LayoutProvider(Layout layout) {
    this.layout = layout;
  }

  /** The mixed one, in chunks that hardly hold an image. */
  public static final class Mixed extends LayoutProvider {
    /** Also for other processes. */
    public Mixed() {
      super(Layout.MIXED);
    }
  }

  /** The uniform one. */
  public static final class Uniform extends LayoutProvider {
    /** Also for other processes. */
    public Uniform() {
      super(Layout.UNIFORM);
    }
  }

  private Hdf5Options withLayout(StoreOptions options) {
    if (options instanceof Hdf5Options own) {
      return own;
    }
    Hdf5Options.Builder builder =
        Hdf5Options.builder()
            .layout(layout)
            .chunkBytes(1000)
            .mode(options.mode())
            .verifyChecksums(options.verifyChecksums());
    options.durability().ifPresent(builder::durability);
    options.labelNames().ifPresent(builder::labelNames);
    return builder.build();
  }

  @Override
  public String backend() {
    return hdf5.backend();
  }

  @Override
  public Class<Hdf5Options> optionsType() {
    return hdf5.optionsType();
  }

  @Override
  public boolean recognizes(Path path) {
    return hdf5.recognizes(path);
  }

  @Override
  public ImageSource openReadOnly(Path path, StoreOptions options) {
    return hdf5.openReadOnly(path, options);
  }

  @Override
  public ImageStore open(Path path, StoreOptions options) {
    return hdf5.open(path, withLayout(options));
  }

  @Override
  public ImageStore open(Path path, StoreOptions options, StoreFiles files) {
    return hdf5.open(path, withLayout(options), files);
  }
}
