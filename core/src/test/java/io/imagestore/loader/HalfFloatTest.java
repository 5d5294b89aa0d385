package io.imagestore.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HalfFloatTest {

  /** What the bits mean, by IEEE 754. */
  private static double valueOf(int half) {
    int exponent = (half >>> 10) & 0x1f;
    int fraction = half & 0x3ff;
    double magnitude =
        exponent == 0 ? fraction * 0x1p-24 : (1024 + fraction) * Math.scalb(1.0, exponent - 25);
    return (half & 0x8000) == 0 ? magnitude : -magnitude;
  }

  private static int halfOf(double value) {
    return HalfFloat.of((float) value) & 0xffff;
  }

  @Test
  void keepsEachNumberThatThereIs() {
    for (int half = 0; half < 0x7c00; half++) {
      assertThat(halfOf(valueOf(half))).isEqualTo(half);
      assertThat(HalfFloat.of(-(float) valueOf(half)) & 0xffff).isEqualTo(half | 0x8000);
    }
  }

  @Test
  void takesTheEvenOneOfTwoThatAreAsNear() {
    for (int half = 0; half < 0x7bff; half++) {
      double middle = (valueOf(half) + valueOf(half + 1)) / 2;

      assertThat(halfOf(middle)).isEqualTo(half + (half & 1));
      assertThat(HalfFloat.of(Math.nextDown((float) middle)) & 0xffff).isEqualTo(half);
      assertThat(HalfFloat.of(Math.nextUp((float) middle)) & 0xffff).isEqualTo(half + 1);
    }
  }

  @Test
  void isInfiniteBeyondTheGreatestNumber() {
    assertThat(halfOf(65_504)).isEqualTo(0x7bff);
    assertThat(HalfFloat.of(Math.nextDown(65_520f)) & 0xffff).isEqualTo(0x7bff);
    assertThat(halfOf(65_520)).isEqualTo(0x7c00);
    assertThat(halfOf(Float.MAX_VALUE)).isEqualTo(0x7c00);
    assertThat(halfOf(Double.NEGATIVE_INFINITY)).isEqualTo(0xfc00);
  }

  @Test
  void keepsWhatIsNoNumber() {
    assertThat(halfOf(Double.NaN) & 0x7fff).isGreaterThan(0x7c00);
  }

  /** Java's own is there from 20 on; before, the nearest one is looked for. */
  @Test
  void givesForAnyFloatTheNearest() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 100_000; i++) {
      float value = Float.intBitsToFloat(random.nextInt());
      if (Math.abs(value) < 65_504) {
        double mistake = Math.abs(valueOf(halfOf(value)) - value);
        int half = halfOf(Math.abs(value));

        assertThat(mistake).isLessThanOrEqualTo(Math.abs(valueOf(half + 1) - Math.abs(value)));
        assertThat(mistake)
            .isLessThanOrEqualTo(Math.abs(valueOf(Math.max(half - 1, 0)) - Math.abs(value)));
      }
    }
  }
}
