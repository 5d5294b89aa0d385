package io.imagestore.hdf5.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StorageFileTest {

  private static final int CONTENT = 5000;
  private static final int WITH_HOLE = 32 << 20; // as long as a writer keeps its file

  @TempDir Path folder;

  @Test
  void aFileWhoseHoleIsCutOffMeanwhileIsRead() throws Exception {
    Path file = Files.write(folder.resolve("store.h5"), new byte[CONTENT]);
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Void> writers =
        CompletableFuture.runAsync(() -> openAndCloseLikeWriters(file, done));
    try {
      for (int i = 0; i < 2000; i++) {
        try (StorageFile storage = StorageFile.openReadOnly(file)) {
          ByteBuffer read = ByteBuffer.allocate(CONTENT);
          storage.get(0, read, CONTENT);
          assertThat(read.remaining()).isZero();
        }
      }
    } finally {
      done.set(true);
      writers.get();
    }
  }

  private static void openAndCloseLikeWriters(Path file, AtomicBoolean done) {
    try (RandomAccessFile written = new RandomAccessFile(file.toFile(), "rw")) {
      while (!done.get()) {
        written.setLength(WITH_HOLE);
        written.setLength(CONTENT);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatIsBehindTheEndOfTheFileIsNotMapped() throws Exception {
    Path file = Files.write(folder.resolve("store.h5"), new byte[CONTENT]);
    try (StorageFile storage = StorageFile.openReadOnly(file)) {
      assertThatExceptionOfType(Hdf5FormatException.class)
          .isThrownBy(() -> storage.get(CONTENT - 1, ByteBuffer.allocate(2), 2))
          .withMessageContaining("behind the end of the file, at 5000");
    }
  }
}
