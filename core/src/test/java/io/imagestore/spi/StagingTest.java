package io.imagestore.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.UnsupportedStoreException;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StagingTest {

  @TempDir Path folder;

  @Test
  void whatIsPublishedIsAllThatStays() throws IOException {
    Path target = folder.resolve("missing").resolve("target");
    try (Staging staging = Staging.beside(target)) {
      Files.createDirectory(staging.path());
      Files.writeString(staging.path().resolve("a"), "whole");
      Files.writeString(staging.path().resolveSibling("other"), "left over");
      staging.publish();
    }

    assertThat(target.resolve("a")).hasContent("whole");
    assertThat(target.getParent()).isDirectoryNotContaining("glob:**.part");
  }

  @Test
  void whatIsNotPublishedIsDeleted() throws IOException {
    try (Staging staging = Staging.beside(folder.resolve("target"))) {
      Files.createDirectory(staging.path());
      Files.writeString(staging.path().resolve("a"), "half");
    }

    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aPathThatIsTakenIsRefused() throws IOException {
    Path taken = Files.createDirectory(folder.resolve("taken"));

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> Staging.beside(taken))
        .withMessageContaining(taken.toString());
  }

  @Test
  void aPathThatIsTakenMeanwhileIsNotReplaced() throws IOException {
    Path target = folder.resolve("target");
    try (Staging staging = Staging.beside(target)) {
      Files.writeString(staging.path(), "late");
      Files.writeString(target, "first");

      assertThatExceptionOfType(UnsupportedStoreException.class).isThrownBy(staging::publish);
    }
    assertThat(target).hasContent("first");
  }

  @Test
  void whatAnInterruptedExportLeftIsNamed() throws IOException {
    Path left = Files.createDirectory(folder.resolve("target.part"));

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> Staging.beside(folder.resolve("target")))
        .withMessageContaining(left.toString());
  }

  @Test
  void aPathOfAnotherFileSystemIsRefused() throws IOException {
    try (FileSystem zip =
        FileSystems.newFileSystem(folder.resolve("a.zip"), Map.of("create", "true"))) {
      assertThatExceptionOfType(UnsupportedStoreException.class)
          .isThrownBy(() -> Staging.beside(zip.getPath("/target")))
          .withMessageContaining("/target")
          .withMessageContaining("a.zip");
    }
  }
}
