package io.imagestore.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OrderTest {

  /** A state of the loader keeps it, and may be read elsewhere. */
  @Test
  void theTextOfAnOrderIsTheSameInEachLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    try {
      assertThat(Order.shuffledInBlocks(12, 34, 56))
          .hasToString("shuffledInBlocks(seed=12, blockSize=34, blocksMixed=56)");
      assertThat(Order.weighted(12, new double[] {1, 2, 3}, 45).toString())
          .startsWith("weighted(seed=12, samples=3, draws=45, weights=");
      assertThat(Order.shuffled(12).toString()).contains("12");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void sequentialIsThatOfTheSourceInEachEpoch() {
    assertThat(indices(Order.sequential().epoch(0, 5))).containsExactly(0, 1, 2, 3, 4);
    assertThat(indices(Order.sequential().epoch(9, 5))).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void shuffledIsThePermutationOfSeedAndEpoch() {
    Permutation permutation = Permutation.of(42, 3, 1000);

    assertThat(indices(Order.shuffled(42).epoch(3, 1000))).isEqualTo(indices(permutation));
  }

  @Test
  void blocksCoverEachSmallSourceOnce() {
    for (int samples = 0; samples <= 40; samples++) {
      for (int blockSize = 1; blockSize <= 9; blockSize++) {
        for (int blocksMixed = 1; blocksMixed <= 5; blocksMixed++) {
          long[] indices =
              indices(Order.shuffledInBlocks(samples, blockSize, blocksMixed).epoch(2, samples));
          Arrays.sort(indices);

          assertThat(indices)
              .as("%d samples, %d blocks of %d", samples, blocksMixed, blockSize)
              .isEqualTo(LongStream.range(0, samples).toArray());
        }
      }
    }
  }

  @Test
  void blocksAreReadAsManyAtATimeAsAreMixed() {
    LongSequence epoch = Order.shuffledInBlocks(1, 100, 8).epoch(0, 100_000);

    for (int window = 0; window < 125; window++) {
      assertThat(LongStream.range(window * 800L, window * 800L + 800).map(epoch::get))
          .extracting(index -> index / 100)
          .doesNotContainNull()
          .satisfies(blocks -> assertThat(blocks.stream().distinct()).hasSize(8));
    }
  }

  @Test
  void blocksGiveTheSameIndicesInWhicheverSequenceTheyAreAskedFor() {
    Order order = Order.shuffledInBlocks(1, 7, 3);
    LongSequence forward = order.epoch(0, 1000);
    LongSequence backward = order.epoch(0, 1000);

    for (long position = 999; position >= 0; position--) {
      assertThat(backward.get(position)).isEqualTo(forward.get(position));
    }
  }

  /**
   * The documented measure: of two samples close to each other in the epoch, the share that comes
   * from one block, which is what a run over labels that lie together suffers from.
   */
  @Test
  void blocksPutTwoOfOneBlockSideBySideAsOftenAsBlocksAreMixed() {
    long samples = 200_000;

    double mixed4 = sameBlockShare(Order.shuffledInBlocks(3, 100, 4).epoch(0, samples));
    double mixed64 = sameBlockShare(Order.shuffledInBlocks(3, 100, 64).epoch(0, samples));
    double full = sameBlockShare(Order.shuffled(3).epoch(0, samples));

    assertThat(mixed4).isCloseTo(99.0 / 399, within(0.01));
    assertThat(mixed64).isCloseTo(99.0 / 6399, within(0.002));
    assertThat(full).isCloseTo(99.0 / 199_999, within(0.0005));
  }

  /** MosaicML Streaming's measure: the entropy of the distances between neighbors in the epoch. */
  @Test
  void blocksReachMostOfTheEntropyOfAFullShuffle() {
    long samples = 200_000;

    double none = entropy(Order.sequential().epoch(0, samples));
    double mixed64 = entropy(Order.shuffledInBlocks(3, 100, 64).epoch(0, samples));
    double full = entropy(Order.shuffled(3).epoch(0, samples));

    assertThat(none).isZero();
    assertThat(mixed64 / full).isGreaterThan(0.9);
  }

  @Test
  void blocksThatAreAllMixedShuffleAsEvenlyAsAFullShuffle() {
    long[] counts = new long[720];
    for (int seed = 0; seed < 1_000_000; seed++) {
      LongSequence epoch = Order.shuffledInBlocks(seed, 2, 3).epoch(0, 6);
      counts[rank(indices(epoch))]++;
    }

    assertThat(ChiSquare.deviations(counts)).isLessThan(4);
  }

  @Test
  void weightedDrawsInProportionToTheWeights() {
    double[] weights = {1, 0, 2.5, 0.5, 10, 3};

    long[] counts = counts(Order.weighted(7, weights, 1_000_000).epoch(0, 6), 6);

    assertThat(counts[1]).isZero();
    assertThat(
            ChiSquare.deviations(
                new long[] {counts[0], counts[2], counts[3], counts[4], counts[5]},
                Stream.of(1, 2.5, 0.5, 10, 3)
                    .mapToDouble(weight -> weight.doubleValue() / 17 * 1_000_000)
                    .toArray()))
        .isLessThan(4);
  }

  @Test
  void weightedNeverDrawsWhatHasNoWeight() {
    double[] weights = new double[1000];
    for (int i = 0; i < weights.length; i += 3) {
      weights[i] = 0.1 + i * 1e-7;
    }

    long[] counts = counts(Order.weighted(7, weights, 1_000_000).epoch(0, 1000), 1000);

    for (int i = 0; i < weights.length; i++) {
      assertThat(counts[i] > 0).as("%d was drawn", i).isEqualTo(weights[i] > 0);
    }
  }

  @Test
  void weightedDrawsAnewInEachEpoch() {
    Order order = Order.weighted(7, new double[] {1, 1, 1, 1}, 100);

    assertThat(indices(order.epoch(0, 4))).isNotEqualTo(indices(order.epoch(1, 4)));
  }

  @Test
  void balancedDrawsEachLabelEquallyOften() {
    int[] labels = new int[100_000];
    Arrays.fill(labels, 0, 1000, 5);
    Arrays.fill(labels, 1000, 1020, -3);
    LongSequence epoch = Order.balanced(7, labels).epoch(0, labels.length);

    Map<Integer, Long> counts = new TreeMap<>();
    for (long index : indices(epoch)) {
      counts.merge(labels[(int) index], 1L, Long::sum);
    }

    assertThat(counts).containsOnlyKeys(-3, 0, 5);
    assertThat(ChiSquare.deviations(counts.values().stream().mapToLong(n -> n).toArray()))
        .isLessThan(4);
  }

  @Test
  void mixedDrawsFromEachSourceItsShareAndItsSamplesAlike() {
    LongSequence epoch =
        Order.mixed(5, new long[] {10, 1_000, 0}, new double[] {3, 1, 0}, 100_000).epoch(2, 1_010);

    long[] drawn = new long[1_010];
    for (long index : indices(epoch)) {
      drawn[(int) index]++;
    }
    long ofFirst = Arrays.stream(drawn, 0, 10).sum();

    assertThat(ofFirst / 100_000.0).isCloseTo(0.75, within(0.01));
    assertThat(ChiSquare.deviations(Arrays.copyOf(drawn, 10))).isLessThan(4);
    assertThat(ChiSquare.deviations(Arrays.copyOfRange(drawn, 10, 1_010))).isLessThan(4);
  }

  @Test
  void mixedRefusesSizesAndSharesThatDoNotGoTogether() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Order.mixed(5, new long[] {10, 0}, new double[] {1, 1}, 10))
        .withMessageContaining("Source 1 is empty");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Order.mixed(5, new long[] {10}, new double[] {1, 1}, 10))
        .withMessageContaining("1 sizes, but 2 shares");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Order.mixed(5, new long[] {10, -1}, new double[] {1, 1}, 10))
        .withMessageContaining("a size");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Order.mixed(5, new long[] {Long.MAX_VALUE, 10}, new double[] {1, 1}, 10))
        .withMessageContaining("at most 2147483639");
  }

  @Test
  void weightedRefusesASourceOfAnotherSize() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Order.weighted(0, new double[] {1, 2}, 10).epoch(0, 3))
        .withMessage(
            "There are weights for 2 samples, but the source, or the part of it that is read, has"
                + " 3");
  }

  @Test
  void weightedRefusesAWeightThatIsNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Order.weighted(0, new double[] {1, Double.NaN}, 10))
        .withMessage("weights must be at least 0 and finite, but weight 1 is NaN");
  }

  @Test
  void weightedRefusesWeightsThatAreAllZero() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Order.weighted(0, new double[2], 10))
        .withMessageContaining("more than 0")
        .withMessageContaining("2 weights is 0.0");
  }

  @Test
  void blocksRefuseMoreThanALongHolds() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Order.shuffledInBlocks(0, 1L << 40, 1L << 30))
        .withMessageContaining("1099511627776 times 1073741824");
  }

  @ParameterizedTest
  @MethodSource("texts")
  void saysWhatDecidesOnIt(Order order, String text) {
    assertThat(order).hasToString(text);
  }

  static Stream<Arguments> texts() {
    return Stream.of(
        Arguments.of(Order.sequential(), "sequential"),
        Arguments.of(Order.shuffled(-2), "shuffled(seed=-2)"),
        Arguments.of(
            Order.shuffledInBlocks(5, 100, 8),
            "shuffledInBlocks(seed=5, blockSize=100, blocksMixed=8)"),
        Arguments.of(
            Order.weighted(5, new double[] {1, 2}, 10),
            "weighted(seed=5, samples=2, draws=10, weights=3bff51d09d2b1759)"),
        Arguments.of(
            Order.balanced(5, new int[] {1, 2}),
            "balanced(seed=5, samples=2, draws=2, weights=a5d85bf030a9f452)"));
  }

  private static long[] indices(LongSequence sequence) {
    return LongStream.range(0, sequence.size()).map(sequence::get).toArray();
  }

  private static long[] counts(LongSequence sequence, int size) {
    long[] counts = new long[size];
    for (long index : indices(sequence)) {
      counts[(int) index]++;
    }
    return counts;
  }

  private static double sameBlockShare(LongSequence epoch) {
    long same = 0;
    for (long position = 1; position < epoch.size(); position++) {
      same += epoch.get(position) / 100 == epoch.get(position - 1) / 100 ? 1 : 0;
    }
    return (double) same / (epoch.size() - 1);
  }

  private static double entropy(LongSequence epoch) {
    long[] counts = new long[(int) epoch.size()];
    for (long position = 1; position < epoch.size(); position++) {
      counts[(int) Math.abs(epoch.get(position) - epoch.get(position - 1))]++;
    }
    return Arrays.stream(counts)
        .filter(count -> count > 0)
        .mapToDouble(count -> (double) count / (epoch.size() - 1))
        .map(share -> -share * Math.log(share) / Math.log(2))
        .sum();
  }

  /** The number of a permutation among all of its length, in the factorial number system. */
  private static int rank(long[] permutation) {
    int rank = 0;
    for (int i = 0; i < permutation.length; i++) {
      int smaller = 0;
      for (int j = i + 1; j < permutation.length; j++) {
        smaller += permutation[j] < permutation[i] ? 1 : 0;
      }
      rank = rank * (permutation.length - i) + smaller;
    }
    return rank;
  }
}
