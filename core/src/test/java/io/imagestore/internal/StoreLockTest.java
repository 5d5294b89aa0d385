package io.imagestore.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.StoreLockedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreLockTest {

  @TempDir Path folder;

  @Test
  void isHeldByOneInThisProcess() throws IOException {
    try (StoreLock held = StoreLock.acquire(folder.resolve("lock"), folder)) {
      assertThat(held).isNotNull();
      assertThatExceptionOfType(StoreLockedException.class)
          .isThrownBy(() -> StoreLock.acquire(folder.resolve("lock"), folder))
          .withMessageContaining("this process")
          .withMessageContaining(folder.toString());
    }
  }

  @Test
  void isOneLockByWhateverNameTheFolderGoes() throws IOException {
    Path link =
        Files.createSymbolicLink(
            folder.resolve("link"), Files.createDirectory(folder.resolve("real")));
    try (StoreLock held = StoreLock.acquire(folder.resolve("real/lock"), folder)) {
      assertThat(held).isNotNull();
      assertThatExceptionOfType(StoreLockedException.class)
          .isThrownBy(() -> StoreLock.acquire(link.resolve("lock"), folder));
    }
  }

  @Test
  void mayBeTakenAgainOnceItIsReleasedAndLeavesNoFile() throws IOException {
    StoreLock.acquire(folder.resolve("lock"), folder).close();
    StoreLock.acquire(folder.resolve("lock"), folder).close();

    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aFileLeftByAProcessThatDiedIsNoLock() throws IOException {
    Files.writeString(folder.resolve("lock"), "process 1 left-behind");

    try (StoreLock held = StoreLock.acquire(folder.resolve("lock"), folder)) {
      assertThat(held).isNotNull();
    }
  }

  @Test
  void keepsOtherProcessesOut() throws Exception {
    try (StoreLock held = StoreLock.acquire(folder.resolve("lock"), folder)) {
      assertThat(held).isNotNull();
      assertThat(takenByAnotherProcess()).isFalse();
    }
    assertThat(takenByAnotherProcess()).isTrue();
  }

  @Test
  void anInterruptNeitherPreventsItNorGivesItBack() throws Exception {
    Thread.currentThread().interrupt();
    try (StoreLock held = StoreLock.acquire(folder.resolve("lock"), folder)) {
      assertThat(held).isNotNull();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(takenByAnotherProcess()).isFalse();
    } finally {
      Thread.interrupted();
    }
  }

  private boolean takenByAnotherProcess() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Taker.class.getName(),
                folder.resolve("lock").toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said.endsWith(Taker.TAKEN);
  }

  /** Takes the lock if it is free, and gives it back. */
  static final class Taker {
    private Taker() {}

    static final String TAKEN = "taken";

    public static void main(String[] arguments) throws IOException {
      Path lock = Path.of(arguments[0]);
      try {
        StoreLock.acquire(lock, lock).close();
        System.out.print(TAKEN);
      } catch (StoreLockedException e) {
        System.out.print("refused");
      }
    }
  }
}
