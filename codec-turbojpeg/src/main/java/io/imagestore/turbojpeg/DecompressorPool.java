package io.imagestore.turbojpeg;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;

/**
 * Lends a decompressor to each decoding in flight, and keeps a few for the next ones. It lives as
 * long as the process.
 */
final class DecompressorPool {

  private final TurboJpegLibrary library;
  private final BlockingQueue<Decompressor> idle;

  DecompressorPool(TurboJpegLibrary library, int maxIdle) {
    this.library = library;
    idle = new ArrayBlockingQueue<>(maxIdle);
  }

  TurboJpegLibrary library() {
    return library;
  }

  /** Calls with a decompressor that no other thread has meanwhile. */
  <T> T lend(Function<Decompressor, T> call) {
    Decompressor decompressor = idle.poll();
    if (decompressor == null) {
      decompressor = new Decompressor(library);
    }
    try {
      return call.apply(decompressor);
    } finally {
      takeBack(decompressor);
    }
  }

  private void takeBack(Decompressor decompressor) {
    decompressor.trim();
    if (!idle.offer(decompressor)) {
      decompressor.close();
    }
  }
}
