package io.imagestore.internal.png;

import io.imagestore.codec.DecodeException;

/** Turns pixels of an unfiltered row into samples of 8 bits, or of 16 in little-endian order. */
interface RowUnpacker {
  /** Writes the samples of the row's pixels {@code from} to {@code to} exclusive, from index 0. */
  void unpack(byte[] row, int at, int from, int to, byte[] samples);

  static RowUnpacker of(PngChunks chunks) {
    PngHeader header = chunks.header();
    int depth = header.bitDepth();
    if (header.colorType() == ColorType.PALETTE) {
      return lookup(depth, colors(chunks), chunks.transparent() ? 4 : 3);
    }
    if (header.colorType() == ColorType.GRAY && depth <= 8 && (depth < 8 || chunks.transparent())) {
      return lookup(depth, grays(depth, chunks), chunks.transparent() ? 2 : 1);
    }
    int bytes = header.colorType().samples * depth / 8;
    RowUnpacker plain = depth == 16 ? swapped(bytes) : copied(bytes);
    return chunks.transparent() ? keyed(plain, key(chunks), depth / 8) : plain;
  }

  /** Pixels of {@code bytes} bytes that are samples as they stand. */
  private static RowUnpacker copied(int bytes) {
    return (row, at, from, to, samples) ->
        System.arraycopy(row, at + from * bytes, samples, 0, (to - from) * bytes);
  }

  /** Pixels of {@code bytes} bytes that are samples of 16 bits, which PNG has big-endian. */
  private static RowUnpacker swapped(int bytes) {
    return (row, at, from, to, samples) -> {
      int start = at + from * bytes;
      int length = (to - from) * bytes;
      for (int i = 0; i < length; i += 2) {
        samples[i] = row[start + i + 1];
        samples[i + 1] = row[start + i];
      }
    };
  }

  /** Pixels that get an alpha: none where they equal the key, full elsewhere. */
  private static RowUnpacker keyed(RowUnpacker plain, byte[] key, int alphaBytes) {
    int bytes = key.length;
    int withAlpha = bytes + alphaBytes;
    return (row, at, from, to, samples) -> {
      plain.unpack(row, at, from, to, samples);
      // From the last on, as each moves towards the end.
      for (int pixel = to - from - 1; pixel >= 0; pixel--) {
        System.arraycopy(samples, pixel * bytes, samples, pixel * withAlpha, bytes);
        boolean transparent = equal(row, at + (from + pixel) * bytes, key);
        for (int i = bytes; i < withAlpha; i++) {
          samples[pixel * withAlpha + i] = (byte) (transparent ? 0 : 255);
        }
      }
    };
  }

  private static boolean equal(byte[] row, int at, byte[] key) {
    int i = 0;
    while (i < key.length && row[at + i] == key[i]) {
      i++;
    }
    return i == key.length;
  }

  /** A pixel that is transparent: tRNS has two bytes a sample, of which the image's own count. */
  private static byte[] key(PngChunks chunks) {
    byte[] wide = chunks.transparency();
    if (chunks.header().bitDepth() == 16) {
      return wide;
    }
    byte[] key = new byte[wide.length / 2];
    for (int i = 0; i < key.length; i++) {
      key[i] = wide[2 * i + 1];
    }
    return key;
  }

  /** Pixels of up to 8 bits, each of which stands for samples in a table. */
  private static RowUnpacker lookup(int depth, byte[] table, int channels) {
    int mask = (1 << depth) - 1;
    int entries = table.length / channels;
    return (row, at, from, to, samples) -> {
      int out = 0;
      for (int x = from; x < to; x++) {
        long bit = (long) x * depth;
        int shift = 8 - depth - (int) (bit & 7);
        int value = row[at + (int) (bit >> 3)] >> shift & mask;
        if (value >= entries) {
          throw new DecodeException(
              "A pixel has palette index " + value + " of " + entries + " colors");
        }
        for (int i = value * channels; i < (value + 1) * channels; i++) {
          samples[out++] = table[i];
        }
      }
    };
  }

  private static byte[] colors(PngChunks chunks) {
    byte[] palette = chunks.palette();
    if (!chunks.transparent()) {
      return palette;
    }
    byte[] alphas = chunks.transparency();
    byte[] table = new byte[palette.length / 3 * 4];
    for (int i = 0; i < palette.length / 3; i++) {
      System.arraycopy(palette, 3 * i, table, 4 * i, 3);
      table[4 * i + 3] = i < alphas.length ? alphas[i] : (byte) 255;
    }
    return table;
  }

  /** Section 13.12: the darkest is 0, the brightest 255, the others evenly between. */
  private static byte[] grays(int depth, PngChunks chunks) {
    int most = (1 << depth) - 1;
    byte[] transparency = chunks.transparency();
    int channels = chunks.transparent() ? 2 : 1;
    byte[] table = new byte[(most + 1) * channels];
    for (int value = 0; value <= most; value++) {
      table[value * channels] = (byte) (value * 255 / most);
      if (channels == 2) {
        table[2 * value + 1] = (byte) (value == (transparency[1] & most) ? 0 : 255);
      }
    }
    return table;
  }
}
