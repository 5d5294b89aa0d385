/** Image stores as one HDF5 file. */
module io.imagestore.hdf5 {
  requires transitive io.imagestore;
  requires io.jhdf;
  requires org.slf4j;
  requires static org.jspecify;

  exports io.imagestore.hdf5;

  provides io.imagestore.spi.ImageStoreProvider with
      io.imagestore.hdf5.Hdf5ImageStoreProvider;
}
