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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumedTrainingTest {

  private static final int EPOCHS = 3;

  @TempDir private Path folder;

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
  void aKilledRunGoesOnAsIfItHadNotBeenKilled() throws IOException {
    Path killed = folder.resolve("killed");
    try (ChildJvm child = ChildJvm.start(List.of("-Xmx256m"), KilledTraining.class, killed)) {
      assertThat(child.readLine()).isEqualTo("waiting");
      child.kill();
    }

    TrainingLog resumed = train(killed, new SilentProgress(), true);

    TrainingLog unbroken = train(folder.resolve("unbroken"), new SilentProgress(), false);
    assertThat(resumed.epochs())
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("seconds")
        .isEqualTo(unbroken.epochs());
  }

  @Test
  void eachEpochHasAnOrderOfItsOwn() throws IOException {
    List<EpochResult> epochs = train(folder, new SilentProgress(), false).epochs();

    assertThat(epochs).extracting(EpochResult::epoch).containsExactly(0, 1, 2);
    assertThat(epochs).extracting(EpochResult::idsDigest).doesNotHaveDuplicates();
  }

  @Test
  void aRunThatIsThroughStaysAsItIs() throws IOException {
    TrainingLog through = train(folder, new SilentProgress(), false);

    assertThat(train(folder, new SilentProgress(), true)).isEqualTo(through);
  }

  @Test
  void aCheckpointOfAnotherRunIsRefused() throws IOException {
    train(folder, new SilentProgress(), false);

    assertThatExceptionOfType(CheckFailedException.class)
        .isThrownBy(() -> train(folder, new SilentProgress(), true, 2))
        .withMessageContaining("is of another run")
        .withMessageContaining("seed=1")
        .withMessageContaining("seed=2");
  }
}
