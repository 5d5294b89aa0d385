/** JPEG decoding through the system's libjpeg-turbo. */
module io.imagestore.turbojpeg {
  requires transitive io.imagestore;
  requires org.jnrproject.jffi;
  requires org.slf4j;
  requires static org.jspecify;

  exports io.imagestore.turbojpeg;

  provides io.imagestore.codec.ImageCodec with
      io.imagestore.turbojpeg.TurboJpegCodec;
}
