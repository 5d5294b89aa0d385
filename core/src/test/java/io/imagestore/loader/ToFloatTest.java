package io.imagestore.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.imagestore.ImageShape;
import org.junit.jupiter.api.Test;

class ToFloatTest {

  private static final byte[] TWO_PIXELS = {0, (byte) 128, (byte) 255, 51, 102, (byte) 153};

  @Test
  void scalesToOne() {
    float[] floats = new float[6];

    Transforms.toFloat().convert(TWO_PIXELS, 2, 3, Layout.NHWC, floats);

    assertThat(floats).containsExactly(0, 128 / 255f, 1, 0.2f, 0.4f, 0.6f);
  }

  @Test
  void normalizesEachChannelAsTorchvisionDoes() {
    float[] floats = new float[6];
    float[] mean = {0.485f, 0.456f, 0.406f};
    float[] std = {0.229f, 0.224f, 0.225f};

    Transforms.toFloat().normalize(mean, std).convert(TWO_PIXELS, 2, 3, Layout.NHWC, floats);

    assertThat(floats)
        .containsExactly(
            (0 - 0.485f) / 0.229f,
            (128 / 255f - 0.456f) / 0.224f,
            (1 - 0.406f) / 0.225f,
            (51 / 255f - 0.485f) / 0.229f,
            (102 / 255f - 0.456f) / 0.224f,
            (153 / 255f - 0.406f) / 0.225f);
  }

  @Test
  void putsChannelByChannel() {
    float[] floats = new float[6];

    Transforms.toFloat().convert(TWO_PIXELS, 2, 3, Layout.NCHW, floats);

    assertThat(floats).containsExactly(0, 0.2f, 128 / 255f, 0.4f, 1, 0.6f);
  }

  @Test
  void usesOneMeanForAllChannels() {
    float[] floats = new float[6];

    Transforms.toFloat()
        .normalize(new float[] {0.5f}, new float[] {0.5f})
        .convert(TWO_PIXELS, 2, 3, Layout.NHWC, floats);

    assertThat(floats[0]).isEqualTo(-1);
    assertThat(floats[2]).isEqualTo(1);
  }

  @Test
  void refusesAnImageOfOtherChannels() {
    Sample sample = new Sample();
    sample.start(new ImageShape(2, 2, 1), Noise.source(new byte[4], 2, 1), 0);
    ToFloat normalized = Transforms.toFloat().normalize(new float[3], new float[] {1, 1, 1});

    assertThatIllegalArgumentException()
        .isThrownBy(() -> normalized.apply(sample))
        .withMessageContaining("is for 3 channels, but the image has 1");
  }

  @Test
  void refusesAsManyMeansAsThereAreNoDeviations() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.toFloat().normalize(new float[3], new float[2]))
        .withMessageContaining("3 and 2");
  }

  @Test
  void refusesADeviationOfZero() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.toFloat().normalize(new float[1], new float[1]))
        .withMessageContaining("channel 0 are 0.0 and 0.0");
  }

  @Test
  void normalizesOnce() {
    ToFloat normalized = Transforms.toFloat().normalize(new float[] {0.5f}, new float[] {2});

    assertThatIllegalStateException()
        .isThrownBy(() -> normalized.normalize(new float[] {0.1f}, new float[] {1}))
        .withMessageContaining("already");
  }
}
