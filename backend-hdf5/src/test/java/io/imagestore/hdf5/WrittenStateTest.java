package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.ImageBatch;
import io.imagestore.ImageShape;
import io.imagestore.hdf5.format.Hdf5Table;
import io.imagestore.hdf5.format.Transaction;
import io.imagestore.spi.Checksums;
import io.imagestore.spi.StaleSnapshotException;
import io.imagestore.spi.StoreFiles;
import io.imagestore.testkit.Awaiting;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WrittenStateTest {

  private static final ImageShape RGB = new ImageShape(4, 4, 3);

  @TempDir Path folder;

  private Hdf5Table table;
  private WrittenState state;

  @BeforeEach
  void open() throws IOException {
    Path path = folder.resolve("store.h5");
    table = Hdf5Table.create(path, Map.of(), Columns.SCHEMAS, 0, StoreFiles.ofSystem(), false);
    try (Transaction transaction = table.begin();
        ImageBatch batch = ImageBatch.allocate(RGB, 1)) {
      batch.add(SampleImages.labeled(0, RGB, 1));
      StoreLayout layout = StoreLayout.uniform(RGB);
      transaction.createColumns(
          Columns.ofRows(layout, Hdf5Options.defaults()),
          Columns.ofBytes(layout, Hdf5Options.defaults()));
      transaction.append(1, new BatchRows(batch, 0, 1, List.of(), new Checksums()));
      transaction.commit(false);
    }
    state = new WrittenState(table, Commit.load(table.view(), path, true));
  }

  @AfterEach
  void close() throws IOException {
    table.close();
  }

  /** Replaces the label, and lets the space of the old one be used again. */
  private Commit overwrite() throws IOException {
    try (Transaction transaction = table.begin()) {
      transaction.replace(0, Columns.LABELS, ByteBuffer.allocate(Integer.BYTES));
      Commit before = state.commit();
      transaction.commit(
          false,
          table ->
              state.publish(new Commit(table, before.layout(), before.rows(), before.damage())));
    }
    table.checkpoint();
    return state.commit();
  }

  private static int label(HeldCommit held) throws IOException {
    return held.read(() -> held.commit().table().getInt(Columns.LABELS, 0));
  }

  @Test
  void aThreadWhoseCommitsWereOverwrittenSomeTimesInARowIsWaitedFor() throws Exception {
    for (int i = 0; i < 3; i++) {
      try (HeldCommit held = state.hold()) {
        overwrite();
        assertThatExceptionOfType(StaleSnapshotException.class).isThrownBy(() -> label(held));
      }
    }
    FutureTask<Commit> overwriting = new FutureTask<>(this::overwrite);
    Thread writer = new Thread(overwriting);
    try (HeldCommit held = state.hold()) {
      writer.start();
      Awaiting.until("a writer that waits", () -> writer.getState() == Thread.State.WAITING);
      assertThat(label(held)).isZero();
    }
    assertThat(overwriting.get().table().getInt(Columns.LABELS, 0)).isZero();
    writer.join();
  }
}
