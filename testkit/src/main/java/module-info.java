/** The contract of an image store as tests, for anyone's backend to run. */
module io.imagestore.testkit {
  requires transitive io.imagestore;
  requires transitive org.assertj.core;
  requires transitive org.junit.jupiter.api;
  requires transitive org.junit.jupiter.params;
  requires jdk.jfr;
  requires static org.jspecify;

  exports io.imagestore.testkit;

  provides io.imagestore.spi.ImageStoreProvider with
      io.imagestore.testkit.MemoryImageStoreProvider;
  provides org.junit.jupiter.api.extension.Extension with
      io.imagestore.testkit.ProvokedMessages;
}
