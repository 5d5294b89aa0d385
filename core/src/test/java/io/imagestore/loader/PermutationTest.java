package io.imagestore.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

class PermutationTest {

  private static final int TRIALS = 1_000_000;
  private static final double CHANCE = 4;

  @ParameterizedTest
  @CsvFileSource(resources = "order.csv", numLinesToSkip = 1)
  void givesThePublishedVectors(long seed, long epoch, long size, long position, long index) {
    assertThat(Permutation.of(seed, epoch, size).get(position)).isEqualTo(index);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 100, 1000, 65_535, 65_536, 65_537, 131_072, 200_001})
  void givesEachIndexOnce(long size) {
    Permutation permutation = Permutation.of(7, 3, size);
    BitSet seen = new BitSet();

    for (long position = 0; position < size; position++) {
      seen.set(Math.toIntExact(permutation.get(position)));
    }

    assertThat(seen.length()).isEqualTo((int) size);
    assertThat(seen.cardinality()).isEqualTo((int) size);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 5, 1000, 65_536, 65_537, 3_000_000_000L, 1L << 40, Long.MAX_VALUE})
  void findsThePositionOfAnIndex(long size) {
    Permutation permutation = Permutation.of(-1, 0, size);

    assertThat(somePositions(size))
        .allMatch(position -> permutation.positionOf(permutation.get(position)) == position);
  }

  @ParameterizedTest
  @ValueSource(longs = {3_000_000_000L, (1L << 40) + 1, Long.MAX_VALUE})
  void staysWithinSizesOf64Bits(long size) {
    Permutation permutation = Permutation.of(5, 6, size);

    assertThat(somePositions(size).map(permutation::get))
        .allMatch(index -> index >= 0 && index < size)
        .doesNotHaveDuplicates();
  }

  @Test
  void givesEachPermutationOfFiveEquallyOften() {
    long[] counts = new long[5 * 5 * 5 * 5];
    for (int seed = 0; seed < TRIALS; seed++) {
      Permutation permutation = Permutation.of(seed, 0, 5);
      int number = 0;
      for (int position = 0; position < 4; position++) {
        number = number * 5 + (int) permutation.get(position);
      }
      counts[number]++;
    }

    long[] occurring = LongStream.of(counts).filter(count -> count > 0).toArray();

    assertThat(occurring).hasSize(120);
    assertThat(ChiSquare.deviations(occurring)).isLessThan(CHANCE);
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 3, 4, 10, 100})
  void givesEachPairOfNeighborsEquallyOftenOverSeeds(long size) {
    int n = (int) size;
    long[] pairs = new long[n * n];
    for (int seed = 0; seed < TRIALS; seed++) {
      Permutation permutation = Permutation.of(seed, 1, size);
      pairs[(int) (permutation.get(0) * n + permutation.get(1))]++;
    }

    long[] ofDifferent = LongStream.range(0, pairs.length).filter(i -> i / n != i % n).toArray();
    long[] counts = LongStream.of(ofDifferent).map(i -> pairs[(int) i]).toArray();

    assertThat(ChiSquare.deviations(counts)).isLessThan(CHANCE);
  }

  @ParameterizedTest
  @ValueSource(longs = {100_000, 131_000, 1_000_000})
  void givesEachTripleOfTenthsEquallyOftenOverSeeds(long size) {
    long[] triples = new long[1000];
    for (int seed = 0; seed < TRIALS; seed++) {
      Permutation permutation = Permutation.of(seed, 1, size);
      long first = permutation.get(0) * 10 / size;
      long second = permutation.get(1) * 10 / size;
      long third = permutation.get(size / 2) * 10 / size;
      triples[(int) (first * 100 + second * 10 + third)]++;
    }

    assertThat(ChiSquare.deviations(triples)).isLessThan(CHANCE);
  }

  @ParameterizedTest
  @ValueSource(longs = {10, 100, 100_000, 1_000_000})
  void givesEachTenthOfTheIndicesEquallyOftenOverEpochs(long size) {
    long[] counts = new long[10];
    for (int epoch = 0; epoch < TRIALS; epoch++) {
      counts[(int) (Permutation.of(42, epoch, size).get(3) * 10 / size)]++;
    }

    assertThat(ChiSquare.deviations(counts)).isLessThan(CHANCE);
  }

  @ParameterizedTest
  @ValueSource(longs = {65_536, 100_000, 1_000_000})
  void stepsFromOnePositionToTheNextByEachDistanceEquallyOften(long size) {
    Permutation permutation = Permutation.of(11, 2, size);
    long[] distances = new long[64];
    for (long position = 1; position < size; position++) {
      long step = permutation.get(position) - permutation.get(position - 1);
      distances[(int) (Math.floorMod(step, size) * 64 / size)]++;
    }

    assertThat(ChiSquare.deviations(distances)).isLessThan(CHANCE);
  }

  @Test
  void leavesAsManyIndicesInPlaceAsChanceDoes() {
    long size = 70_000;
    int inPlace = 0;
    for (int seed = 0; seed < 100; seed++) {
      Permutation permutation = Permutation.of(seed, 0, size);
      for (long position = 0; position < size; position++) {
        inPlace += permutation.get(position) == position ? 1 : 0;
      }
    }

    assertThat(inPlace).isBetween(60, 140);
  }

  @Test
  void differsFromSeedToSeedAndFromEpochToEpoch() {
    assertThat(
            LongStream.range(0, 10)
                .boxed()
                .flatMap(
                    seed ->
                        LongStream.range(0, 10)
                            .mapToObj(epoch -> Permutation.of(seed, epoch, 1L << 40).get(0))))
        .doesNotHaveDuplicates();
  }

  @Test
  void refusesAPositionThatIsNotThere() {
    assertThatThrownBy(() -> Permutation.of(0, 0, 10).get(10))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("10");
    assertThatThrownBy(() -> Permutation.of(0, 0, 1_000_000).get(-1))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("-1");
  }

  @Test
  void refusesANegativeEpoch() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Permutation.of(0, -1, 10))
        .withMessage("epoch must be at least 0, but is -1");
  }

  @Test
  void refusesANegativeSize() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Permutation.of(0, 0, -5))
        .withMessage("size must be at least 0, but is -5");
  }

  private static LongStream somePositions(long size) {
    long count = Math.min(size, 1000);
    return LongStream.range(0, count).map(i -> i * (size / count));
  }
}
