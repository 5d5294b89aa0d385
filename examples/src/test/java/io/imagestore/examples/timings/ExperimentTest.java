package io.imagestore.examples.timings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.examples.progress.Progress;
import io.imagestore.testkit.SampleImages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentTest {
  private static final TrainingSet IMAGES =
      TrainingSet.of(SampleImages.stream(0, 70, SampleImages.CIFAR, 1), 50);

  private static final Settings SETTINGS =
      new Settings(List.of("a", "b"), List.of(10, 120), 3, 4, Duration.ofMillis(1));
  private static final Settings SMALL =
      new Settings(List.of("a"), List.of(10), 2, 2, Duration.ZERO);

  private static List<Result> results;
  @TempDir private Path temporary;

  @BeforeAll
  static void run(@TempDir Path folder) throws Exception {
    results = run(SETTINGS, new RememberingStores(), folder);
  }

  @Test
  void eachBackendDoesTheSameWorkAtEachCutoff() {
    List<String> cells =
        results.stream()
            .filter(result -> !result.operation().parallel())
            .map(r -> r.operation().text() + " " + r.backend() + " " + r.images())
            .toList();
    assertThat(cells)
        .containsExactly(
            "store-single a 1",
            "read-single a 1",
            "store-single b 1",
            "read-single b 1",
            "store-many a 10",
            "read-many a 10",
            "store-many b 10",
            "read-many b 10",
            "store-many a 120",
            "read-many a 120",
            "store-many b 120",
            "read-many b 120");
  }

  @Test
  void readingInParallelIsMeasuredWithEachNumberOfThreadsAloneAndBesideAWriter() {
    List<String> cells =
        results.stream()
            .filter(result -> result.operation().parallel() && result.backend().equals("a"))
            .map(r -> r.operation().text() + " " + r.threads() + " " + r.images())
            .toList();
    assertThat(cells)
        .containsExactly(
            "read-parallel 1 120",
            "read-parallel 2 120",
            "read-parallel 4 120",
            "read-parallel-while-writing 1 120",
            "read-parallel-while-writing 2 120",
            "read-parallel-while-writing 4 120");
  }

  @Test
  void aNumberOfThreadsThatIsNoPowerOfTwoComesLast() {
    Settings six = new Settings(List.of("a"), List.of(10), 1, 6, Duration.ZERO);
    assertThat(six.threadCounts()).containsExactly(1, 2, 4, 6);
  }

  @Test
  void theMedianLiesBetweenTheFastestAndTheSlowestOfTheRepeats() {
    assertThat(results)
        .allSatisfy(
            result -> {
              assertThat(result.runs()).hasSize(3).contains(result.min(), result.max());
              assertThat(result.median()).isBetween(result.min(), result.max()).isPositive();
            });
  }

  @Test
  void onlyAWriterBesideReadersHasAPace() {
    assertThat(results)
        .allSatisfy(
            result ->
                assertThat(result.writerImagesPerSecond() != null)
                    .isEqualTo(result.operation() == Operation.READ_PARALLEL_WHILE_WRITING));
  }

  @Test
  void onlyStoringGoesOnUntilTheStoreIsClosed() {
    assertThat(results)
        .allSatisfy(
            result -> {
              if (result.operation() == Operation.STORE_SINGLE
                  || result.operation() == Operation.STORE_MANY) {
                assertThat(result.closedSeconds()).isGreaterThanOrEqualTo(result.min());
              } else {
                assertThat(result.closedSeconds()).isNull();
              }
            });
  }

  @Test
  void withoutAWarmUpTheJvmIsCalledCold() throws Exception {
    assertThat(run(SMALL, new RememberingStores(), temporary)).noneMatch(Result::jvmWarm);
  }

  @Test
  void everyCellHasAStoreOfItsOwn() throws Exception {
    RememberingStores stores = new RememberingStores();
    run(SMALL, stores, temporary);
    int firstUse = 1;
    int singles = 2;
    int cutoffs = 2;
    int parallel = 4;
    assertThat(stores.count()).isEqualTo(firstUse + singles + cutoffs + parallel);
  }

  @Test
  void nothingIsLeftInTheFolder() throws Exception {
    run(SMALL, new RememberingStores(), temporary);
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void aWrongLabelFailsTheExperimentAndIsNamed() {
    assertThatThrownBy(() -> run(SMALL, liars(), temporary))
        .isInstanceOf(CheckFailedException.class)
        .hasMessageContaining("a: image 0 was stored with label")
        .hasMessageContaining("read back as image 0 with label 99");
  }

  @Test
  void aFailedExperimentLeavesNothingBehindEither() {
    assertThatThrownBy(() -> run(SMALL, liars(), temporary))
        .isInstanceOf(CheckFailedException.class);
    assertThat(temporary).isEmptyDirectory();
  }

  private static List<Result> run(Settings settings, StoreOpener opener, Path parent)
      throws IOException, InterruptedException {
    PrintStream nowhere =
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    try (WorkFolder folder = WorkFolder.in(parent);
        Progress progress = Progress.plain(nowhere)) {
      return new Experiment(settings, opener, IMAGES, folder, Settling.NONE, progress).run();
    }
  }

  private static StoreOpener liars() {
    RememberingStores stores = new RememberingStores();
    return new StoreOpener() {
      @Override
      public ImageStore openToWrite(String backend, Path path) {
        return stores.openToWrite(backend, path);
      }

      @Override
      public ImageSource openToRead(Path path) {
        return relabeling(stores.openToRead(path));
      }
    };
  }

  /** A source that gives every image the label 99. */
  private static ImageSource relabeling(ImageSource store) {
    return (ImageSource)
        Proxy.newProxyInstance(
            ExperimentTest.class.getClassLoader(),
            new Class<?>[] {ImageSource.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(store, arguments);
              return result instanceof LabeledImage image
                  ? new LabeledImage(image.id(), image.image(), 99)
                  : result;
            });
  }
}
