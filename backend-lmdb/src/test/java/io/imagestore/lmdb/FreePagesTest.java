package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.imagestore.CorruptStoreException;
import io.imagestore.Durability;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage to what tells LMDB which pages are free: it is found before LMDB goes by it. */
final class FreePagesTest {

  private static final ImageShape SHAPE = new ImageShape(32, 64, 3);
  private static final LmdbOptions OPTIONS =
      LmdbOptions.builder().durability(Durability.FLUSH).build();
  private static final int PAGE_BYTES = 4096;
  private static final int RUN = 12;

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("store");
  }

  private Path data() {
    return path().resolve(DataFile.NAME);
  }

  /** A transaction that frees 1,400 pages, whose list takes three pages of its own. */
  private void aStoreWithALongList() {
    try (ImageStore store = LmdbImageStore.open(path(), OPTIONS)) {
      store.putBatch(SampleImages.list(0, 800, SHAPE, 1));
      store.putBatch(SampleImages.list(0, 700, SHAPE, 2));
      store.putBatch(SampleImages.list(1000, 300, SHAPE, 1)); // behind the list
    }
  }

  @Test
  void aLongListIsNotFreedWithPagesOfOthersThoughABitSaysSo() throws IOException {
    aStoreWithALongList();
    ByteBuffer file = read();
    int run = longList(file);
    assertThat(file.getInt(run + RUN)).isEqualTo(3);

    for (int bit : new int[] {2, 3, 6, 8, 31}) {
      requireFound(read().putInt(run + RUN, 3 ^ 1 << bit));
    }
  }

  @Test
  void theTreeOfFreePagesIsNotTakenForOneOfAnotherKindThoughABitSaysSo() throws IOException {
    try (ImageStore store = LmdbImageStore.open(path(), OPTIONS)) {
      store.putBatch(SampleImages.list(0, 10, SHAPE, 1));
      store.delete(1);
    }
    int flags = newestMeta(read()) + 44;
    for (int bit = 1; bit < 7; bit++) {
      ByteBuffer file = read();
      requireFound(file.put(flags, (byte) (file.get(flags) ^ 1 << bit)));
    }
  }

  /** Damages the file for a while, and sees that it can be read, but not written. */
  private void requireFound(ByteBuffer damaged) throws IOException {
    byte[] whole = Files.readAllBytes(data());
    Files.write(data(), damaged.array());

    try (ImageSource source = LmdbImageStore.openReadOnly(path())) {
      assertThat(source.verify().storeProblems())
          .singleElement(STRING)
          .contains("nothing can be written");
    }
    try (ImageStore store = LmdbImageStore.open(path(), OPTIONS)) {
      assertThatExceptionOfType(CorruptStoreException.class).isThrownBy(() -> store.delete(0));
    }
    Files.write(data(), whole);
  }

  private ByteBuffer read() throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(data())).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int newestMeta(ByteBuffer file) {
    boolean first = file.getLong(Meta.TRANSACTION) > file.getLong(PAGE_BYTES + Meta.TRANSACTION);
    return first ? 0 : PAGE_BYTES;
  }

  /** Where the first list begins that lies in pages of its own. */
  private static int longList(ByteBuffer file) {
    int leaf = (int) file.getLong(newestMeta(file) + 80) * PAGE_BYTES;
    for (int i = 0; i < NodeCheck.count(file, leaf); i++) {
      int node = NodeCheck.node(file, leaf, i);
      long header = file.getLong(node);
      if (NodeCheck.flags(header) == NodeCheck.BIG_DATA) {
        return (int) file.getLong(NodeCheck.value(node, header)) * PAGE_BYTES;
      }
    }
    throw new AssertionError("there is no long list");
  }
}
