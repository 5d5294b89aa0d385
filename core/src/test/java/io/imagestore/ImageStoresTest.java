package io.imagestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without a backend on the class path: what a user sees who forgot to add one. */
class ImageStoresTest {

  @TempDir Path folder;

  @Test
  void aMissingBackendIsNamedWithItsArtifact() {
    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> ImageStores.open("lmdb", folder, StoreOptions.defaults()))
        .withMessage(
            "no backend 'lmdb' on the class path; add io.imagestore:imagestore-lmdb; found: none");
  }

  @Test
  void aBackendNobodyKnowsHasNoArtifact() {
    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> ImageStores.open("tape", folder, StoreOptions.defaults()))
        .withMessage("no backend 'tape' on the class path; found: none");
  }

  @Test
  void theBackendOfAnLmdbEnvironmentIsNamed() throws IOException {
    Files.createFile(folder.resolve("data.mdb"));

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> ImageStores.open(folder))
        .withMessageContaining("io.imagestore:imagestore-lmdb");
  }

  @Test
  void theBackendOfAnHdf5FileIsNamed() throws IOException {
    Path file = folder.resolve("images.h5");
    Files.write(file, "\u0089HDF\r\n\u001a\nand more".getBytes(StandardCharsets.ISO_8859_1));

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> ImageStores.open(file))
        .withMessageContaining("io.imagestore:imagestore-hdf5");
  }

  @Test
  void theBackendOfAFolderWithALabelTableIsNamed() throws IOException {
    Files.createFile(folder.resolve("labels.csv"));

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> ImageStores.open(folder))
        .withMessageContaining("io.imagestore:imagestore-disk");
  }

  @Test
  void whatIsNoStoreIsCalledNone() throws IOException {
    Path file = Files.writeString(folder.resolve("letter.txt"), "dear reader");

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> ImageStores.open(file))
        .withMessageContaining("is no image store")
        .withMessageContaining(file.toString());
  }

  @Test
  void whereThereIsNothingTheWayToCreateAStoreIsTold() {
    assertThatExceptionOfType(StoreNotFoundException.class)
        .isThrownBy(() -> ImageStores.open(folder.resolve("nothing")))
        .withMessageContaining("ImageStores.open(\"disk\"");
    assertThat(folder).isEmptyDirectory();
  }
}
