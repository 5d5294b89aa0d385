package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lmdbjava.Txn;

/** What LMDB has written, by its own calls and at random, is read without it, and is sound. */
final class TreesAgainstLmdbTest {

  @TempDir Path folder;

  private final TreeMap<Long, byte[]> expected = new TreeMap<>();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void eachCommitIsReadAsItWasWritten(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    Settings settings = Settings.of(LmdbOptions.builder().maxMapSizeBytes(1 << 28).build());
    WriteEnvironment.create(Files.createDirectory(folder.resolve("store")), settings, "{}");
    try (Databases lmdb = Databases.open(folder.resolve("store"), settings, 1 << 28);
        DataFile data = DataFile.open(folder.resolve("store"))) {
      for (int commit = 0; commit < 150; commit++) {
        boolean growing = commit % 50 < 30;
        try (Txn<Slice> txn = lmdb.env().txnWrite()) {
          for (int i = 0; i < 60; i++) {
            write(lmdb, txn, random, growing);
          }
          txn.commit();
        }
        if (commit % 5 == 4) {
          requireSame(data, random);
        }
      }
    }
  }

  private void write(Databases lmdb, Txn<Slice> txn, SplittableRandom random, boolean growing) {
    long id = random.nextInt(3000) * 7L;
    if (random.nextInt(10) < (growing ? 8 : 2)) {
      byte[] value = new byte[random.nextInt(5) == 0 ? random.nextInt(20_000) : random.nextInt(90)];
      random.nextBytes(value);
      // Not twice in one transaction: LMDB might keep more pages for a value than it needs.
      if (lmdb.images().get(txn, Key.ofNumber().to(id)) == null) {
        Slice room = lmdb.images().reserve(txn, Key.ofNumber().to(id), value.length);
        NativeMemory.put(room.address, value, 0, value.length);
        expected.put(id, value);
      }
    } else {
      Long next = expected.ceilingKey(id);
      if (next != null) {
        assertThat(lmdb.images().delete(txn, Key.ofNumber().to(next))).isTrue();
        expected.remove(next);
      }
    }
  }

  private void requireSame(DataFile data, SplittableRandom random) throws IOException {
    Snapshot snapshot = data.snapshot();
    StoreView view = new StoreView(snapshot, folder);
    view.requireWritable();
    TreeCursor walk = view.images();
    boolean more = walk.seek(0);
    for (Map.Entry<Long, byte[]> entry : expected.entrySet()) {
      assertThat(more).isTrue();
      assertThat(walk.key()).isEqualTo(entry.getKey());
      byte[] value = new byte[(int) walk.valueSize()];
      walk.value().get(value);
      assertThat(value).isEqualTo(entry.getValue());
      more = walk.next();
    }
    assertThat(more).isFalse();
    walk.enterAll();
    for (int i = 0; i < 200; i++) {
      long id = random.nextInt(22_000);
      assertThat(walk.find(id)).isEqualTo(expected.containsKey(id));
      assertThat(walk.seek(id)).isEqualTo(expected.ceilingKey(id) != null);
      assertThat(walk.seek(id) ? walk.key() : -1)
          .isEqualTo(expected.ceilingKey(id) == null ? -1L : expected.ceilingKey(id));
      walk.enterAround(id);
    }
    assertThat(walk.last() ? walk.key() : -1)
        .isEqualTo(expected.isEmpty() ? -1L : expected.lastKey());
    snapshot.close();
  }

  @Test
  void aPageIsRememberedAsCheckedForTwoTransactions() {
    CheckedPages checked = CheckedPages.none();
    checked.add(7, 100);

    assertThat(checked.contains(7, 100)).isTrue();
    assertThat(checked.contains(8, 100)).isFalse();
    assertThat(checked.contains(7, 103)).isFalse();
    assertThat(checked.contains(7, 102)).isTrue();
    assertThat(checked.contains(7, 104)).isTrue();
  }
}
