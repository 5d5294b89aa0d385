package io.imagestore.cifar;

/**
 * Draws the synthetic images: a wave whose direction and length are the class's, over a slope,
 * under texture. Each image is drawn from its id alone.
 */
final class SyntheticImages {

  static final int CLASSES = 10;

  private static final int SIDE = Cifar.SIDE;
  private static final int AREA = SIDE * SIDE;

  /** Standard deviation of the texture that all channels share; the least and the range above. */
  private static final float GRAY_TEXTURE = 6;

  private static final float GRAY_TEXTURE_RANGE = 20;

  /** Standard deviation of the texture that each channel has alone. */
  private static final float COLOUR_TEXTURE = 2.5f;

  private static final float COLOUR_TEXTURE_RANGE = 4.5f;

  /** How high the wave of any class, which lies over that of the right one, may at most be. */
  private static final float DISTRACTION = 0.95f;

  /** Cosines and sines along columns and rows, so that a pixel of a wave takes no call. */
  private static final float[][] COS_X = new float[CLASSES][SIDE];

  private static final float[][] SIN_X = new float[CLASSES][SIDE];
  private static final float[][] COS_Y = new float[CLASSES][SIDE];
  private static final float[][] SIN_Y = new float[CLASSES][SIDE];

  static {
    for (int label = 0; label < CLASSES; label++) {
      double angle = Math.PI * (label % 5) / 5;
      double cycles = label < 5 ? 2 : 4;
      double perPixel = 2 * Math.PI * cycles / SIDE;
      for (int i = 0; i < SIDE; i++) {
        double x = perPixel * StrictMath.cos(angle) * i;
        double y = perPixel * StrictMath.sin(angle) * i;
        COS_X[label][i] = (float) StrictMath.cos(x);
        SIN_X[label][i] = (float) StrictMath.sin(x);
        COS_Y[label][i] = (float) StrictMath.cos(y);
        SIN_Y[label][i] = (float) StrictMath.sin(y);
      }
    }
  }

  private final long seed;

  SyntheticImages(long seed) {
    this.seed = seed;
  }

  /** Draws an image, red plane first, and gives its label. */
  int draw(long id, byte[] planes) {
    Noise noise = new Noise(seed, id);
    int label = noise.below(CLASSES);
    float height = 14 + 20 * noise.fraction();
    float[] wave = slope(noise);
    addWave(wave, label, height, noise);
    addWave(wave, noise.below(CLASSES), height * DISTRACTION * noise.fraction(), noise);
    texture(wave, GRAY_TEXTURE + GRAY_TEXTURE_RANGE * noise.square(), noise);
    float colourTexture = COLOUR_TEXTURE + COLOUR_TEXTURE_RANGE * noise.fraction();
    for (int channel = 0; channel < Cifar.CHANNELS; channel++) {
      float level = 128 + 45 * noise.signed() + lean(label, channel);
      float contrast = 0.6f + 0.5f * noise.fraction();
      drawPlane(planes, channel, wave, level, contrast, colourTexture, noise);
    }
    return label;
  }

  /** How far a class's colours lean towards a channel; classes overlap widely in it. */
  private static float lean(int label, int channel) {
    return 12 * (((label * 7 + channel * 5) % CLASSES) / 4.5f - 1);
  }

  private static float[] slope(Noise noise) {
    float slopeX = 1.5f * noise.signed();
    float slopeY = 1.5f * noise.signed();
    float[] gray = new float[AREA];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        gray[y * SIDE + x] = slopeX * (x - SIDE / 2f) + slopeY * (y - SIDE / 2f);
      }
    }
    return gray;
  }

  private static void addWave(float[] gray, int label, float height, Noise noise) {
    double phase = 2 * Math.PI * noise.fraction();
    float cos = height * (float) StrictMath.cos(phase);
    float sin = height * (float) StrictMath.sin(phase);
    for (int y = 0; y < SIDE; y++) {
      float cosY = cos * COS_Y[label][y] - sin * SIN_Y[label][y];
      float sinY = sin * COS_Y[label][y] + cos * SIN_Y[label][y];
      for (int x = 0; x < SIDE; x++) {
        gray[y * SIDE + x] += cosY * COS_X[label][x] - sinY * SIN_X[label][x];
      }
    }
  }

  private static void texture(float[] wave, float deviation, Noise noise) {
    for (int i = 0; i < AREA; i++) {
      wave[i] += deviation * noise.normal();
    }
  }

  private static void drawPlane(
      byte[] planes,
      int channel,
      float[] wave,
      float level,
      float contrast,
      float deviation,
      Noise noise) {
    int plane = channel * AREA;
    for (int i = 0; i < AREA; i++) {
      float sample = level + contrast * wave[i] + deviation * noise.normal();
      planes[plane + i] = (byte) Math.max(0, Math.min(255, (int) (sample + 0.5f)));
    }
  }

  /** SplitMix64 (Steele, Lea and Flood, 2014): small, fast, and the same everywhere. */
  private static final class Noise {

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    /** Makes the sum of three bytes, which is nearly normal, one of mean 0 and deviation 1. */
    private static final float MEAN = 382.5f;

    private static final float SCALE = 1 / 127.99f;

    private long state;
    private long bits;
    private int bitsLeft;

    Noise(long seed, long id) {
      state = mix(mix(seed) + id * GOLDEN_GAMMA);
    }

    int below(int bound) {
      return (int) ((next() >>> 33) % bound);
    }

    /** From 0 to 1. */
    float fraction() {
      return (next() >>> 40) * 0x1p-24f;
    }

    /** From -1 to 1. */
    float signed() {
      return 2 * fraction() - 1;
    }

    /** From 0 to 1, mostly small. */
    float square() {
      float fraction = fraction();
      return fraction * fraction;
    }

    float normal() {
      if (bitsLeft < 24) {
        bits = next();
        bitsLeft = 64;
      }
      int sum = (int) (bits & 0xFF) + (int) (bits >>> 8 & 0xFF) + (int) (bits >>> 16 & 0xFF);
      bits >>>= 24;
      bitsLeft -= 24;
      return (sum - MEAN) * SCALE;
    }

    private long next() {
      state += GOLDEN_GAMMA;
      return mix(state);
    }

    private static long mix(long value) {
      long mixed = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
      mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
      return mixed ^ mixed >>> 31;
    }
  }
}
