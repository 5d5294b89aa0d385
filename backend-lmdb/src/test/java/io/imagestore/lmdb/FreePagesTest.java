package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.imagestore.CorruptStoreException;
import io.imagestore.Durability;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.RepairPolicy;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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

  @Test
  void aPageThatLeadsToTheTreesIsNotWrittenOverThoughItIsListedAsFree() throws IOException {
    aStoreWithALongList();
    try (DataFile file = DataFile.open(path())) {
      Meta meta = file.newest();
      Snapshot snapshot = file.snapshot();
      long index = snapshot.trees().index().root();
      snapshot.close();
      for (long page : new long[] {meta.main().root(), meta.free().root(), index}) {
        requireFound(listingAsFree(page));
      }
    }
  }

  @Test
  void anImageThatIsListedAsFreeIsFoundAndSavedBeforeItIsWrittenOver() throws IOException {
    aStoreWithALongList();
    write(listingAsFree(pageOf(750)));

    try (ImageStore store = LmdbImageStore.open(path(), OPTIONS)) {
      assertThat(store.verify().damagedIds()).isEmpty();
      assertThat(store.verify().storeProblems())
          .singleElement(STRING)
          .contains("a write may overwrite what is in use")
          .contains("is listed as free, but is in use")
          .contains("repair it");

      assertThat(store.repair(RepairPolicy.dropDamaged()).dropped()).isEmpty();

      assertThat(store.verify().isClean()).isTrue();
      assertThat(store.size()).isEqualTo(1100);
      assertThat(store.get(750)).isEqualTo(SampleImages.labeled(750, SHAPE, 1));
    }
  }

  /** The second page of an image, which has two to itself. */
  private long pageOf(long id) throws IOException {
    byte[] start = Arrays.copyOf(SampleImages.labeled(id, SHAPE, 1).image().pixels(), 64);
    byte[] file = Files.readAllBytes(data());
    int at = file.length - PAGE_BYTES + Pages.HEADER_BYTES; // before may be one that was replaced
    while (!Arrays.equals(file, at, at + start.length, start, 0, start.length)) {
      at -= PAGE_BYTES;
    }
    return at / PAGE_BYTES + 1L;
  }

  /** The file, with a number in the long list that names a page in use instead. */
  private ByteBuffer listingAsFree(long page) throws IOException {
    ByteBuffer file = read();
    int list = longList(file) + Pages.HEADER_BYTES;
    int count = (int) file.getLong(list);
    for (int i = 1; i <= count; i++) {
      int at = list + i * Long.BYTES;
      boolean before = i == 1 || file.getLong(at - Long.BYTES) > page;
      boolean behind = i == count || file.getLong(at + Long.BYTES) < page;
      if (before && behind) {
        return file.putLong(at, page);
      }
    }
    throw new AssertionError("page " + page + " is between two that are free");
  }

  /** Damages the file for a while, and sees that it can be read, but not written. */
  private void requireFound(ByteBuffer damaged) throws IOException {
    byte[] whole = Files.readAllBytes(data());
    write(damaged);

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

  private void write(ByteBuffer file) throws IOException {
    byte[] bytes = new byte[file.capacity()];
    file.get(0, bytes);
    Files.write(data(), bytes);
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
