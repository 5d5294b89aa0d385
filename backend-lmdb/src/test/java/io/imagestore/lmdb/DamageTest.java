package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.testkit.ChildJvm;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.Txn;

/** What damage does. Where it could end the process, a child JVM opens the file. */
final class DamageTest {

  private static final ImageShape SHAPE = new ImageShape(32, 32, 3);
  private static final int IMAGES = 60;

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("store");
  }

  private Path data() {
    return path().resolve(DataFile.NAME);
  }

  @BeforeEach
  void aStore() {
    try (ImageStore store = LmdbImageStore.open(path())) {
      store.putBatch(SampleImages.list(0, IMAGES, SHAPE, 1));
      store.delete(IMAGES - 1); // leaves free pages near the file's end
    }
  }

  @Test
  void aFileCutOffAnywhereIsRefusedOrWhole() {
    try (ChildJvm child = ChildJvm.start(List.of(), CutOff.class, path())) {
      List<String> lines = child.succeed();

      assertThat(lines).contains("refused").doesNotContain("wrong");
    }
  }

  @Test
  void theErrorOfAFileCutOffTellsHowMuchIsMissing() throws IOException {
    long length = Files.size(data());
    cutOff(data(), length / 2);

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> LmdbImageStore.open(path()))
        .withMessageContaining(path().toString())
        .withMessageContaining(String.valueOf(length / 2))
        .withMessageContaining("restore it");
  }

  @Test
  void aFileThatLacksOnlyFreePagesIsWhole() throws IOException {
    // A large value that is put and deleted within one transaction leaves pages at the end that are
    // never written, if there are free pages from before.
    LmdbOptions options = LmdbOptions.defaults();
    try (ImageStore store = LmdbImageStore.open(path(), options)) {
      for (int i = 0; i < 5; i++) {
        store.put(0, SampleImages.labeled(0, SHAPE, 1).image(), i);
      }
    }
    try (Databases lmdb = Databases.open(path(), Settings.of(options), 1 << 20);
        Txn<Slice> txn = lmdb.env().txnWrite()) {
      lmdb.images().put(txn, Key.ofNumber().to(2000), Key.ofNumber());
      lmdb.images().reserve(txn, Key.ofNumber().to(1000), 100_000);
      lmdb.images().delete(txn, Key.ofNumber().to(1000));
      lmdb.images().delete(txn, Key.ofNumber().to(2000));
      txn.commit();
    }
    try (RandomAccessFile file = new RandomAccessFile(data().toFile(), "r")) {
      ByteBuffer start = ByteBuffer.allocate(2 * 4096).order(ByteOrder.LITTLE_ENDIAN);
      file.readFully(start.array());
      long pages = Math.max(start.getLong(136), start.getLong(4096 + 136)) + 1;
      assertThat(file.length()).isLessThan(pages * 4096);
    }
    try (ImageStore store = LmdbImageStore.open(path())) {
      assertThat(store.verify().isClean()).isTrue();
      store.put(1000, SampleImages.noise(SHAPE, 1), 1);
      assertThat(store.get(1000).image()).isEqualTo(SampleImages.noise(SHAPE, 1));
    }
  }

  @Test
  void anOlderCommitIsNotTakenForTheNewestThoughABitSaysSo() throws IOException {
    // Of transactions 4 and 5 one bit makes 6 and 5, of 6 and 7 it makes 6 and 5.
    for (int remainder = 0; remainder < 4; remainder++) {
      try (ImageStore store = LmdbImageStore.open(path());
          DataFile file = DataFile.open(path())) {
        while (file.newest().transaction() % 4 != remainder) {
          store.put(0, SampleImages.noise(SHAPE, 1), 1);
        }
      }
      byte[] whole = Files.readAllBytes(data());
      requireBitsOfItsNumberAreMissed(whole, remainder == 1 ? Long.SIZE : 4);
      Files.write(data(), whole);
    }
  }

  private void requireBitsOfItsNumberAreMissed(byte[] whole, int bits) throws IOException {
    for (int bit = 0; bit < bits; bit++) {
      for (int meta : new int[] {0, 4096}) {
        byte[] bytes = whole.clone();
        bytes[meta + Meta.TRANSACTION + bit / 8] ^= (byte) (1 << bit % 8);
        Files.write(data(), bytes);

        assertThatExceptionOfType(CorruptStoreException.class)
            .as("bit %d of the transaction at %d", bit, meta)
            .isThrownBy(() -> LmdbImageStore.openReadOnly(path()))
            .withMessageContaining("transaction");
      }
    }
  }

  @Test
  void afterASingleBitFlipNoImageIsWrong() {
    try (ChildJvm child = ChildJvm.start(List.of(), FlipBits.class, path(), 200)) {
      List<String> lines = child.succeed();

      assertThat(lines).contains("damage told").doesNotContain("wrong");
    }
  }

  @Test
  void anEmptyFileIsNoStoreToReadButTheBeginningOfOneToWrite() throws IOException {
    Files.write(data(), new byte[0]);

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> LmdbImageStore.openReadOnly(path()))
        .withMessageContaining(path().toString());
    try (ImageStore store = LmdbImageStore.open(path())) {
      assertThat(store.size()).isZero();
    }
  }

  @Test
  void whatIsNotLmdbsIsRefused() throws IOException {
    Files.writeString(data(), "this is a letter\n".repeat(1000));

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> LmdbImageStore.open(path()))
        .withMessageContaining(path().toString());
    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> ImageStores.open(path()));
  }

  @Test
  void anotherVersionOfLmdbsFormatIsRefused() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(data().toFile(), "rw")) {
      for (long meta : new long[] {0, 4096}) {
        file.seek(meta + 20);
        file.writeInt(Integer.reverseBytes(2));
      }
    }
    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> LmdbImageStore.open(path()))
        .withMessageContaining("format 2");
  }

  @Test
  void anEnvironmentOfAnotherProgramIsRefusedAndLeftAsItIs() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    NativeLibrary.load();
    try (Env<Slice> env = Env.create(new SliceProxy()).open(other.toFile())) {
      env.openDbi("words", DbiFlags.MDB_CREATE);
    }
    byte[] before = Files.readAllBytes(other.resolve(DataFile.NAME));

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> LmdbImageStore.open(other))
        .withMessageContaining(other.toString())
        .withMessageContaining("no image store");

    assertThat(other.resolve(DataFile.NAME)).hasBinaryContent(before);
  }

  @Test
  void aDatabaseThatSomebodyElseKeepsInTheEnvironmentIsNoDamage() {
    NativeLibrary.load();
    try (Env<Slice> env = Env.create(new SliceProxy()).setMaxDbs(1).open(path().toFile());
        Txn<Slice> txn = env.txnWrite()) {
      byte[] name = "notes".getBytes(StandardCharsets.US_ASCII);
      env.openDbi(txn, name, null, false, DbiFlags.MDB_CREATE)
          .put(txn, Key.ofNumber().to(1), Key.ofNumber().to(2));
      txn.commit();
    }

    try (ImageStore store = LmdbImageStore.open(path())) {
      store.put(0, SampleImages.noise(SHAPE, 7), 1);
      assertThat(store.verify().isClean()).isTrue();
    }
  }

  @Test
  void aNewStoreIsMadeInOneTransactionSoThatACrashLeavesAllOrNothing() throws IOException {
    Path other = folder.resolve("other");
    LmdbImageStore.open(other).close();

    try (DataFile file = DataFile.open(other)) {
      assertThat(file.newest().transaction()).isEqualTo(1);
    }
  }

  @Test
  void aStoreMadeSoThatItsPagesLeadToOneAnotherOverAndOverIsRefusedAtOnce() throws IOException {
    // Both nodes of each branch of the main tree lead to the next page.
    int depth = 32;
    int page = 4096;
    ByteBuffer file = ByteBuffer.allocate(page * (2 + depth)).order(ByteOrder.LITTLE_ENDIAN);
    for (int meta = 0; meta < 2; meta++) {
      int at = meta * page;
      file.put(at, Files.readAllBytes(data()), 0, Meta.BYTES);
      file.putLong(at, meta).putInt(at + 40, page).putLong(at + 80, TreeRecord.NO_PAGE);
      file.putShort(at + 46, (short) 0).putLong(at + 72, 0); // no free pages
      file.putShort(at + 94, (short) depth).putLong(at + 96, depth).putLong(at + 104, 0);
      file.putLong(at + 120, 1L << 31).putLong(at + 128, 2);
      file.putLong(at + 136, depth + 1).putLong(at + Meta.TRANSACTION, meta);
    }
    for (int level = 0; level < depth; level++) {
      boolean leaf = level == depth - 1;
      int number = 2 + level;
      int at = number * page;
      int nodeBytes = leaf ? 12 : 10;
      int upper = page - 2 * nodeBytes;
      file.putLong(at, number).putShort(at + 10, (short) (leaf ? Pages.LEAF : Pages.BRANCH));
      file.putShort(at + 12, (short) 20).putShort(at + 14, (short) upper);
      for (int i = 0; i < 2; i++) {
        int node = upper + i * nodeBytes;
        file.putShort(at + 16 + 2 * i, (short) node);
        file.putLong(at + node, (leaf ? 1 : number + 1) | 2L << 48).put(at + node + 8, (byte) i);
      }
    }
    Files.write(data(), file.array());

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> ImageStores.open(path()))
        .withMessageContaining("again and again");
  }

  private static void cutOff(Path data, long length) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      file.setLength(length);
    }
  }

  /** Looks at every image and tells in a word how that went. */
  private static String look(Path store) {
    String word = "whole";
    try (ImageSource open = LmdbImageStore.openReadOnly(store)) {
      for (LabeledImage expected : SampleImages.list(0, IMAGES - 1, SHAPE, 1)) {
        try {
          if (!open.get(expected.id()).equals(expected)) {
            return "wrong";
          }
        } catch (CorruptImageException e) {
          word = "damage told";
        } catch (ImageNotFoundException e) {
          return "wrong";
        }
      }
      if (!open.verify().isClean() || open.size() != IMAGES - 1) {
        word = "damage told";
      }
    } catch (CorruptStoreException | UnsupportedStoreException e) {
      return "refused";
    } catch (ImageStoreException e) {
      return "refused: " + e.getMessage();
    }
    return word;
  }

  /** Cuts the file off page by page, from its end on. */
  static final class CutOff {
    public static void main(String[] args) throws IOException {
      Path store = Path.of(args[0]);
      Path data = store.resolve(DataFile.NAME);
      for (long length = Files.size(data); length > 0; length -= 1365) {
        cutOff(data, length);
        System.out.println(look(store));
      }
    }
  }

  /** Flips one bit at a time, anywhere in the file. */
  static final class FlipBits {
    public static void main(String[] args) throws IOException {
      Path store = Path.of(args[0]);
      Path data = store.resolve(DataFile.NAME);
      Path whole = Files.copy(data, store.resolveSibling("whole"));
      SplittableRandom random = new SplittableRandom(23);
      for (int flip = 0; flip < Integer.parseInt(args[1]); flip++) {
        Files.copy(whole, data, StandardCopyOption.REPLACE_EXISTING);
        try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
          long at = random.nextLong(file.length());
          file.seek(at);
          int flipped = file.read() ^ 1 << random.nextInt(8);
          file.seek(at);
          file.write(flipped);
        }
        System.out.println(look(store));
      }
    }
  }
}
