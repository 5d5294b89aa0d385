package io.imagestore.hdf5.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
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
  void aStretchOfNearlyTwoGibibytesIsCheckedToItsEnd() throws Exception {
    int most = Integer.MAX_VALUE;
    Path file = folder.resolve("store.h5");
    try (RandomAccessFile hole = new RandomAccessFile(file.toFile(), "rw")) {
      hole.setLength(most + 1L);
    }
    CRC32C crc = new CRC32C();
    byte[] zeros = new byte[1 << 20];
    for (long left = most; left > 0; left -= zeros.length) {
      crc.update(zeros, 0, (int) Math.min(zeros.length, left));
    }
    Patch patch = new Patch(5, new byte[] {7});
    JournalContents.Commit commit =
        new JournalContents.Commit(
            List.of(patch),
            List.of(new DataRange(0, most, (int) crc.getValue())),
            List.of(),
            false);
    JournalContents journal =
        new JournalContents(0, false, 1, List.of(), List.of(), List.of(commit), 0, null);
    try (StorageFile storage = StorageFile.openReadOnly(file)) {
      ByteSource recovered = Recovery.of(journal, storage, Journal.beside(file)).over(storage);

      assertThat(recovered.read(5, 1)).containsExactly(7);
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

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a file that is open isn't replaced there")
  void aFileThatWasReplacedWhileItWasOpenIsNotReadTogetherWithTheOther() throws Exception {
    Path file = folder.resolve("store.h5");
    Path link = Files.createSymbolicLink(folder.resolve("link.h5"), file);
    writeTwoSegments(file, 1);
    Path other = folder.resolve("other.h5");
    writeTwoSegments(other, 2);
    try (StorageFile storage = StorageFile.openReadOnly(link)) {
      assertThat(byteAt(storage, 0)).isEqualTo(1);
      Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);

      assertThat(byteAt(storage, 1)).isEqualTo(1);
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> byteAt(storage, WITH_HOLE))
          .withMessageContaining("was replaced while it was open; open it again");
    }
    try (StorageFile storage = StorageFile.openReadOnly(link)) {
      assertThat(byteAt(storage, WITH_HOLE)).isEqualTo(2);
    }
  }

  private static void writeTwoSegments(Path file, int value) throws IOException {
    try (RandomAccessFile written = new RandomAccessFile(file.toFile(), "rw")) {
      for (long at : new long[] {0, 1, WITH_HOLE}) {
        written.seek(at);
        written.write(value);
      }
    }
  }

  private static int byteAt(StorageFile storage, long address) throws IOException {
    ByteBuffer read = ByteBuffer.allocate(1);
    storage.get(address, read, 1);
    return read.get(0);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a file that is open isn't replaced there")
  void aWriterCopiesNothingFromAFileThatTookTheOthersPlace() throws Exception {
    Path file = folder.resolve("store.h5");
    Path other = folder.resolve("other.h5");
    writeTwoSegments(other, 2);
    try (StorageFile storage = StorageFile.create(StoreFiles.ofSystem(), file, new byte[] {1})) {
      storage.write(WITH_HOLE, new byte[] {1}, 0, 1);
      Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);

      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> byteAt(storage, WITH_HOLE))
          .withMessageContaining("was replaced");
    }
  }
}
