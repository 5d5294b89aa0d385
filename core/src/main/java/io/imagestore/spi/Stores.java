package io.imagestore.spi;

import io.imagestore.ImageSource;
import io.imagestore.ImageStore;

/**
 * Makes what applications use of what a backend implements: arguments are checked, calls are
 * counted so that closing waits for those in flight, writers take turns, and failures are named.
 */
public final class Stores {

  private Stores() {}

  /**
   * A source over an open store.
   *
   * @param name what its {@code toString} begins with, such as {@code DiskImageStore}
   * @param reader reads the store; closed with the source
   * @return the source
   */
  public static ImageSource source(String name, StoreReader reader) {
    return new OpenSource(name, reader, new Calls(reader.location()));
  }

  /**
   * A store over an open one.
   *
   * @param name what its {@code toString} begins with, such as {@code DiskImageStore}
   * @param reader reads the store; closed with it, after the writer
   * @param writer writes the store; closed with it
   * @return the store
   */
  public static ImageStore store(String name, StoreReader reader, StoreWriter writer) {
    return new OpenStore(name, reader, writer, new Calls(reader.location()));
  }
}
