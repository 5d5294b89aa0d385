package io.imagestore.internal.png;

import io.imagestore.codec.DecodeException;

/** The color types of PNG, section 11.2.2, and the bit depths each allows. */
enum ColorType {
  GRAY(0, 1, 1, 1 | 2 | 4 | 8 | 16),
  RGB(2, 3, 3, 8 | 16),
  PALETTE(3, 1, 3, 1 | 2 | 4 | 8),
  GRAY_ALPHA(4, 2, 2, 8 | 16),
  RGBA(6, 4, 4, 8 | 16);

  private static final ColorType[] ALL = values();

  /** The number that stands for this type in an IHDR chunk. */
  final int code;

  /** How many samples make a pixel in the datastream. */
  final int samples;

  /** How many samples make a pixel once it is decoded, where no tRNS chunk adds an alpha. */
  final int channels;

  /** Each depth is a power of two, and so a bit of its own. */
  private final int bitDepths;

  ColorType(int code, int samples, int channels, int bitDepths) {
    this.code = code;
    this.samples = samples;
    this.channels = channels;
    this.bitDepths = bitDepths;
  }

  boolean allows(int bitDepth) {
    return Integer.bitCount(bitDepth) == 1 && (bitDepths & bitDepth) != 0;
  }

  /** The type of an image of 1 to 4 channels. */
  static ColorType ofChannels(int channels) {
    return switch (channels) {
      case 1 -> GRAY;
      case 2 -> GRAY_ALPHA;
      case 3 -> RGB;
      default -> RGBA;
    };
  }

  static ColorType ofCode(int code) {
    for (ColorType type : ALL) {
      if (type.code == code) {
        return type;
      }
    }
    throw new DecodeException("IHDR has color type " + code + "; PNG knows 0, 2, 3, 4 and 6");
  }
}
