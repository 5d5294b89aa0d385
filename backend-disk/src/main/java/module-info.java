/** Image stores as image files and a label table. */
module io.imagestore.disk {
  requires transitive io.imagestore;
  requires com.fasterxml.jackson.core;
  requires org.slf4j;
  requires static org.jspecify;

  exports io.imagestore.disk;

  provides io.imagestore.spi.ImageStoreProvider with
      io.imagestore.disk.DiskImageStoreProvider;
}
