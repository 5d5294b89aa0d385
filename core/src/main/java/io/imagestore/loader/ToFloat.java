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

  static final ToFloat UNIT = new ToFloat(new float[] {0}, new float[] {1}, false);

  private final float[] mean;
  private final float[] std;

  /** What each sample becomes, for each channel; a single table is for all channels. */
  private final float[][] tables;

  /** The same in half precision, if that is wanted. */
  private final boolean half;

  private final short[][] halfTables;

  private ToFloat(float[] mean, float[] std, boolean half) {
    this.mean = mean;
    this.std = std;
    this.half = half;
    tables = new float[mean.length][256];
    halfTables = new short[mean.length][256];
    for (int channel = 0; channel < mean.length; channel++) {
      for (int sample = 0; sample < 256; sample++) {
        tables[channel][sample] = (sample / 255f - mean[channel]) / std[channel];
        halfTables[channel][sample] = HalfFloat.of(tables[channel][sample]);
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
   * @throws IllegalStateException if this one normalizes already
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
    if (!Arrays.equals(this.mean, UNIT.mean) || !Arrays.equals(this.std, UNIT.std)) {
      throw new IllegalStateException(
          "It normalizes already: " + this + "; work out one mean and std for both steps");
    }
    return new ToFloat(mean.clone(), std.clone(), half);
  }

  /**
   * Makes floats of 16 bits in the end, each the nearest to the one of 32 bits.
   *
   * @return a step that does so
   */
  public ToFloat half() {
    return new ToFloat(mean, std, true);
  }

  TensorType type() {
    return half ? TensorType.FLOAT16 : TensorType.FLOAT32;
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

  // Both of the following are written out for three channels, which takes a third of the time.

  /** Converts bytes, HWC, to floats in a layout. */
  void convert(byte[] pixels, int pixelCount, int channels, Layout layout, float[] target) {
    int step = layout == Layout.NCHW ? 1 : channels;
    int apart = layout == Layout.NCHW ? pixelCount : 1;
    if (channels == 3) {
      convertRgb(pixels, pixelCount, target, step, apart);
      return;
    }
    for (int channel = 0; channel < channels; channel++) {
      float[] table = tables[tableOf(channel)];
      int to = channel * apart;
      for (int i = 0; i < pixelCount; i++) {
        target[to + i * step] = table[pixels[channel + i * channels] & 0xff];
      }
    }
  }

  private void convertRgb(byte[] pixels, int pixelCount, float[] target, int step, int apart) {
    float[] red = tables[tableOf(0)];
    float[] green = tables[tableOf(1)];
    float[] blue = tables[tableOf(2)];
    for (int i = 0, from = 0, to = 0; i < pixelCount; i++, from += 3, to += step) {
      target[to] = red[pixels[from] & 0xff];
      target[to + apart] = green[pixels[from + 1] & 0xff];
      target[to + 2 * apart] = blue[pixels[from + 2] & 0xff];
    }
  }

  /** Converts bytes, HWC, to floats of 16 bits in a layout. */
  void convert(byte[] pixels, int pixelCount, int channels, Layout layout, short[] target) {
    int step = layout == Layout.NCHW ? 1 : channels;
    int apart = layout == Layout.NCHW ? pixelCount : 1;
    if (channels == 3) {
      convertRgb(pixels, pixelCount, target, step, apart);
      return;
    }
    for (int channel = 0; channel < channels; channel++) {
      short[] table = halfTables[tableOf(channel)];
      int to = channel * apart;
      for (int i = 0; i < pixelCount; i++) {
        target[to + i * step] = table[pixels[channel + i * channels] & 0xff];
      }
    }
  }

  private void convertRgb(byte[] pixels, int pixelCount, short[] target, int step, int apart) {
    short[] red = halfTables[tableOf(0)];
    short[] green = halfTables[tableOf(1)];
    short[] blue = halfTables[tableOf(2)];
    for (int i = 0, from = 0, to = 0; i < pixelCount; i++, from += 3, to += step) {
      target[to] = red[pixels[from] & 0xff];
      target[to + apart] = green[pixels[from + 1] & 0xff];
      target[to + 2 * apart] = blue[pixels[from + 2] & 0xff];
    }
  }

  private int tableOf(int channel) {
    return tables.length == 1 ? 0 : channel;
  }

  /** Normalizes floats that are in the range of 0 to 1 as they are. */
  void normalize(float[] samples, int begin, int step, int count, int channel) {
    float shift = mean[mean.length == 1 ? 0 : channel];
    float scale = std[std.length == 1 ? 0 : channel];
    for (int i = begin, end = begin + count * step; i < end; i += step) {
      samples[i] = (samples[i] - shift) / scale;
    }
  }

  /** As {@code toFloat().normalize([0.5], [0.25]).half()}. */
  @Override
  public String toString() {
    String normalized =
        mean == UNIT.mean
            ? ""
            : ".normalize(%s, %s)".formatted(Arrays.toString(mean), Arrays.toString(std));
    return "toFloat()" + normalized + (half ? ".half()" : "");
  }
}
