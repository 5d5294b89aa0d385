package io.imagestore.codec.jpeg;

import io.imagestore.codec.DecodeException;
import java.nio.ByteBuffer;

/** Looks at a whole file without decoding it. */
final class Scans {

  /**
   * The most scans a progressive file may have. Encoders write about ten; each makes a decoder go
   * over all of the image, and takes but a few bytes if it says that nothing changes.
   */
  static final int MAX_SCANS = 100;

  private Scans() {}

  /**
   * Checks that a file isn't cut short, and that its scans aren't too many.
   *
   * @throws DecodeException if no end of image follows, or there are more than {@link #MAX_SCANS}
   */
  static void check(ByteBuffer file) {
    Markers markers = new Markers(file);
    int scans = 0;
    for (int marker = markers.next(); marker != Markers.EOI; marker = markers.next()) {
      if (marker == Markers.SOS && ++scans > MAX_SCANS) {
        throw new DecodeException(
            "it has more than " + MAX_SCANS + " scans, which no encoder writes");
      }
      if (hasSegment(marker)) {
        markers.enterSegment();
      }
    }
  }

  /** As libjpeg finds its way in damaged data: what is no marker it knows, it passes over. */
  private static boolean hasSegment(int marker) {
    return marker >= Markers.SOF0 && (marker < Markers.RST0 || marker > Markers.EOI);
  }
}
