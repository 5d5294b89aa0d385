package io.imagestore.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.StoreLockedException;
import java.io.IOException;
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
}
