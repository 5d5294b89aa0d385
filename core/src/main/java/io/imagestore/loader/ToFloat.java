package io.imagestore.loader;

import java.util.Arrays;

/**
 * The last step of an image: samples of 8 bits become floats, by default those from 0 to 1, as
 * torchvision's {@code ToTensor} makes them, and {@code Normalize} after {@link #normalize}.
 * Samples of 16 bits are divided by 65,535; those that are floats are taken as they are.
 *
 * <p>Immutable. Get one from {@link Transforms#toFloat}.
 */
public final class ToFloat implements Transform {

  static final ToFloat UNIT = new ToFloat(new float[] {0}, new float[] {1});

  private final float[] mean;
  private final float[] std;

  /** What each sample becomes, for each channel; a single table is for all channels. */
  private final float[][] tables;

  private ToFloat(float[] mean, float[] std) {
    this.mean = mean;
    this.std = std;
    tables = new float[mean.length][256];
    for (int channel = 0; channel < mean.length; channel++) {
      for (int sample = 0; sample < 256; sample++) {
        tables[channel][sample] = (sample / 255f - mean[channel]) / std[channel];
      }
    }
  }

  /**
   * Subtracts a mean from each float, then divides it by a standard deviation.
   *
   * @param mean for each channel, or one for all channels, in the range from 0 to 1
   * @param std as many, each more than 0, in that range too
   * @return a step that does so
   * @throws IllegalArgumentException if there are none, not as many of one as of the other, a mean
   *     isn't finite or a deviation isn't more than 0 and finite
   */
  public ToFloat normalize(float[] mean, float[] std) {
    if (mean.length == 0 || mean.length != std.length) {
      throw new IllegalArgumentException(
          "mean and std must have one value a channel each, but have %d and %d"
              .formatted(mean.length, std.length));
    }
    for (int channel = 0; channel < mean.length; channel++) {
      if (!Float.isFinite(mean[channel]) || !Float.isFinite(std[channel]) || std[channel] <= 0) {
        throw new IllegalArgumentException(
            "mean must be finite, and std finite and more than 0, but those of channel %d are %s and %s"
                .formatted(channel, mean[channel], std[channel]));
      }
    }
    return new ToFloat(mean.clone(), std.clone());
  }

  @Override
  public void apply(Sample sample) {
    if (tables.length != 1 && tables.length != sample.channels()) {
      throw new IllegalArgumentException(
          "%s is for %d channels, but the image has %d"
              .formatted(this, tables.length, sample.channels()));
    }
    sample.finish(this);
  }

  /** Converts bytes in the order of the pixels: HWC to HWC. */
  void interleaved(byte[] pixels, int pixelCount, int channels, float[] target) {
    for (int channel = 0; channel < channels; channel++) {
      look(table(channel), pixels, channel, channels, target, channel, channels, pixelCount);
    }
  }

  /** Converts bytes channel by channel: HWC to CHW. */
  void planar(byte[] pixels, int pixelCount, int channels, float[] target) {
    for (int channel = 0; channel < channels; channel++) {
      look(table(channel), pixels, channel, channels, target, channel * pixelCount, 1, pixelCount);
    }
  }

  private static void look(
      float[] table,
      byte[] pixels,
      int from,
      int fromStep,
      float[] target,
      int to,
      int toStep,
      int count) {
    for (int i = 0; i < count; i++) {
      target[to + i * toStep] = table[pixels[from + i * fromStep] & 0xff];
    }
  }

  /** Normalizes floats that are in the range of 0 to 1 as they are. */
  void normalize(float[] samples, int begin, int step, int count, int channel) {
    float shift = mean[mean.length == 1 ? 0 : channel];
    float scale = std[std.length == 1 ? 0 : channel];
    for (int i = begin, end = begin + count * step; i < end; i += step) {
      samples[i] = (samples[i] - shift) / scale;
    }
  }

  private float[] table(int channel) {
    return tables[tables.length == 1 ? 0 : channel];
  }

  /** As {@code toFloat().normalize([0.5], [0.25])}. */
  @Override
  public String toString() {
    return this == UNIT
        ? "toFloat()"
        : "toFloat().normalize(%s, %s)".formatted(Arrays.toString(mean), Arrays.toString(std));
  }
}
