package io.imagestore.loader;

import io.imagestore.SampleType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Brings the samples of an image into the type and layout of a batch. Belongs to one thread; its
 * arrays stay in the processor's cache from image to image.
 */
final class TensorWriter {

  private final Layout layout;
  private byte[] bytes = new byte[0];
  private short[] halves = new short[0];
  private float[] floats = new float[0];

  TensorWriter(Layout layout) {
    this.layout = layout;
  }

  /** Puts a sample that fits into a place of a batch. */
  void write(Sample sample, TensorSpec spec, TensorBatch batch, int place) {
    byte[] pixels = sample.finishedPixels();
    switch (spec.type()) {
      case UINT8 -> batch.put(place, spec, layout == Layout.NHWC ? pixels : planar(pixels, spec));
      case FLOAT16 -> batch.put(place, spec, halves(sample, pixels, spec));
      case FLOAT32 -> batch.put(place, spec, floats(sample, pixels, spec));
    }
  }

  private byte[] planar(byte[] pixels, TensorSpec spec) {
    int channels = spec.channels();
    int pixelCount = spec.pixelCount();
    if (bytes.length < spec.samples()) {
      bytes = new byte[spec.samples()];
    }
    for (int channel = 0; channel < channels; channel++) {
      int to = channel * pixelCount;
      for (int i = 0; i < pixelCount; i++) {
        bytes[to + i] = pixels[channel + i * channels];
      }
    }
    return bytes;
  }

  private float[] floats(Sample sample, byte[] pixels, TensorSpec spec) {
    if (floats.length < spec.samples()) {
      floats = new float[spec.samples()];
    }
    ToFloat conversion = sample.conversion();
    if (sample.type() != SampleType.UINT8) {
      fromWide(sample.type(), pixels, spec, conversion);
    } else if (conversion != null) {
      conversion.convert(pixels, spec.pixelCount(), spec.channels(), layout, floats);
    }
    return floats;
  }

  private short[] halves(Sample sample, byte[] pixels, TensorSpec spec) {
    if (halves.length < spec.samples()) {
      halves = new short[spec.samples()];
    }
    ToFloat conversion = sample.conversion();
    if (sample.type() == SampleType.UINT8 && conversion != null) {
      conversion.convert(pixels, spec.pixelCount(), spec.channels(), layout, halves);
      return halves;
    }
    float[] exact = floats(sample, pixels, spec);
    for (int i = 0; i < spec.samples(); i++) {
      halves[i] = HalfFloat.of(exact[i]);
    }
    return halves;
  }

  private void fromWide(
      SampleType type, byte[] pixels, TensorSpec spec, @Nullable ToFloat conversion) {
    ByteBuffer samples = ByteBuffer.wrap(pixels).order(ByteOrder.LITTLE_ENDIAN);
    float unit = conversion != null && type == SampleType.UINT16 ? 65_535f : 1f;
    int channels = spec.channels();
    int count = spec.pixelCount();
    boolean planar = layout == Layout.NCHW;
    for (int channel = 0; channel < channels; channel++) {
      int to = planar ? channel * count : channel;
      int step = planar ? 1 : channels;
      for (int i = 0; i < count; i++) {
        int at = (channel + i * channels) * type.bytes();
        floats[to + i * step] =
            type == SampleType.UINT16
                ? (samples.getShort(at) & 0xffff) / unit
                : samples.getFloat(at);
      }
      if (conversion != null) {
        conversion.normalize(floats, to, step, count, channel);
      }
    }
  }
}
