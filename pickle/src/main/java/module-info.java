/** Reads Python pickles as data, for the modules of this project alone. */
module io.imagestore.pickle {
  requires static org.jspecify;

  exports io.imagestore.internal.pickle to
      io.imagestore.cifar,
      io.imagestore.lmdb;
}
