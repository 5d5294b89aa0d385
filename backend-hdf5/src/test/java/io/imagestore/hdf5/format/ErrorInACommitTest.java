package io.imagestore.hdf5.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.spi.StoreFile;
import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is left of a commit in which the memory runs out, say, while something is written. */
final class ErrorInACommitTest {

  private static final List<TableSchema> SCHEMAS =
      List.of(new TableSchema(List.of("a"), List.of()));
  private static final List<Integer> BEFORE = List.of(1, 2, 3);
  private static final List<Integer> FIRST = List.of(-1, -2);
  private static final List<Integer> SECOND = List.of(21, 22, 23);

  @TempDir Path folder;

  /** Files a write to which, the one asked for or all from there on, ends in an error. */
  private static final class ErringFiles implements StoreFiles {
    private final StoreFiles real = StoreFiles.ofSystem();
    private final boolean lasting;
    private int countdown;
    private int errors;
    private boolean closingJournalFails;

    ErringFiles(boolean lasting) {
      this.lasting = lasting;
    }

    private void attempt() {
      if (countdown > 0 && --countdown == 0) {
        countdown = lasting ? 1 : 0;
        errors++;
        throw new OutOfMemoryError("asked for");
      }
    }

    @Override
    public StoreFile open(Path file, Access access) throws IOException {
      return new Erring(real.open(file, access), file.toString().endsWith(".journal"));
    }

    @Override
    public boolean createFolder(Path made) throws IOException {
      return real.createFolder(made);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      real.rename(from, to);
    }

    @Override
    public boolean delete(Path path) throws IOException {
      return real.delete(path);
    }

    @Override
    public void sync(Path path) throws IOException {
      real.sync(path);
    }

    private final class Erring implements StoreFile {
      private final StoreFile file;
      private final boolean journal;

      Erring(StoreFile file, boolean journal) {
        this.file = file;
        this.journal = journal;
      }

      @Override
      public int read(long position, byte[] into, int offset, int count) throws IOException {
        return file.read(position, into, offset, count);
      }

      @Override
      public void write(long position, byte[] bytes, int offset, int count) throws IOException {
        file.write(position, bytes, offset, count);
        attempt();
      }

      @Override
      public void write(long position, ByteBuffer bytes) throws IOException {
        file.write(position, bytes);
        attempt();
      }

      @Override
      public long size() throws IOException {
        return file.size();
      }

      @Override
      public void setSize(long bytes) throws IOException {
        attempt();
        file.setSize(bytes);
      }

      @Override
      public void force() throws IOException {
        file.force();
      }

      @Override
      public void close() throws IOException {
        file.close();
        if (journal && closingJournalFails) {
          closingJournalFails = false;
          throw new IOException("closing failed");
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"false,false", "false,true", "true,false", "true,true"})
  void whatALaterCommitStoresIsNotLostWithIt(boolean durable, boolean lasting) throws IOException {
    int errors = 1;
    for (int nth = 1; errors > 0; nth++) {
      ErringFiles files = new ErringFiles(lasting);
      Path file = folder.resolve("table-" + nth + ".h5");
      List<List<Integer>> possible = List.of(BEFORE, joined(BEFORE, FIRST));
      try (Hdf5Table table = create(file, files)) {
        files.countdown = nth;
        boolean first = succeeds(() -> append(table, FIRST, durable));
        files.countdown = 0;
        errors = files.errors;
        assertThat(first).isEqualTo(errors == 0);
        if (succeeds(() -> append(table, SECOND, durable))) {
          possible = List.of(joined(first ? possible.get(1) : BEFORE, SECOND));
        }
        Path left = folder.resolve("left-" + nth + ".h5");
        Files.copy(file, left);
        Files.copy(Journal.beside(file), Journal.beside(left));
        assertThat(valuesIn(left)).as("after write " + nth).isIn(possible);
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("open it again");
      }
      assertThat(valuesIn(file)).as("opened after write " + nth).isIn(possible);
    }
  }

  @Test
  void whenACommitCannotBeShownNothingMoreIsWritten() throws IOException {
    Path file = folder.resolve("table.h5");
    try (Hdf5Table table = create(file, StoreFiles.ofSystem())) {
      try (Transaction transaction = table.begin()) {
        append(transaction, FIRST);
        assertThatExceptionOfType(OutOfMemoryError.class)
            .isThrownBy(
                () ->
                    transaction.commit(
                        false,
                        view -> {
                          throw new OutOfMemoryError("asked for");
                        }));
      }

      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> append(table, SECOND, false))
          .withMessageContaining("open it again");
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(table::checkpoint)
          .withMessageContaining("open it again");
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("open it again");
    }
    assertThat(valuesIn(file)).isEqualTo(joined(BEFORE, FIRST));
  }

  /** What a commit changes after that, the new journal must have as it was before. */
  @Test
  void aJournalThatTookTheOthersPlaceCountsAlsoIfTheOtherCannotBeClosed() throws IOException {
    ErringFiles files = new ErringFiles(false);
    Path file = folder.resolve("table.h5");
    int rows = 40_000; // whose index has more than a checkpoint keeps of it
    try (Hdf5Table table = Hdf5Table.create(file, Map.of(), SCHEMAS, 0, files, false)) {
      try (Transaction transaction = table.begin()) {
        transaction.createColumns(
            List.of(new ColumnSpec("a", ElementType.INT32, new int[0], 1, Filters.NONE)),
            List.of());
        append(transaction, IntStream.range(0, rows).boxed().toList());
        transaction.commit(false);
      }
      table.checkpoint();
      while (Files.size(Journal.beside(file)) <= 8 << 20) {
        replaceEachTenth(table, rows);
      }
      files.closingJournalFails = true;
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(table::checkpoint)
          .withMessage("closing failed");
      assertThat(Files.size(Journal.beside(file))).isLessThan(8 << 20);
      int kept = before(file);

      replaceEachTenth(table, rows);

      assertThat(before(file)).isGreaterThan(kept);
    }
  }

  private static int before(Path file) throws IOException {
    return JournalContents.read(Journal.beside(file), StoreFiles.ofSystem()).before().size();
  }

  private static void replaceEachTenth(Hdf5Table table, int rows) throws IOException {
    try (Transaction transaction = table.begin()) {
      for (int row = 0; row < rows; row += 10) {
        transaction.replace(row, 0, ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
      }
      transaction.commit(false);
    }
  }

  private static List<Integer> joined(List<Integer> first, List<Integer> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  private static Hdf5Table create(Path file, StoreFiles files) throws IOException {
    Hdf5Table table = Hdf5Table.create(file, Map.of(), SCHEMAS, 0, files, false);
    try (Transaction transaction = table.begin()) {
      transaction.createColumns(
          List.of(new ColumnSpec("a", ElementType.INT32, new int[0], 4, Filters.NONE)), List.of());
      append(transaction, BEFORE);
      transaction.commit(true);
    }
    table.checkpoint();
    return table;
  }

  private static void append(Hdf5Table table, List<Integer> values, boolean durable)
      throws IOException {
    try (Transaction transaction = table.begin()) {
      append(transaction, values);
      transaction.commit(durable);
    }
  }

  private static void append(Transaction transaction, List<Integer> values) throws IOException {
    ByteBuffer rows = ByteBuffer.allocate(4 * values.size()).order(ByteOrder.LITTLE_ENDIAN);
    values.forEach(rows::putInt);
    transaction.append(values.size(), column -> rows.flip());
  }

  private interface Step {
    void run() throws IOException;
  }

  private static boolean succeeds(Step step) {
    try {
      step.run();
      return true;
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("open it again");
      return false;
    } catch (OutOfMemoryError e) {
      assertThat(e).hasMessage("asked for");
      return false;
    }
  }

  private static List<Integer> valuesIn(Path file) throws IOException {
    try (Hdf5Table table = Hdf5Table.open(file, SCHEMAS, 0, StoreFiles.ofSystem())) {
      List<Integer> values = new ArrayList<>();
      for (long row = 0; row < table.view().rows(); row++) {
        values.add(table.view().getInt(0, row));
      }
      return values;
    }
  }
}
