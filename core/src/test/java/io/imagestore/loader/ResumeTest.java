package io.imagestore.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.imagestore.Image;
import io.imagestore.ImageSource;
import io.imagestore.ImageSources;
import io.imagestore.LabeledImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code -Dtrials=10000} kills at more points than a build does. */
@Timeout(300)
class ResumeTest {

  private static final int SAMPLES = 101;
  private static final int BATCH = 5;
  private static final int MOST_RANKS = 3;
  private static final int TRIALS = Integer.getInteger("trials", 100);

  /** Each number of ranks before a kill meets each number after it. */
  @ParameterizedTest
  @ValueSource(strings = {"raw", "png", "jpeg"})
  void losesAndRepeatsNothingOverAnyNumberOfRanks(String format) {
    TestSource source = source(format);
    SplittableRandom random = new SplittableRandom(20);
    for (int trial = 0; trial < TRIALS; trial++) {
      int before = 1 + trial % MOST_RANKS;
      int after = 1 + trial / MOST_RANKS % MOST_RANKS;
      long epoch = random.nextInt(4);
      long steps = random.nextLong(loader(source, 0, before).build().epoch(epoch).batches() + 1);

      List<Seen> killed = new ArrayList<>();
      List<Seen> next = new ArrayList<>();
      String kept = runAll(source, before, epoch, steps, killed);
      for (int rank = 0; rank < after; rank++) {
        try (DataLoader resumed =
            loader(source, rank, after).resumeFrom(LoaderState.parse(kept)).build()) {
          killed.addAll(Seen.all(resumed.remaining()));
          assertThat(resumed.state().seen()).isEqualTo(SAMPLES);
          next.addAll(Seen.all(resumed.epoch(epoch + 1)));
        }
      }

      String kill = "%d ranks killed in epoch %d after %d steps".formatted(before, epoch, steps);
      assertThat(samples(killed)).as(kill).isEqualTo(unharmed(source, epoch));
      assertThat(samples(next)).as("after " + kill).isEqualTo(unharmed(source, epoch + 1));
    }
  }

  private static TestSource source(String format) {
    TestSource raw = TestSource.ofRaw(SAMPLES, 9, 8, 3);
    return switch (format) {
      case "png" -> TestSource.ofPng(SAMPLES, 9, 8, 3);
      case "jpeg" -> {
        TestSource source = TestSource.empty();
        for (long id : raw.ids()) {
          source.add(id, jpeg(raw.image(id)));
        }
        yield source;
      }
      default -> raw;
    };
  }

  private static Image jpeg(Image image) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try {
      assertThat(ImageIO.write(image.toBufferedImage(), "jpeg", file)).isTrue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Image.encoded(file.toByteArray());
  }

  /** What an epoch hands out that nobody kills. */
  private static List<Seen> unharmed(TestSource source, long epoch) {
    try (DataLoader loader = loader(source, 0, 1).build()) {
      return samples(Seen.all(loader.epoch(epoch)));
    }
  }

  private static List<Seen> samples(List<Seen> seen) {
    return sorted(seen.stream().filter(one -> !one.padding()).toList());
  }

  /** Lets each rank take some batches, then die; what is left is the state of any of them. */
  private static String runAll(
      TestSource source, int ranks, long epoch, long steps, List<Seen> seen) {
    String state = run(loader(source, 0, ranks).build(), epoch, steps, seen);
    for (int rank = 1; rank < ranks; rank++) {
      String other = run(loader(source, rank, ranks).build(), epoch, steps, seen);
      assertThat(other).isEqualTo(state);
    }
    return state;
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

  @Test
  void refusesAStateOfASourceWithTheSameIdsButOtherLabels() {
    TestSource source = TestSource.ofRaw(100, 1, 1, 1);
    LoaderState state = DataLoader.builder(source.open()).batchSize(1).build().state();
    ImageSource other =
        ImageSources.inMemory(
            Arrays.stream(source.ids())
                .mapToObj(id -> new LabeledImage(id, source.image(id), 1 + TestSource.label(id)))
                .toList());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> DataLoader.builder(other).batchSize(1).resumeFrom(state).build())
        .withMessageContaining("source is");
  }

  @Test
  void refusesAStateOfSourcesThatWerePutTogetherInAnotherOrder() {
    ImageSource one = TestSource.ofRaw(7, 1, 1, 1).open();
    ImageSource other = TestSource.ofRaw(5, 1, 1, 1).open();
    LoaderState state =
        DataLoader.builder(ImageSources.concat(List.of(one, other))).batchSize(1).build().state();

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                DataLoader.builder(ImageSources.concat(List.of(other, one)))
                    .batchSize(1)
                    .resumeFrom(state)
                    .build())
        .withMessageContaining("source is");
  }

  @Test
  void refusesAStateOfAPartThatDiffersInItsSecondHalf() {
    TestSource source = TestSource.ofRaw(10_000, 1, 1, 1);
    LongSequence part = Subset.random(1, 10_000, 6_000);
    LoaderState state = DataLoader.builder(source.open()).batchSize(1).subset(part).build().state();
    LongSequence other =
        new LongSequence() {
          @Override
          public long size() {
            return part.size();
          }

          @Override
          public long get(long position) {
            return position < 5_000 ? part.get(position) : part.get(10_999 - position);
          }
        };

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                DataLoader.builder(source.open())
                    .batchSize(1)
                    .subset(other)
                    .resumeFrom(state)
                    .build())
        .withMessageContaining("source is");
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
