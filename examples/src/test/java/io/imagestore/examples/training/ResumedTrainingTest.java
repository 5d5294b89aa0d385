package io.imagestore.examples.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.djl.Model;
import io.imagestore.cifar.SyntheticCifar;
import io.imagestore.examples.progress.Progress;
import io.imagestore.examples.timings.CheckFailedException;
import io.imagestore.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
  void aDamagedCheckpointIsTold(@TempDir Path folder) throws IOException {
    byte[] whole = Files.readAllBytes(unbroken.resolve("checkpoint"));
    Path file = folder.resolve("checkpoint");
    for (byte[] damaged :
        List.of(
            new byte[0],
            new byte[8],
            Arrays.copyOf(whole, 3),
            Arrays.copyOf(whole, whole.length / 2),
            Arrays.copyOf(whole, whole.length + 1),
            withByte(whole, 0, 0xFF),
            withByte(whole, 6, '!'),
            withByte(whole, whole.length / 2, whole[whole.length / 2] + 1),
            withByte(whole, whole.length - 1, whole[whole.length - 1] + 1))) {
      Files.write(file, damaged);

      try (Model model = Network.model(10)) {
        assertThatExceptionOfType(IOException.class)
            .isThrownBy(() -> Checkpoint.load(file, model.getBlock(), model.getNDManager()))
            .withMessageStartingWith(file + " is damaged (")
            .withMessageEndingWith("); delete it to begin anew, or restore it");
      }
    }
  }

  private static byte[] withByte(byte[] bytes, int at, int value) {
    byte[] changed = bytes.clone();
    changed[at] = (byte) value;
    return changed;
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
