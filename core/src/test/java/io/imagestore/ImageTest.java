package io.imagestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageTest {

  @Test
  void planesAreInterleaved() {
    Image image = Image.ofPlanar(1, 2, 3, new byte[] {1, 2, 3, 4, 5, 6});

    assertThat(image.pixels()).containsExactly(1, 3, 5, 2, 4, 6);
  }

  @Test
  void changingTheArrayItWasMadeOfDoesNotChangeIt() {
    byte[] samples = {1, 2, 3};
    Image image = Image.of(1, 1, 3, samples);
    samples[0] = 9;
    image.pixels()[1] = 9;

    assertThat(image.pixels()).containsExactly(1, 2, 3);
  }

  @Test
  void isMadeOfABuffersNextBytes() {
    ByteBuffer buffer = ByteBuffer.wrap(new byte[] {1, 2, 3, 4});
    buffer.get();

    assertThat(Image.of(new ImageShape(1, 2, 1), buffer).pixels()).containsExactly(2, 3);
    assertThat(buffer.position()).isEqualTo(3);
  }

  @Test
  void equalsByShapeAndSamples() {
    assertThat(Image.of(1, 2, 1, new byte[] {1, 2}))
        .isEqualTo(Image.of(1, 2, 1, new byte[] {1, 2}))
        .hasSameHashCodeAs(Image.of(1, 2, 1, new byte[] {1, 2}))
        .isNotEqualTo(Image.of(2, 1, 1, new byte[] {1, 2}))
        .isNotEqualTo(Image.of(1, 2, 1, new byte[] {1, 3}));
  }

  @Test
  void anArrayOfAnotherLengthIsRefusedWithBothLengths() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Image.of(2, 2, 3, new byte[11]))
        .withMessageContaining("12")
        .withMessageContaining("11");
  }

  @Test
  void anExtentBelowOneIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ImageShape(0, 1, 1))
        .withMessageContaining("0, 1, 1");
  }

  @Test
  void aShapeBeyondAllMeasureHasSaturatedBytes() {
    int most = Integer.MAX_VALUE;

    assertThat(new ImageShape(most, most, most).byteCount()).isEqualTo(Long.MAX_VALUE);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void comesBackFromAwtAsItWas(int channels) {
    byte[] samples = new byte[5 * 7 * channels];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) (i * 37);
    }
    Image image = Image.of(5, 7, channels, samples);

    assertThat(Image.from(image.toBufferedImage())).isEqualTo(image);
  }

  @Test
  void anAwtImageOfPackedPixelsIsReadAsRgb() {
    BufferedImage awt = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
    awt.setRGB(0, 0, 0x010203);
    awt.setRGB(1, 0, 0xfffefd);

    assertThat(Image.from(awt)).isEqualTo(Image.of(1, 2, 3, new byte[] {1, 2, 3, -1, -2, -3}));
  }

  @Test
  void anAwtImageOfSixteenBitsIsRefused() {
    BufferedImage awt = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Image.from(awt))
        .withMessageContaining("16 bits");
  }
}
