package io.imagestore.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SubsetTest {

  @Test
  void splitsIntoDisjointPartsThatAreTheWhole() {
    List<Subset> parts = Subset.split(42, 1000, 0.8, 0.15, 0.05);

    assertThat(parts).extracting(Subset::size).containsExactly(800L, 150L, 50L);
    assertThat(parts.stream().flatMapToLong(SubsetTest::indices).sorted())
        .containsExactlyElementsOf(LongStream.range(0, 1000).boxed().toList());
  }

  @Test
  void splitsFewSamplesWithoutLosingAny() {
    for (int samples = 0; samples <= 40; samples++) {
      List<Subset> parts = Subset.split(samples, samples, 0.3, 0.3, 0.4);

      assertThat(parts.stream().flatMapToLong(SubsetTest::indices).sorted())
          .containsExactlyElementsOf(LongStream.range(0, samples).boxed().toList());
    }
  }

  @Test
  void knowsWhichSamplesBelongToIt() {
    Subset validation = Subset.split(42, 1000, 0.9, 0.1).get(1);
    List<Long> indices = indices(validation).boxed().toList();

    for (long index = -2; index < 1002; index++) {
      assertThat(validation.contains(index)).isEqualTo(indices.contains(index));
    }
  }

  @Test
  void isTheSameForTheSameSeed() {
    assertThat(indices(Subset.random(1, 1_000_000, 100)))
        .containsExactlyElementsOf(indices(Subset.random(1, 1_000_000, 100)).boxed().toList());
  }

  @Test
  void isNotWhatTheFirstEpochOfTheSameSeedBeginsWith() {
    LongSequence epoch = Order.shuffled(1).epoch(0, 1000);

    assertThat(indices(Subset.random(1, 1000, 10)).toArray())
        .isNotEqualTo(LongStream.range(0, 10).map(epoch::get).toArray());
  }

  @Test
  void choosesEachSampleEquallyOftenOverSeeds() {
    long[] counts = new long[20];
    for (int seed = 0; seed < 100_000; seed++) {
      indices(Subset.random(seed, 20, 5)).forEach(index -> counts[(int) index]++);
    }

    assertThat(ChiSquare.deviations(counts)).isLessThan(4);
  }

  @Test
  void refusesToChooseMoreThanThereAre() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Subset.random(1, 10, 11))
        .withMessage("count must be from 0 to 10, the number of samples, but is 11");
  }

  @Test
  void refusesFractionsThatAreNotTheWhole() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Subset.split(1, 10, 0.5, 0.25))
        .withMessage("The fractions must be 1 in sum, but are 0.75");
  }

  @Test
  void refusesAPositionBeyondItsEnd() {
    assertThatThrownBy(() -> Subset.random(1, 10, 5).get(5))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static LongStream indices(LongSequence sequence) {
    return LongStream.range(0, sequence.size()).map(sequence::get);
  }
}
