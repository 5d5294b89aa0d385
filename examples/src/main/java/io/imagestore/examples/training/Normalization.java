package io.imagestore.examples.training;

import io.imagestore.loader.ToFloat;
import io.imagestore.loader.Transforms;

/** Mean and standard deviation of a data set's pixels, red, green and blue, from 0 to 1. */
public final class Normalization {
  static final Normalization CIFAR_10 =
      new Normalization(
          new float[] {0.4914f, 0.4822f, 0.4465f}, new float[] {0.247f, 0.2435f, 0.2616f});
  static final Normalization IMAGENET =
      new Normalization(new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f});

  private final float[] mean;
  private final float[] std;

  private Normalization(float[] mean, float[] std) {
    this.mean = mean;
    this.std = std;
  }

  ToFloat toFloat() {
    return Transforms.toFloat().normalize(mean, std);
  }

  /** The mean of bytes. */
  float[] byteMean() {
    return timesByte(mean);
  }

  /** The standard deviation of bytes. */
  float[] byteStd() {
    return timesByte(std);
  }

  private static float[] timesByte(float[] shares) {
    float[] bytes = shares.clone();
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] *= 255;
    }
    return bytes;
  }
}
