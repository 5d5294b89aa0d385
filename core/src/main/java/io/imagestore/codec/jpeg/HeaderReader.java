package io.imagestore.codec.jpeg;

import io.imagestore.ImageShape;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.DecodeException;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads one file's header, with libjpeg's rules for what its components are. */
final class HeaderReader {

  private static final String JFIF = "JFIF\0";
  private static final int MIN_JFIF_BYTES = 14;
  private static final String ADOBE = "Adobe";
  private static final int MIN_ADOBE_BYTES = 12;
  private static final int ADOBE_TRANSFORM_AT = 11;
  private static final int NO_TRANSFORM = 0;
  private static final int UNKNOWN_TRANSFORM = -1;

  // What of a frame's segment comes before the height.
  private static final int LENGTH_BYTES = 2;
  private static final int PRECISION_BYTES = 1;

  private final ByteBuffer file;
  private final Markers markers;
  private boolean isJfif;
  private int adobeTransform = UNKNOWN_TRANSFORM;
  private @Nullable Frame frame;
  private int heightOffset;

  HeaderReader(ByteBuffer file) {
    this.file = file;
    markers = new Markers(file);
  }

  JpegHeader read() {
    int marker = markers.next();
    while (marker != Markers.SOS) {
      take(marker);
      marker = markers.next();
    }
    if (frame == null) {
      throw new DecodeException("a scan begins before the frame header");
    }
    markers.enterSegment(); // a file that is cut short within it has no image
    requirePlausible(frame);
    JpegColors colors = colorsOf(frame);
    return new JpegHeader(
        new ImageShape(frame.height(), frame.width(), colors.channels()),
        colors,
        frame.isProgressive(),
        heightOffset,
        file.remaining());
  }

  private void take(int marker) {
    switch (marker) {
      case 0xC0, 0xC1 -> takeFrame(false);
      case 0xC2 -> takeFrame(true);
      case 0xC3 -> throw unsupported("lossless");
      case 0xC9, 0xCA, 0xCB -> throw unsupported("arithmetic coded");
      case 0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF, Markers.DHP, Markers.EXP ->
          throw unsupported("hierarchical");
      case Markers.APP0 -> takeJfif();
      case Markers.APP14 -> takeAdobe();
      case Markers.EOI -> throw new DecodeException("the file ends before its first scan");
      default -> pass(marker);
    }
  }

  private void pass(int marker) {
    boolean isTable =
        marker == Markers.DHT
            || marker == Markers.DAC
            || (marker >= Markers.DQT && marker <= Markers.DRI);
    boolean isApplications =
        (marker >= Markers.APP0 && marker <= Markers.APP15) || marker == Markers.COM;
    boolean isAlone = marker == Markers.TEM || (marker >= Markers.RST0 && marker <= Markers.RST7);
    if (isTable || isApplications) {
      markers.enterSegment();
    } else if (!isAlone) {
      throw new DecodeException(
          String.format(
              Locale.ROOT, "marker ff %02x at byte %d has no place", marker, markers.offset() - 2));
    }
  }

  private void takeFrame(boolean isProgressive) {
    if (frame != null) {
      throw new DecodeException("the file has two frame headers");
    }
    heightOffset = markers.offset() + LENGTH_BYTES + PRECISION_BYTES;
    markers.enterSegment();
    frame = Frame.read(isProgressive, markers);
  }

  private void takeJfif() {
    markers.enterSegment();
    isJfif |= markers.isSegmentOf(JFIF, MIN_JFIF_BYTES);
  }

  private void takeAdobe() {
    markers.enterSegment();
    if (markers.isSegmentOf(ADOBE, MIN_ADOBE_BYTES)) {
      adobeTransform = markers.byteAt(ADOBE_TRANSFORM_AT);
    }
  }

  private JpegColors colorsOf(Frame frame) {
    boolean hasNoTransform = adobeTransform == NO_TRANSFORM;
    boolean isUnknown = adobeTransform == UNKNOWN_TRANSFORM;
    return switch (frame.components()) {
      case 1 -> JpegColors.GRAY;
      case 3 -> {
        boolean isRgb = hasNoTransform || (isUnknown && frame.isNamedRgb());
        yield isRgb && !isJfif ? JpegColors.RGB : JpegColors.YCBCR;
      }
      default -> hasNoTransform || isUnknown ? JpegColors.CMYK : JpegColors.YCCK;
    };
  }

  /**
   * Each block takes at least one bit: the Huffman code of its DC difference, in a sequential scan
   * or in the first of a progressive file. (Only the AC scans have codes for runs of blocks.) So a
   * file holds at most 8 blocks, which is 512 samples of a component, a byte.
   */
  private void requirePlausible(Frame frame) {
    long blocks = frame.blocks();
    if (blocks > (long) Byte.SIZE * file.remaining()) {
      throw new DecodeException(
          String.format(
              Locale.ROOT,
              "it declares %dx%d pixels, which take at least %d bytes, but has %d",
              frame.height(),
              frame.width(),
              (blocks + Byte.SIZE - 1) / Byte.SIZE,
              file.remaining()));
    }
  }

  private static UnsupportedImageException unsupported(String kind) {
    return new UnsupportedImageException(
        kind + " JPEG isn't decoded, but baseline, extended sequential and progressive alone");
  }
}
