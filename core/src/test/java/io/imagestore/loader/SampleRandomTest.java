package io.imagestore.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

class SampleRandomTest {

  private static final int TRIALS = 1_000_000;
  private static final double CHANCE = 4;

  @ParameterizedTest
  @CsvFileSource(resources = "bits.csv", numLinesToSkip = 1)
  void givesThePublishedVectors(
      long seed, long epoch, long sample, long transform, int draw, String bits) {
    SampleRandom random = random(seed, epoch, sample, transform);
    for (int i = 0; i < draw; i++) {
      random.nextLong();
    }

    assertThat(random.nextLong()).isEqualTo(Long.parseUnsignedLong(bits, 16));
  }

  @Test
  void differsFromSampleToSampleTransformToTransformAndDrawToDraw() {
    Set<Long> seen = new HashSet<>();
    for (int sample = 0; sample < 100; sample++) {
      for (int transform = 0; transform < 10; transform++) {
        SampleRandom random = random(1, 2, sample, transform);
        for (int draw = 0; draw < 10; draw++) {
          seen.add(random.nextLong());
        }
      }
    }

    assertThat(seen).hasSize(100 * 10 * 10);
  }

  @Test
  void startsAnewForTheSameNumbers() {
    SampleRandom random = random(1, 2, 3, 4);
    long first = random.nextLong();
    random.nextLong();

    random.start(CounterBits.key(1, 2, 3), 4);

    assertThat(random.nextLong()).isEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 10, 100, 1000})
  void drawsEachNumberBelowABoundEquallyOftenOverSamples(int bound) {
    long[] counts = new long[bound];
    for (int sample = 0; sample < TRIALS; sample++) {
      counts[random(9, 0, sample, 0).nextInt(bound)]++;
    }

    assertThat(ChiSquare.deviations(counts)).isLessThan(CHANCE);
  }

  @Test
  void drawsEachPairEquallyOftenFromOneSampleToTheNext() {
    long[] counts = new long[100];
    int last = 0;
    for (int sample = 0; sample < TRIALS; sample++) {
      int next = random(9, 0, sample, 0).nextInt(10);
      counts[last * 10 + next]++;
      last = next;
    }

    assertThat(ChiSquare.deviations(counts)).isLessThan(CHANCE);
  }

  @Test
  void drawsDoublesFromARangeEvenly() {
    long[] counts = new long[100];
    SampleRandom random = random(0, 0, 0, 0);
    for (int draw = 0; draw < TRIALS; draw++) {
      counts[(int) ((random.nextDouble(-2, 3) + 2) * 20)]++;
    }

    assertThat(ChiSquare.deviations(counts)).isLessThan(CHANCE);
  }

  @Test
  void happensAlwaysAtOneAndNeverAtZero() {
    SampleRandom random = random(0, 0, 0, 0);
    for (int draw = 0; draw < 1000; draw++) {
      assertThat(random.nextBoolean(1)).isTrue();
      assertThat(random.nextBoolean(0)).isFalse();
    }
  }

  @Test
  void refusesABoundThatLeavesNothing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> random(0, 0, 0, 0).nextInt(0))
        .withMessage("bound must be at least 1, but is 0");
  }

  private static SampleRandom random(long seed, long epoch, long sample, long transform) {
    SampleRandom random = new SampleRandom();
    random.start(CounterBits.key(seed, epoch, sample), transform);
    return random;
  }
}
