package io.imagestore.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every small case: up to 40 samples, batches of up to 7, up to 5 ranks. */
class EpochPlanTest {

  private static final int SAMPLES = 40;
  private static final int BATCH_SIZE = 7;
  private static final int RANKS = 5;

  /** What all ranks of a run saw. */
  private static final class Seen {
    final List<Long> positions = new ArrayList<>();
    final List<Long> padding = new ArrayList<>();

    void add(EpochPlan.Batch batch, long size) {
      for (int place = 0; place < batch.size(); place++) {
        (place < batch.samples() ? positions : padding).add(batch.position(place, size));
      }
    }

    List<Long> sorted() {
      return positions.stream().sorted().toList();
    }
  }

  private interface Case {
    void check(int size, int batchSize, int ranks);
  }

  private static void forAll(Case check) {
    for (int size = 0; size <= SAMPLES; size++) {
      for (int batchSize = 1; batchSize <= BATCH_SIZE; batchSize++) {
        for (int ranks = 1; ranks <= RANKS; ranks++) {
          check.check(size, batchSize, ranks);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void givesEachRankTheSameNumberOfBatches(LastBatch lastBatch) {
    forAll(
        (size, batchSize, ranks) ->
            assertThat(plans(size, 0, ranks, batchSize, lastBatch))
                .extracting(EpochPlan::batches)
                .containsOnly(
                    lastBatch == LastBatch.DROP
                        ? size / (batchSize * ranks)
                        : (long) Math.ceil((double) size / (batchSize * ranks))));
  }

  @ParameterizedTest
  @EnumSource(names = {"SHORT", "PAD"})
  void coversTheEpochOnce(LastBatch lastBatch) {
    forAll(
        (size, batchSize, ranks) -> {
          Seen seen = new Seen();
          runToTheEnd(size, 0, ranks, batchSize, lastBatch, seen);

          assertThat(seen.sorted()).isEqualTo(range(0, size));
        });
  }

  @Test
  void coversWhatFillsABatchOnEachRankWhenTheRestIsDropped() {
    forAll(
        (size, batchSize, ranks) -> {
          Seen seen = new Seen();
          runToTheEnd(size, 0, ranks, batchSize, LastBatch.DROP, seen);

          assertThat(seen.sorted()).isEqualTo(range(0, size - size % (batchSize * ranks)));
          assertThat(seen.padding).isEmpty();
        });
  }

  @ParameterizedTest
  @EnumSource
  void losesAndRepeatsNothingWhenItStopsAnywhereAndGoesOnWithOtherRanks(LastBatch lastBatch) {
    forAll(
        (size, batchSize, ranks) -> {
          long batches = plans(size, 0, ranks, batchSize, lastBatch).get(0).batches();
          for (long stop = 0; stop < batches; stop++) {
            for (int otherRanks = 1; otherRanks <= RANKS; otherRanks++) {
              Seen seen = new Seen();
              long begin = run(size, 0, ranks, batchSize, lastBatch, stop, seen);
              runToTheEnd(size, begin, otherRanks, batchSize, lastBatch, seen);

              long left = (size - begin) % ((long) batchSize * otherRanks);
              assertThat(seen.sorted())
                  .isEqualTo(range(0, lastBatch == LastBatch.DROP ? size - left : size));
            }
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void losesAndRepeatsNothingWhenItStopsAgainAndAgain(LastBatch lastBatch) {
    forAll(
        (size, batchSize, ranks) -> {
          Seen seen = new Seen();
          long begin = 0;
          int ranksNow = ranks;
          while (plans(size, begin, ranksNow, batchSize, lastBatch).get(0).batches() > 0) {
            begin = run(size, begin, ranksNow, batchSize, lastBatch, 1, seen);
            ranksNow = ranksNow % RANKS + 1;
          }

          assertThat(seen.sorted()).isEqualTo(range(0, seen.positions.size()));
          assertThat(seen.positions.size()).isBetween(lastBatch == LastBatch.DROP ? 0 : size, size);
        });
  }

  @Test
  void isThroughAfterTheLastBatchOnAnyNumberOfRanks() {
    forAll(
        (size, batchSize, ranks) -> {
          EpochPlan plan = plans(size, 0, ranks, batchSize, LastBatch.DROP).get(0);
          long seen = plan.seenAfter(plan.batches());

          assertThat(plans(size, seen, 1, batchSize, LastBatch.DROP).get(0).batches()).isZero();
        });
  }

  @Test
  void padsEachBatchToItsFullSize() {
    forAll(
        (size, batchSize, ranks) ->
            plans(size, 0, ranks, batchSize, LastBatch.PAD)
                .forEach(
                    plan ->
                        assertThat(LongStream.range(0, plan.batches()).mapToObj(plan::batch))
                            .allMatch(batch -> batch.size() == batchSize)));
  }

  @Test
  void sharesOutAShortLastBatchEvenly() {
    List<EpochPlan> plans = plans(10, 0, 3, 2, LastBatch.SHORT);

    assertThat(plans)
        .extracting(plan -> plan.batch(1))
        .extracting(EpochPlan.Batch::from, EpochPlan.Batch::samples, EpochPlan.Batch::padding)
        .containsExactly(tuple(6L, 2, 0), tuple(8L, 1, 0), tuple(9L, 1, 0));
  }

  @Test
  void leavesNoRankWithoutASample() {
    List<EpochPlan> plans = plans(7, 0, 3, 2, LastBatch.SHORT);

    assertThat(plans)
        .extracting(plan -> plan.batch(1))
        .extracting(EpochPlan.Batch::samples, EpochPlan.Batch::padding)
        .containsExactly(tuple(1, 0), tuple(0, 1), tuple(0, 1));
  }

  @Test
  void padsWithSamplesOfTheEpoch() {
    forAll(
        (size, batchSize, ranks) -> {
          Seen seen = new Seen();
          runToTheEnd(size, 0, ranks, batchSize, LastBatch.PAD, seen);

          assertThat(seen.padding).allMatch(position -> position >= 0 && position < size);
        });
  }

  @Test
  void countsIn64Bits() {
    EpochPlan plan =
        new EpochPlan(Long.MAX_VALUE, 0, new Shard(999, 1000), 1 << 20, LastBatch.SHORT);

    EpochPlan.Batch last = plan.batch(plan.batches() - 1);

    assertThat(last.from() + last.samples()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void refusesToGoOnBehindTheEnd() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EpochPlan(10, 11, Shard.ALONE, 2, LastBatch.SHORT))
        .withMessage("An epoch of 10 samples can't go on behind sample 11");
  }

  @Test
  void refusesABatchThatIsNotThere() {
    EpochPlan plan = new EpochPlan(10, 0, Shard.ALONE, 2, LastBatch.SHORT);

    assertThatThrownBy(() -> plan.batch(5)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void refusesARankThatIsNotOfTheWorld() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Shard(4, 4))
        .withMessage("rank must be from 0 to 3, but is 4");
  }

  private static List<EpochPlan> plans(
      long size, long begin, int ranks, int batchSize, LastBatch lastBatch) {
    return IntStream.range(0, ranks)
        .mapToObj(rank -> new EpochPlan(size, begin, new Shard(rank, ranks), batchSize, lastBatch))
        .toList();
  }

  /** Lets each rank see so many batches, and gives how many samples they have seen. */
  private static long run(
      long size,
      long begin,
      int ranks,
      int batchSize,
      LastBatch lastBatch,
      long batches,
      Seen seen) {
    List<EpochPlan> plans = plans(size, begin, ranks, batchSize, lastBatch);
    for (EpochPlan plan : plans) {
      for (long number = 0; number < batches; number++) {
        seen.add(plan.batch(number), size);
      }
    }
    return plans.get(ranks - 1).seenAfter(batches);
  }

  private static void runToTheEnd(
      long size, long begin, int ranks, int batchSize, LastBatch lastBatch, Seen seen) {
    long batches = plans(size, begin, ranks, batchSize, lastBatch).get(0).batches();
    run(size, begin, ranks, batchSize, lastBatch, batches, seen);
  }

  private static List<Long> range(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }
}
