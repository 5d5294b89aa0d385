package io.imagestore.loader;

import io.imagestore.SampleType;
import java.util.Locale;

/** What each image of a batch is when its transforms are done. */
record TensorSpec(int height, int width, int channels, TensorType type) {

  /** How a finished sample goes into a batch. */
  static TensorSpec of(Sample sample) {
    return new TensorSpec(sample.height(), sample.width(), sample.channels(), typeOf(sample));
  }

  boolean fits(Sample sample) {
    return height == sample.height()
        && width == sample.width()
        && channels == sample.channels()
        && type == typeOf(sample);
  }

  /** Bytes stay bytes until they are turned into floats; wider samples always become floats. */
  private static TensorType typeOf(Sample sample) {
    ToFloat conversion = sample.conversion();
    if (conversion != null) {
      return conversion.type();
    }
    return sample.type() == SampleType.UINT8 ? TensorType.UINT8 : TensorType.FLOAT32;
  }

  int pixelCount() {
    return height * width;
  }

  int samples() {
    return height * width * channels;
  }

  /** Saturated. */
  long bytesAnImage() {
    long pixels = (long) height * width;
    long bytesAPixel = (long) channels * type.bytes();
    return pixels > Long.MAX_VALUE / bytesAPixel ? Long.MAX_VALUE : pixels * bytesAPixel;
  }

  /** As {@code 32x32x3 float32}. */
  @Override
  public String toString() {
    return height + "x" + width + "x" + channels + " " + type.name().toLowerCase(Locale.ROOT);
  }
}
