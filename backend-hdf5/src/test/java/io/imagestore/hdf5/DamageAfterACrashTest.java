package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.Durability;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.hdf5.format.Restart;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A byte that is damaged in what a crash leaves must not take back what was stored: not where a
 * process was killed, nor, of commits that were waited for, where the power failed.
 */
final class DamageAfterACrashTest {

  private static final int COUNT = 10;
  private static final int PAGE = 4096;
  private static final int STEP = 17;
  private static final int JOURNAL_HEAD = 24;
  private static final int RECORD_HEAD = 8;
  private static final int END_MARK = 8;
  private static final byte CHECKPOINT = 1;
  private static final List<LabeledImage> IMAGES =
      SampleImages.list(0, COUNT, new ImageShape(8, 8, 3), 1);

  @TempDir Path folder;

  /** What a store's files are after a crash, and where records of the journal begin. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Left(byte[] file, byte[] journal, int lastCheckpoint, int lastRecord) {

    Path write(Path store) throws IOException {
      Files.write(store, file);
      Files.write(journalOf(store), journal);
      return store;
    }
  }

  private static Path journalOf(Path store) {
    return store.resolveSibling(store.getFileName() + ".journal");
  }

  /** One flushed, and then others, one a call. */
  private Left crash(Durability durability, boolean restarted) throws IOException {
    Path path = folder.resolve("store.h5");
    Hdf5Options options = Hdf5Options.builder().durability(durability).build();
    try (ImageStore store = Hdf5ImageStore.open(path, options)) {
      store.putBatch(IMAGES.subList(0, 1));
      store.flush();
      for (LabeledImage image : IMAGES.subList(1, COUNT)) {
        store.putBatch(List.of(image));
      }
      byte[] file = withoutHole(Files.readAllBytes(path));
      byte[] journal = restarted ? Restart.journalOf(path) : Files.readAllBytes(journalOf(path));
      return withRecords(file, journal);
    }
  }

  /** Walks from record to record, as far as they are long. */
  private static Left withRecords(byte[] file, byte[] journal) {
    ByteBuffer records = ByteBuffer.wrap(journal).order(ByteOrder.LITTLE_ENDIAN);
    int checkpoint = 0;
    int last = 0;
    int end = JOURNAL_HEAD;
    while (end + RECORD_HEAD < journal.length && records.getInt(end) > 0) {
      last = end;
      checkpoint = records.get(end + RECORD_HEAD) == CHECKPOINT ? end : checkpoint;
      end += RECORD_HEAD + records.getInt(end) + END_MARK;
    }
    return new Left(file, Arrays.copyOf(journal, end + PAGE), checkpoint, last);
  }

  /** With a page of the hole at its end only. */
  private static byte[] withoutHole(byte[] file) {
    int end = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(28);
    return Arrays.copyOf(file, end + PAGE);
  }

  private static int indexOf(byte[] sought, byte[] all) {
    int at = 0;
    while (!Arrays.equals(sought, 0, sought.length, all, at, at + sought.length)) {
      at++;
    }
    return at;
  }

  @ParameterizedTest
  @CsvSource({"COMMIT,false", "COMMIT,true", "FLUSH,false"})
  void anImageThatIsDamagedIsNamedAndTakesNoOtherWithIt(Durability durability, boolean restarted)
      throws IOException {
    Left left = crash(durability, restarted);
    left.file()[indexOf(IMAGES.get(3).image().pixels(), left.file()) + 100] ^= 1;

    Path path = left.write(folder.resolve("left.h5"));
    List<Function<Path, ImageSource>> openings =
        List.of(Hdf5ImageStore::openReadOnly, Hdf5ImageStore::open, Hdf5ImageStore::openReadOnly);
    for (Function<Path, ImageSource> opening : openings) {
      try (ImageSource store = opening.apply(path)) {
        assertThat(store.size()).isEqualTo(COUNT);
        assertThat(store.get(9)).isEqualTo(IMAGES.get(9));
        assertThat(store.verify().damagedIds()).containsExactly(3);
        assertThatExceptionOfType(CorruptImageException.class).isThrownBy(() -> store.get(3));
      }
    }
  }

  /** After a loss of power nothing tells a last record that is damaged from one cut short. */
  @ParameterizedTest
  @CsvSource({"COMMIT,false", "COMMIT,true", "FLUSH,false"})
  void aJournalThatIsDamagedIsSaidToBe(Durability durability, boolean restarted)
      throws IOException {
    Left left = crash(durability, restarted);
    Path path = left.write(folder.resolve("left.h5"));
    int end = restarted ? left.lastRecord() : left.journal().length - PAGE;
    int refused = 0;
    for (int at = left.lastCheckpoint(); at < end; at += STEP) {
      flip(journalOf(path), at);
      try (ImageSource store = Hdf5ImageStore.openReadOnly(path)) {
        assertThat(store.stream().toList()).as("byte " + at).isEqualTo(IMAGES);
      } catch (CorruptStoreException e) {
        assertThat(e).hasMessageContaining("left.h5.journal");
        refused++;
      }
      flip(journalOf(path), at);
    }
    int endMarks = COUNT * END_MARK;
    assertThat(refused).isGreaterThan((end - left.lastCheckpoint() - endMarks) / STEP - COUNT);
    flip(journalOf(path), left.lastRecord() - 20);
    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> Hdf5ImageStore.open(path))
        .withMessageContaining("is damaged");
    flip(journalOf(path), left.lastRecord() - 20);
    try (ImageStore store = Hdf5ImageStore.open(path)) {
      assertThat(store.stream().toList()).isEqualTo(IMAGES);
    }
  }

  @ParameterizedTest
  @CsvSource({"COMMIT,false", "COMMIT,true", "FLUSH,false"})
  void damageBeforeTheLastCheckpointIsSettledByIt(Durability durability, boolean restarted)
      throws IOException {
    Left left = crash(durability, restarted);
    assertThat(left.lastCheckpoint()).isGreaterThan(JOURNAL_HEAD);
    Path path = left.write(folder.resolve("left.h5"));

    for (int at = JOURNAL_HEAD; at < left.lastCheckpoint(); at += STEP) {
      flip(journalOf(path), at);
      try (ImageSource store = Hdf5ImageStore.openReadOnly(path)) {
        assertThat(store.stream().toList()).as("byte " + at).isEqualTo(IMAGES);
      }
      flip(journalOf(path), at);
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void aLastRecordThatAKilledProcessLeftHalfIsTakenBack(Durability durability) throws IOException {
    Left left = crash(durability, false);
    int end = left.journal().length - PAGE - END_MARK;
    while (left.journal()[end - 1] == 0) {
      end--; // for zeros may be missing
    }
    for (int cut = left.lastRecord() + 1; cut < end; cut += STEP) {
      byte[] journal = Arrays.copyOf(Arrays.copyOf(left.journal(), cut), end + PAGE);
      Path path = new Left(left.file(), journal, 0, 0).write(folder.resolve("left.h5"));
      try (ImageSource store = Hdf5ImageStore.openReadOnly(path)) {
        assertThat(store.stream().toList()).isEqualTo(IMAGES.subList(0, COUNT - 1));
      }
    }
  }

  private static void flip(Path file, int at) throws IOException {
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
      raw.seek(at);
      int damaged = raw.read() ^ 1 << at % 8;
      raw.seek(at);
      raw.write(damaged);
    }
  }

  @Test
  void afterALossOfPowerWhatNobodyWaitedForIsTakenBackFromTheFirstThatIsNotWhole()
      throws IOException {
    Left left = crash(Durability.FLUSH, true);
    left.file()[indexOf(IMAGES.get(3).image().pixels(), left.file()) + 100] ^= 1;

    try (ImageSource store = Hdf5ImageStore.openReadOnly(left.write(folder.resolve("left.h5")))) {
      assertThat(store.stream().toList()).isEqualTo(IMAGES.subList(0, 3));
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void aFileThatWasCutOffIsSaidToBe(Durability durability) throws IOException {
    Left left = crash(durability, false);
    byte[] file = Arrays.copyOf(left.file(), indexOf(IMAGES.get(3).image().pixels(), left.file()));
    Path cutOff = new Left(file, left.journal(), 0, 0).write(folder.resolve("left.h5"));

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> Hdf5ImageStore.openReadOnly(cutOff))
        .withMessageContaining("cut off");
  }
}
