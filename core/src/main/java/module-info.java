/**
 * Storing and reading large numbers of images for machine learning: the API, the SPI, and codecs.
 */
module io.imagestore {
  requires transitive java.desktop;
  requires com.fasterxml.jackson.databind;
  requires org.slf4j;
  requires static org.jspecify;

  exports io.imagestore;
  exports io.imagestore.codec;
  exports io.imagestore.codec.jpeg;
  exports io.imagestore.loader;
  exports io.imagestore.spi;

  uses io.imagestore.codec.ImageCodec;
  uses io.imagestore.spi.ImageStoreProvider;

  provides io.imagestore.codec.ImageCodec with
      io.imagestore.internal.jpeg.JdkJpegCodec,
      io.imagestore.internal.png.PngCodec;
}
