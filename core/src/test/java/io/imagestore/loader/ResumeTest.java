package io.imagestore.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class ResumeTest {

  private static final int SAMPLES = 101;
  private static final int BATCH = 5;

  @Test
  void losesAndRepeatsNothingOverAnyNumberOfRanks() {
    SplittableRandom random = new SplittableRandom(20);
    for (TestSource source :
        List.of(TestSource.ofRaw(SAMPLES, 9, 8, 3), TestSource.ofPng(SAMPLES, 9, 8, 3))) {
      for (int trial = 0; trial < 50; trial++) {
        long epoch = random.nextInt(4);
        List<Seen> expected = sorted(Seen.all(loader(source, 0, 1).build().epoch(epoch)));
        int before = 1 + random.nextInt(3);
        int after = 1 + random.nextInt(3);
        long steps = random.nextLong(loader(source, 0, before).build().epoch(epoch).batches() + 1);

        List<Seen> seen = new ArrayList<>();
        String kept = null;
        for (int rank = 0; rank < before; rank++) {
          kept = run(loader(source, rank, before).build(), epoch, steps, seen);
        }
        for (int rank = 0; rank < after; rank++) {
          DataLoader resumed =
              loader(source, rank, after).resumeFrom(LoaderState.parse(kept)).build();
          seen.addAll(Seen.all(resumed.remaining()));
          assertThat(resumed.state().seen()).isEqualTo(SAMPLES);
        }

        seen.removeIf(Seen::padding);
        assertThat(sorted(seen)).isEqualTo(expected);
      }
    }
  }

  /** Takes some batches, then dies; what is left is the state. */
  private static String run(DataLoader loader, long epoch, long steps, List<Seen> seen) {
    Iterator<TensorBatch> batches = loader.epoch(epoch).iterator();
    for (long step = 0; step < steps; step++) {
      seen.addAll(Seen.in(batches.next()));
    }
    String state = loader.state().toJson();
    loader.close();
    return state;
  }

  @Test
  void goesOnInTheSameOrderOnOneRank() {
    TestSource source = TestSource.ofRaw(SAMPLES, 9, 8, 3);
    List<Seen> expected = Seen.all(loader(source, 0, 1).build().epoch(2));
    List<Seen> seen = new ArrayList<>();

    String state = run(loader(source, 0, 1).build(), 2, 7, seen);
    seen.addAll(
        Seen.all(loader(source, 0, 1).resumeFrom(LoaderState.parse(state)).build().remaining()));

    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void countsWhatWasHandedOutRatherThanWhatWasPrefetched() {
    TestSource source = TestSource.ofRaw(SAMPLES, 2, 2, 1);
    DataLoader loader = DataLoader.builder(source.open()).batchSize(BATCH).prefetch(8).build();
    Map<Long, Long> seenAfter = new HashMap<>();
    long batches = 0;

    for (TensorBatch batch : loader.epoch(0)) {
      assertThat(batch.size()).isPositive();
      seenAfter.put(++batches, loader.state().seen());
    }

    assertThat(seenAfter).containsEntry(1L, 5L).containsEntry(2L, 10L).containsEntry(21L, 101L);
  }

  @Test
  void goesOnInTheSameLoaderWhereALoopWasLeft() {
    TestSource source = TestSource.ofRaw(SAMPLES, 9, 8, 3);
    List<Seen> expected = Seen.all(loader(source, 0, 1).build().epoch(1));
    DataLoader loader = loader(source, 0, 1).build();
    List<Seen> seen = new ArrayList<>();
    for (TensorBatch batch : loader.epoch(1)) {
      seen.addAll(Seen.in(batch));
      if (seen.size() == 35) {
        break;
      }
    }

    seen.addAll(Seen.all(loader.remaining()));

    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void isAtTheBeginningOfTheFirstEpochBeforeItBegins() {
    DataLoader loader = loader(TestSource.ofRaw(SAMPLES, 9, 8, 3), 0, 1).build();

    assertThat(loader.state().epoch()).isZero();
    assertThat(loader.state().seen()).isZero();
    assertThat(Seen.all(loader.remaining())).hasSize(SAMPLES);
  }

  @Test
  void leavesNothingOfAnEpochThatIsThrough() {
    TestSource source = TestSource.ofRaw(SAMPLES, 9, 8, 3);
    DataLoader loader = loader(source, 0, 1).dropLast(true).build();
    Seen.all(loader.epoch(4));

    DataLoader resumed = loader(source, 0, 1).dropLast(true).resumeFrom(loader.state()).build();

    assertThat(resumed.remaining()).isEmpty();
    assertThat(resumed.state().epoch()).isEqualTo(4);
  }

  @Test
  void coversWhatTheEpochCoveredThoughTheSourceHasGrown() {
    TestSource source = TestSource.ofRaw(SAMPLES, 9, 8, 3);
    List<Seen> expected = sorted(Seen.all(loader(source, 0, 1).build().epoch(0)));
    List<Seen> seen = new ArrayList<>();
    String state = run(loader(source, 0, 1).build(), 0, 3, seen);
    source.add(10_000, TestSource.raw(1, 9, 8, 3));

    DataLoader resumed = loader(source, 0, 1).resumeFrom(LoaderState.parse(state)).build();
    seen.addAll(Seen.all(resumed.remaining()));

    assertThat(sorted(seen)).isEqualTo(expected);
    assertThat(Seen.all(resumed.epoch(1))).hasSize(SAMPLES + 1);
  }

  @Test
  void refusesAStateOfAnotherRunAndSaysWhatDiffers() {
    LoaderState state =
        DataLoader.builder(TestSource.ofRaw(10, 1, 1, 1).open())
            .batchSize(2)
            .shuffle(1)
            .build()
            .state();
    DataLoader.Builder other =
        DataLoader.builder(TestSource.ofRaw(9, 1, 1, 1).open())
            .batchSize(3)
            .shuffle(2)
            .resumeFrom(state);

    assertThatIllegalArgumentException()
        .isThrownBy(other::build)
        .withMessageContaining("number of samples is 10 in the state, but 9 in this loader")
        .withMessageContaining("source is")
        .withMessageContaining("order is shuffled(seed=1) in the state")
        .withMessageContaining("seed is 1 in the state, but 2 in this loader")
        .withMessageContaining("batch size is 2 in the state, but 3");
  }

  @Test
  void refusesAStateOfAnotherPart() {
    TestSource source = TestSource.ofRaw(100, 1, 1, 1);
    LoaderState state = part(source, 1).build().state();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> part(source, 2).resumeFrom(state).build())
        .withMessageContaining("source is");
    assertThat(part(source, 1).resumeFrom(state).build().remaining().batches()).isEqualTo(50);
  }

  private static DataLoader.Builder part(TestSource source, long seed) {
    return DataLoader.builder(source.open()).batchSize(1).subset(Subset.random(seed, 100, 50));
  }

  private static DataLoader.Builder loader(TestSource source, int rank, int worldSize) {
    return DataLoader.builder(source.open())
        .batchSize(BATCH)
        .shuffle(77)
        .shard(rank, worldSize)
        .workers(2)
        .transform(
            Transforms.randomResizedCrop(5),
            Transforms.randomFlip(),
            Transforms.colorJitter(0.4, 0.4, 0.4, 0.1),
            Transforms.toFloat());
  }

  private static List<Seen> sorted(List<Seen> seen) {
    return seen.stream().sorted(Comparator.comparing(Seen::id)).toList();
  }
}
