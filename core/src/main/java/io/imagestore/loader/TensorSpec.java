package io.imagestore.loader;

import io.imagestore.SampleType;

/** What each image of a batch is when its transforms are done. */
record TensorSpec(int height, int width, int channels, boolean floats) {

  /** How a finished sample goes into a batch. */
  static TensorSpec of(Sample sample) {
    return new TensorSpec(sample.height(), sample.width(), sample.channels(), isFloats(sample));
  }

  boolean fits(Sample sample) {
    return height == sample.height()
        && width == sample.width()
        && channels == sample.channels()
        && floats == isFloats(sample);
  }

  /** Bytes stay bytes until they are turned into floats; wider samples always become floats. */
  private static boolean isFloats(Sample sample) {
    return sample.conversion() != null || sample.type() != SampleType.UINT8;
  }

  int pixelCount() {
    return height * width;
  }

  int samples() {
    return height * width * channels;
  }

  int bytesASample() {
    return floats ? Float.BYTES : 1;
  }

  /** Saturated. */
  long bytesAnImage() {
    long pixels = (long) height * width;
    long bytesAPixel = (long) channels * bytesASample();
    return pixels > Long.MAX_VALUE / bytesAPixel ? Long.MAX_VALUE : pixels * bytesAPixel;
  }

  /** As {@code 32x32x3 float32}. */
  @Override
  public String toString() {
    return height + "x" + width + "x" + channels + (floats ? " float32" : " uint8");
  }
}
