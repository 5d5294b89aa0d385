package io.imagestore.examples.timings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkFolderTest {
  @TempDir private Path parent;

  @Test
  void goesWithEverythingInItWhenClosed() throws IOException {
    try (WorkFolder folder = WorkFolder.in(parent)) {
      Path store = folder.freshStore("disk");
      Files.createDirectories(store.resolve("deep/er"));
      Files.writeString(store.resolve("deep/er/file"), "content");
    }
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void givesEachStoreAPathWhereNothingIs() throws IOException {
    try (WorkFolder folder = WorkFolder.in(parent)) {
      Path first = folder.freshStore("disk");
      Path second = folder.freshStore("disk");
      assertThat(first).doesNotExist().isNotEqualTo(second);
    }
  }

  @Test
  void countsWholeBlocksOfAllTheStoresFiles() throws IOException {
    try (WorkFolder folder = WorkFolder.in(parent)) {
      Path store = folder.freshStore("hdf5");
      Files.write(store, new byte[1]);
      Files.write(store.resolveSibling("journal"), new byte[1]);
      long block = Files.getFileStore(parent).getBlockSize();
      assertThat(folder.bytes(store)).isEqualTo(2 * block);
    }
  }

  @Test
  void removesOneStoreAndLeavesTheOthers() throws IOException {
    try (WorkFolder folder = WorkFolder.in(parent)) {
      Path gone = folder.freshStore("hdf5");
      Path left = folder.freshStore("hdf5");
      Files.write(gone, new byte[1]);
      Files.write(left, new byte[1]);
      folder.remove(gone);
      assertThat(gone).doesNotExist();
      assertThat(left).exists();
    }
  }

  @Test
  void tellsHowLongMakingAFileTakesAndLeavesNone() throws IOException {
    try (WorkFolder folder = WorkFolder.in(parent)) {
      assertThat(folder.nanosToMakeFile()).isPositive();
      assertThat(folder.root()).isEmptyDirectory();
    }
  }

  @Test
  void needsAFolderToLieIn() {
    assertThatThrownBy(() -> WorkFolder.in(parent.resolve("missing")))
        .isInstanceOf(NoSuchFileException.class);
  }
}
