package io.imagestore.codec;

import io.imagestore.ImageShape;
import io.imagestore.ImageStoreException;
import io.imagestore.UnsupportedImageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The codecs on the class path: for each format the available one of the highest priority.
 *
 * <p>They are looked for once, by the loader of this class. All methods may be called from any
 * thread.
 */
public final class Codecs {

  /**
   * The most pixels an encoded image may have, 2²⁸: a small file can declare a huge image, and
   * memory isn't taken on its word.
   */
  public static final long MAX_PIXELS = 1L << 28;

  private static final int SHOWN_BYTES = 8;

  private Codecs() {}

  /** Looked for when first needed. */
  private static final class Found {
    /** Of the highest priority first, available or not. */
    static final List<ImageCodec> ALL = find();

    static final List<ImageCodec> CODECS = best();

    private static List<ImageCodec> find() {
      List<ImageCodec> all = new ArrayList<>();
      try {
        ServiceLoader.load(ImageCodec.class, Codecs.class.getClassLoader()).forEach(all::add);
      } catch (ServiceConfigurationError e) {
        throw new ImageStoreException(
            "a codec on the class path can't be loaded; check that all imagestore artifacts have one version: "
                + e.getMessage(),
            e);
      }
      all.sort(Comparator.comparingInt(ImageCodec::priority).reversed());
      return List.copyOf(all);
    }

    private static List<ImageCodec> best() {
      TreeMap<String, ImageCodec> best = new TreeMap<>();
      for (ImageCodec codec : ALL) {
        if (!best.containsKey(codec.format()) && codec.isAvailable()) {
          best.put(codec.format(), codec);
        }
      }
      return List.copyOf(best.values());
    }
  }

  /**
   * The codec of a format.
   *
   * @param format its name, such as {@code jpeg}
   * @return the codec, or empty if none is on the class path
   */
  public static Optional<ImageCodec> find(String format) {
    for (ImageCodec codec : Found.CODECS) {
      if (codec.format().equals(format)) {
        return Optional.of(codec);
      }
    }
    return Optional.empty();
  }

  /**
   * The codec of a format that is needed.
   *
   * @param format its name, such as {@code jpeg}
   * @return the codec
   * @throws UnsupportedImageException if none is on the class path; the message names those there
   *     are
   */
  public static ImageCodec require(String format) {
    return find(format)
        .orElseThrow(
            () ->
                new UnsupportedImageException(
                    "no codec for '"
                        + format
                        + "' on the class path, so it can be stored and given back, but not decoded; found: "
                        + names()));
  }

  /**
   * A codec that encodes images of a shape without loss. It needn't be the one that decodes them: a
   * faster codec of the format may only read.
   *
   * @param format the format's name, such as {@code png}
   * @param shape the images'
   * @return of the available codecs that do, the one of the highest priority; empty if none does
   */
  public static Optional<ImageCodec> findEncoder(String format, ImageShape shape) {
    return Found.ALL.stream()
        .filter(codec -> codec.format().equals(format))
        .filter(codec -> codec.encodes(shape) && codec.isAvailable())
        .findFirst();
  }

  /**
   * The codec that knows a file.
   *
   * @param file its bytes, or at least the first twelve, from its position on
   * @return the codec, or empty if none recognizes it
   */
  public static Optional<ImageCodec> recognize(ByteBuffer file) {
    return Found.CODECS.stream().filter(codec -> codec.recognizes(file)).findFirst();
  }

  /**
   * What a file tells of itself, whatever its format.
   *
   * @param file the whole file, from its position to its limit
   * @return format and shape
   * @throws DecodeException if the file is damaged
   * @throws UnsupportedImageException if no codec knows it, or it has more than {@link #MAX_PIXELS}
   */
  public static ImageHeader readHeader(ByteBuffer file) {
    return recognize(file)
        .orElseThrow(() -> new UnsupportedImageException(unknown(file)))
        .readHeader(file);
  }

  /**
   * Decodes a whole image.
   *
   * @param file the whole file, from its position to its limit
   * @param format its format, such as {@code jpeg}
   * @param shape the shape it is known to have
   * @param into takes the samples, HWC, little-endian, at its position, which moves behind them
   * @throws DecodeException if the file is damaged, or has another shape
   * @throws UnsupportedImageException if no codec decodes it
   * @throws java.nio.BufferOverflowException if too few bytes remain; nothing is written
   */
  public static void decode(ByteBuffer file, String format, ImageShape shape, ByteBuffer into) {
    ImageCodec codec = require(format);
    ImageHeader header = codec.readHeader(file);
    if (!header.shape().equals(shape)) {
      throw new DecodeException(
          "the file holds an image of " + header.shape() + ", but was said to be of " + shape);
    }
    codec.decode(file, header, DecodeRegion.whole(shape, 1), into);
  }

  /**
   * Refuses an image that is too large to be decoded. For codecs.
   *
   * @param shape what a file declares
   * @throws UnsupportedImageException if it has more than {@link #MAX_PIXELS}, or takes 2 GiB or
   *     more
   */
  public static void requireDecodable(ImageShape shape) {
    if (shape.pixelCount() > MAX_PIXELS || shape.byteCount() > Integer.MAX_VALUE - 8) {
      throw new UnsupportedImageException(
          "it declares "
              + shape
              + ", more than the "
              + MAX_PIXELS
              + " pixels, or the 2 GiB, that are decoded at most");
    }
  }

  private static String unknown(ByteBuffer file) {
    StringBuilder first = new StringBuilder();
    for (int i = 0; i < Math.min(SHOWN_BYTES, file.remaining()); i++) {
      first.append(String.format(" %02x", file.get(file.position() + i)));
    }
    return (first.isEmpty()
            ? "an empty file is no image"
            : "no codec on the class path knows a file that begins with" + first)
        + "; known formats: "
        + names()
        + ". Others can be stored if their format and shape are given";
  }

  private static String names() {
    return Found.CODECS.stream().map(ImageCodec::format).collect(Collectors.joining(", "));
  }
}
