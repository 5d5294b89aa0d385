package io.imagestore.testkit;

import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Images made from a seed: the same seed gives the same image on every machine. Safe in any thread.
 */
public final class SampleImages {

  /** The shape of CIFAR's images. */
  public static final ImageShape CIFAR = new ImageShape(32, 32, 3);

  private SampleImages() {}

  /**
   * An image of noise.
   *
   * @param shape its shape
   * @param seed decides the samples
   * @return the image
   */
  public static Image noise(ImageShape shape, long seed) {
    byte[] samples = new byte[Math.toIntExact(shape.byteCount())];
    new SplittableRandom(seed).nextBytes(samples);
    return Image.of(shape, ByteBuffer.wrap(samples));
  }

  /**
   * An encoded image of noise.
   *
   * @param format {@code png} or {@code jpeg}
   * @param height rows
   * @param width columns
   * @param seed decides the samples
   * @return an RGB image, written by the JDK
   */
  public static Image encoded(String format, int height, int width, long seed) {
    BufferedImage awt = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    SplittableRandom random = new SplittableRandom(seed);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        awt.setRGB(x, y, random.nextInt(1 << 24));
      }
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(awt, format, file)) {
        throw new IllegalArgumentException("the JDK writes no '" + format + "'");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("an image in memory can't be written", e);
    }
    return Image.encoded(
        ByteBuffer.wrap(file.toByteArray()), format, new ImageShape(height, width, 3));
  }

  /**
   * An image of noise under an id, both image and label decided by id and seed.
   *
   * @param id the id
   * @param shape its shape
   * @param seed two seeds give different images under one id
   * @return the image, with a label from 0 to 9
   */
  public static LabeledImage labeled(long id, ImageShape shape, long seed) {
    long mixed = id * 0x9E3779B97F4A7C15L + seed;
    return new LabeledImage(id, noise(shape, mixed), (int) Math.floorMod(mixed >> 7, 10L));
  }

  /**
   * Images under ids that follow one another, each made when it is asked for.
   *
   * @param firstId the first id
   * @param count how many
   * @param shape their shape
   * @param seed decides samples and labels
   * @return a stream of count images
   */
  public static Stream<LabeledImage> stream(long firstId, long count, ImageShape shape, long seed) {
    return LongStream.range(firstId, firstId + count).mapToObj(id -> labeled(id, shape, seed));
  }

  /**
   * Images under ids that follow one another.
   *
   * @param firstId the first id
   * @param count how many
   * @param shape their shape
   * @param seed decides samples and labels
   * @return a list of count images
   */
  public static List<LabeledImage> list(long firstId, int count, ImageShape shape, long seed) {
    return new ArrayList<>(stream(firstId, count, shape, seed).toList());
  }
}
