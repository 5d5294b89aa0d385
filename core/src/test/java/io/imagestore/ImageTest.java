package io.imagestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.List;
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

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void sixteenBitsComeBackFromAwtAsTheyWere(int channels) {
    ImageShape shape = new ImageShape(5, 7, channels, SampleType.UINT16);
    byte[] samples = new byte[(int) shape.byteCount()];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) (i * 37);
    }
    Image image = Image.of(shape, ByteBuffer.wrap(samples));

    assertThat(Image.from(image.toBufferedImage())).isEqualTo(image);
  }

  @Test
  void whatAwtDoesNotKnowIsRefused() {
    Image five = Image.of(1, 1, 5, new byte[5]);
    Image floats = Image.of(new ImageShape(1, 1, 1, SampleType.FLOAT32), ByteBuffer.allocate(4));

    for (Image image : List.of(five, floats)) {
      assertThatExceptionOfType(UnsupportedImageException.class)
          .isThrownBy(image::toBufferedImage)
          .withMessageContaining(image.shape().toString());
    }
  }

  @Test
  void planesOfWideSamplesAreInterleaved() {
    ImageShape shape = new ImageShape(1, 2, 2, SampleType.UINT16);

    Image image = Image.ofPlanar(shape, ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}));

    assertThat(image.pixels()).containsExactly(1, 2, 5, 6, 3, 4, 7, 8);
  }

  @Test
  void anEncodedImageOfAnyFormatKeepsItsBytes() {
    ImageShape shape = new ImageShape(3, 4, 3);
    byte[] file = {82, 73, 70, 70, 1, 2, 3};

    Image image = Image.encoded(ByteBuffer.wrap(file), "webp", shape);

    assertThat(image.isEncoded()).isTrue();
    assertThat(image.format()).contains("webp");
    assertThat(image.shape()).isEqualTo(shape);
    assertThat(image.encodedBytes()).isEqualTo(file);
  }

  @Test
  void aFormatWithoutCodecIsNamedWhenItIsToBeDecoded() {
    Image image = Image.encoded(ByteBuffer.wrap(new byte[9]), "webp", new ImageShape(3, 4, 3));

    assertThatExceptionOfType(UnsupportedImageException.class)
        .isThrownBy(image::pixels)
        .withMessageContaining("webp");
  }

  @Test
  void bytesOfNoKnownFormatAreRefusedByTheirBeginning() {
    assertThatExceptionOfType(UnsupportedImageException.class)
        .isThrownBy(() -> Image.encoded(new byte[] {0x47, 0x49, 0x46}))
        .withMessageContaining("47 49 46");
  }

  @Test
  void aRawImageHasNoFile() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Image.of(1, 1, 1, new byte[1]).encodedBytes());
  }
}
