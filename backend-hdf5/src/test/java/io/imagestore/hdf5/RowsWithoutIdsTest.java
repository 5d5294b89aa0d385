package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptStoreException;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.RepairPolicy;
import io.imagestore.hdf5.format.Hdf5Table;
import io.imagestore.hdf5.format.Transaction;
import io.imagestore.spi.StoreFiles;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that another program has added by making the datasets longer, and has never written. */
final class RowsWithoutIdsTest {

  private static final List<LabeledImage> IMAGES =
      SampleImages.list(0, 20, new ImageShape(4, 4, 3), 1);

  @TempDir Path folder;

  private Path make(int rowsAdded) throws IOException {
    Path file = folder.resolve("store.h5");
    try (ImageStore store = Hdf5ImageStore.open(file)) {
      store.putBatch(IMAGES);
    }
    try (Hdf5Table table = Hdf5Table.open(file, Columns.SCHEMAS, 1 << 20, StoreFiles.ofSystem());
        Transaction transaction = table.begin()) {
      transaction.append(rowsAdded, column -> null);
      transaction.commit(true);
    }
    return file;
  }

  @Test
  void aFewAreDroppedByARepair() throws IOException {
    Path file = make(200);
    try (ImageStore store = Hdf5ImageStore.open(file)) {
      assertThat(store.repair(RepairPolicy.dropDamaged()).mended()).hasSize(200);
      assertThat(store.verify().isClean()).isTrue();
      assertThat(store.stream()).containsExactlyElementsOf(IMAGES);
    }
  }

  @Test
  void millionsAreRefusedBeforeTheyTakeAllMemory() throws IOException {
    Path file = make(20_000_000);
    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> Hdf5ImageStore.open(file))
        .withMessageContaining(file.toString())
        .withMessageContaining("rows without an id");
  }
}
