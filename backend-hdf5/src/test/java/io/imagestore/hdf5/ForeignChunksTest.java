package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.hdf5.format.ColumnSpec;
import io.imagestore.hdf5.format.ElementType;
import io.imagestore.hdf5.format.Filters;
import io.imagestore.hdf5.format.Hdf5Table;
import io.imagestore.hdf5.format.TableSchema;
import io.imagestore.hdf5.format.Transaction;
import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** Chunks that the reference implementation puts side by side, at any address. */
@EnabledIfEnvironmentVariable(
    named = Python.VARIABLE,
    matches = ".+",
    disabledReason = Python.REASON)
final class ForeignChunksTest {

  private static final List<TableSchema> SCHEMAS =
      List.of(new TableSchema(List.of("a"), List.of()));
  private static final int ROWS = 40;

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("table.h5");
  }

  private Hdf5Table open() throws IOException {
    return Hdf5Table.open(file(), SCHEMAS, 0, StoreFiles.ofSystem());
  }

  /** One in five stays, so that half of those begin between two places where ours could. */
  private static boolean isReplaced(int row) {
    return row < ROWS && row % 5 != 4;
  }

  private static ByteBuffer row(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).flip();
  }

  @Test
  void theSpaceOfTwoOfThemDoesNotReachOverOneBetweenThem() throws IOException {
    Hdf5Table.create(file(), Map.of(), SCHEMAS, 0, StoreFiles.ofSystem(), false).close();
    try (Hdf5Table table = open();
        Transaction transaction = table.begin()) {
      transaction.createColumns(
          List.of(new ColumnSpec("a", ElementType.INT32, new int[0], 1, Filters.NONE)), List.of());
      transaction.commit(true);
    }
    Python.lines(
        "import h5py",
        "with h5py.File('" + file() + "', 'r+') as f:",
        "    f['a'].resize(" + ROWS + ", 0)",
        "    for i in range(" + ROWS + "): f['a'][i] = i");
    try (Hdf5Table table = open()) {
      try (Transaction transaction = table.begin()) {
        for (int row = 0; row < ROWS; row++) {
          if (isReplaced(row)) {
            transaction.replace(row, 0, row(-row));
          }
        }
        transaction.commit(true);
      }
    }
    try (Hdf5Table table = open()) {
      try (Transaction transaction = table.begin()) {
        for (int row = ROWS; row < 4 * ROWS; row++) {
          ByteBuffer value = row(row);
          transaction.append(1, column -> value);
        }
        transaction.commit(true);
      }
    }
    try (Hdf5Table table = open()) {
      for (int row = 0; row < 4 * ROWS; row++) {
        int value = isReplaced(row) ? -row : row;
        assertThat(table.view().getInt(0, row)).as("row " + row).isEqualTo(value);
      }
    }
  }
}
