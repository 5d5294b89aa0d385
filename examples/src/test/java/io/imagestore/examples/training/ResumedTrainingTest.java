package io.imagestore.examples.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.cifar.SyntheticCifar;
import io.imagestore.examples.progress.Progress;
import io.imagestore.examples.timings.CheckFailedException;
import io.imagestore.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumedTrainingTest {

  private static final int EPOCHS = 3;

  /** Where a run went through that nothing broke off; what comes after it changes nothing there. */
  @TempDir private static Path unbroken;

  private static TrainingLog log;

  @BeforeAll
  static void trainToTheEnd() throws IOException {
    log = train(unbroken, new SilentProgress(), false);
  }

  /** Ten batches an epoch, and a checkpoint at every third. */
  static TrainingLog train(Path out, Progress progress, boolean resume) throws IOException {
    return train(out, progress, resume, 1);
  }

  private static TrainingLog train(Path out, Progress progress, boolean resume, long seed)
      throws IOException {
    Files.createDirectories(out);
    try (TrainingStores stores = new TrainingStores(out, "lmdb", progress)) {
      TrainingImages images = stores.synthetic("synthetic", SyntheticCifar.ofSize(640, 100, 5));
      return new Training(images, "lmdb", seed, out, 3, progress).run(EPOCHS, resume);
    }
  }

  @Test
  void aKilledRunGoesOnAsIfItHadNotBeenKilled(@TempDir Path killed) throws IOException {
    try (ChildJvm child = ChildJvm.start(List.of("-Xmx256m"), KilledTraining.class, killed)) {
      assertThat(child.readLine()).isEqualTo("waiting");
      child.kill();
    }

    assertThat(train(killed, new SilentProgress(), true).epochs())
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("seconds")
        .isEqualTo(log.epochs());
  }

  @Test
  void eachEpochHasAnOrderOfItsOwn() {
    assertThat(log.epochs()).extracting(EpochResult::epoch).containsExactly(0, 1, 2);
    assertThat(log.epochs()).extracting(EpochResult::idsDigest).doesNotHaveDuplicates();
  }

  @Test
  void aRunThatIsThroughStaysAsItIs() throws IOException {
    assertThat(train(unbroken, new SilentProgress(), true)).isEqualTo(log);
  }

  @Test
  void aCheckpointOfAnotherRunIsRefused() {
    assertThatExceptionOfType(CheckFailedException.class)
        .isThrownBy(() -> train(unbroken, new SilentProgress(), true, 2))
        .withMessageContaining("is of another run")
        .withMessageContaining("seed=1")
        .withMessageContaining("seed=2");
  }
}
