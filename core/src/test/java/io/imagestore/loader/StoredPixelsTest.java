package io.imagestore.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.ImageShape;
import io.imagestore.codec.DecodeException;
import io.imagestore.codec.DecodeRegion;
import io.imagestore.codec.ImageCodec;
import io.imagestore.codec.ImageHeader;
import io.imagestore.spi.StoredImage;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredPixelsTest {

  private static final int HEIGHT = 83;
  private static final int WIDTH = 101;
  private static final ImageShape SHAPE = new ImageShape(HEIGHT, WIDTH, 3);

  private final byte[] pixels = Noise.image(HEIGHT, WIDTH, 3);
  private final ScalingCodec codec = new ScalingCodec();
  private final StoredPixels stored = new StoredPixels(format -> codec, true);

  @Test
  void readsOnlyTheRowsAndColumnsOfARawCrop() {
    show(null, pixels);
    Sample sample = sample();

    sample.crop(10, 20, 30, 40);
    sample.crop(1, 2, 3, 4);

    byte[] expected = new byte[3 * 4 * 3];
    for (int row = 0; row < 3; row++) {
      System.arraycopy(pixels, ((11 + row) * WIDTH + 22) * 3, expected, row * 12, 12);
    }
    assertThat(Arrays.copyOf(sample.pixels(), expected.length)).isEqualTo(expected);
  }

  @Test
  void asksTheCodecForACropAlone() {
    show("scaling", pixels);
    Sample sample = sample();

    sample.crop(10, 20, 30, 40);
    sample.crop(1, 2, 3, 4);
    sample.pixels();

    assertThat(codec.decoded).isEqualTo(new DecodeRegion(1, 22, 11, 4, 3));
  }

  @Test
  void asksTheCodecForOnePixelWhereACropIsAllPadding() {
    show("scaling", pixels);
    Sample sample = sample();

    sample.pad(0, 0, 0, 5);
    sample.crop(0, WIDTH, 4, 5);

    assertThat(Arrays.copyOf(sample.pixels(), 60)).containsOnly(0);
    assertThat(codec.decoded).isEqualTo(new DecodeRegion(1, WIDTH - 1, 0, 1, 4));
  }

  @Test
  void asksTheCodecForNoScaleIfItIsToldNotTo() {
    StoredPixels unscaled = new StoredPixels(format -> codec, false);
    unscaled.show(new StoredImage(1, SHAPE, 1, "scaling"), ByteBuffer.wrap(pixels));
    Sample sample = new Sample();
    sample.start(SHAPE, unscaled, 0);

    sample.resize(16, 20);
    sample.pixels();

    assertThat(codec.decoded).isEqualTo(new DecodeRegion(1, 0, 0, WIDTH, HEIGHT));
  }

  @Test
  void asksTheCodecForTheScaleThatTheResizeAllows() {
    show("scaling", pixels);
    Sample sample = sample();

    sample.crop(9, 6, 65, 81);
    sample.resize(16, 20);
    sample.pixels();

    assertThat(codec.decoded).isEqualTo(new DecodeRegion(4, 1, 2, 21, 17));
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 32, 64})
  void placesACropInAScaledImageToAFractionOfAPixel(int size) {
    byte[] slope = new byte[(int) SHAPE.byteCount()];
    for (int i = 0; i < slope.length; i++) {
      slope[i] = (byte) (i / 3 % WIDTH + i / 3 / WIDTH);
    }
    show(null, slope);
    Sample inFull = sample();
    inFull.crop(13, 7, 66, 69);
    inFull.resize(size, size);
    byte[] expected = Arrays.copyOf(inFull.pixels(), size * size * 3);

    show("scaling", slope);
    Sample scaled = sample();
    scaled.crop(13, 7, 66, 69);
    scaled.resize(size, size);
    byte[] actual = Arrays.copyOf(scaled.pixels(), size * size * 3);

    for (int y = 1; y < size - 1; y++) {
      for (int x = 1; x < size - 1; x++) {
        int i = (y * size + x) * 3;
        assertThat(actual[i]).isCloseTo(expected[i], Offset.offset((byte) 1));
      }
    }
  }

  @Test
  void refusesARawImageOfAnotherLength() {
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> show(null, new byte[5]))
        .withMessageContaining("it has 5 bytes, which isn't what 83x101x3 takes");
  }

  @Test
  void refusesAFileOfAnotherShape() {
    ImageShape other = new ImageShape(5, 5, 3);
    stored.show(new StoredImage(1, other, 0, "scaling"), ByteBuffer.wrap(pixels));
    Sample sample = new Sample();
    sample.start(other, stored, 0);

    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(sample::pixels)
        .withMessageContaining("an image of 83x101x3, but was said to be of 5x5x3");
  }

  private void show(String format, byte[] bytes) {
    ByteBuffer shown = ByteBuffer.allocateDirect(bytes.length + 7).position(7).put(bytes).flip();
    stored.show(new StoredImage(1, SHAPE, 0, format), shown.position(7));
  }

  private Sample sample() {
    Sample sample = new Sample();
    sample.start(SHAPE, stored, 0);
    return sample;
  }

  /** Its files are raw pixels of the one shape; it averages squares of them, and crops. */
  private static final class ScalingCodec implements ImageCodec {

    private DecodeRegion decoded = new DecodeRegion(1, 0, 0, 1, 1);

    @Override
    public String format() {
      return "scaling";
    }

    @Override
    public boolean recognizes(ByteBuffer file) {
      return true;
    }

    @Override
    public ImageHeader readHeader(ByteBuffer file) {
      return new ImageHeader("scaling", SHAPE);
    }

    @Override
    public DecodeRegion covering(ImageHeader header, DecodeRegion wanted) {
      return wanted;
    }

    @Override
    public void decode(ByteBuffer file, ImageHeader header, DecodeRegion region, ByteBuffer into) {
      decoded = region;
      int begin = file.position();
      for (int y = region.y(); y < region.y() + region.height(); y++) {
        for (int x = region.x(); x < region.x() + region.width(); x++) {
          for (int channel = 0; channel < 3; channel++) {
            into.put((byte) average(file, begin, y * region.scale(), x * region.scale(), channel));
          }
        }
      }
    }

    private int average(ByteBuffer file, int begin, int top, int left, int channel) {
      int bottom = Math.min(HEIGHT, top + decoded.scale());
      int right = Math.min(WIDTH, left + decoded.scale());
      int sum = 0;
      for (int y = top; y < bottom; y++) {
        for (int x = left; x < right; x++) {
          sum += file.get(begin + (y * WIDTH + x) * 3 + channel) & 0xff;
        }
      }
      int count = (bottom - top) * (right - left);
      return (2 * sum + count) / (2 * count);
    }
  }
}
