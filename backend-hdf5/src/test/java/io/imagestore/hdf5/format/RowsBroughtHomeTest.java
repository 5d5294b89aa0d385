package io.imagestore.hdf5.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.spi.StoreFiles;
import io.imagestore.testkit.FaultyDisk;
import io.imagestore.testkit.FaultyDisk.Failure;
import io.imagestore.testkit.FaultyDisk.Operation;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that lie elsewhere from their replacement on until a checkpoint brings them home. */
final class RowsBroughtHomeTest {

  private static final List<TableSchema> SCHEMAS =
      List.of(new TableSchema(List.of("a", "b"), List.of()));
  private static final int PAGE = 4096;

  @TempDir Path folder;

  private static Hdf5Table create(Path file, int rows, int chunkRows, StoreFiles files)
      throws IOException {
    Hdf5Table table = Hdf5Table.create(file, Map.of(), SCHEMAS, 0, files, false);
    try (Transaction transaction = table.begin()) {
      transaction.createColumns(
          List.of(
              new ColumnSpec("a", ElementType.INT32, new int[0], chunkRows, Filters.NONE),
              new ColumnSpec("b", ElementType.INT32, new int[0], chunkRows, Filters.NONE)),
          List.of());
      append(transaction, rows);
      transaction.commit(false);
    }
    table.checkpoint();
    return table;
  }

  private static void append(Transaction transaction, int rows) throws IOException {
    transaction.append(
        rows,
        column -> {
          ByteBuffer values = ByteBuffer.allocate(4 * rows).order(ByteOrder.LITTLE_ENDIAN);
          for (int row = 0; row < rows; row++) {
            values.putInt(row);
          }
          return values.flip();
        });
  }

  private static void replace(Hdf5Table table, int row, int value) throws IOException {
    try (Transaction transaction = table.begin()) {
      replace(transaction, row, value);
      transaction.commit(false);
    }
  }

  private static void replace(Transaction transaction, int row, int value) throws IOException {
    for (int column = 0; column < 2; column++) {
      ByteBuffer bytes = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
      transaction.replace(row, column, bytes.putInt(value).flip());
    }
  }

  private static int[] values(TableView view) throws IOException {
    int[] values = new int[(int) view.rows()];
    ByteBuffer all = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    view.get(0, 0, values.length, all);
    for (int row = 0; row < values.length; row++) {
      values[row] = all.getInt(4 * row);
      assertThat(view.getInt(0, row)).isEqualTo(values[row]);
      assertThat(view.getInt(1, row)).isEqualTo(values[row]);
    }
    return values;
  }

  private static int[] counting(int rows) {
    int[] values = new int[rows];
    Arrays.setAll(values, i -> i);
    return values;
  }

  private static long home(Hdf5Table table, int row) {
    Chunk chunk = table.view().chunk(0, 0);
    return chunk == null ? -1 : chunk.address() + 4L * row;
  }

  private static int readHome(Path file, long address) throws IOException {
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "r")) {
      raw.seek(address);
      return Integer.reverseBytes(raw.readInt());
    }
  }

  private static void writeHome(Path file, long address, int value) throws IOException {
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
      raw.seek(address);
      raw.writeInt(Integer.reverseBytes(value));
    }
  }

  private static Path copy(Path file, Path to) throws IOException {
    Files.copy(file, to);
    Files.copy(Journal.beside(file), Journal.beside(to));
    return to;
  }

  private static int valueAfterACrash(Path left, int row) throws IOException {
    int seen;
    try (Hdf5Table table = Hdf5Table.openReadOnly(left, SCHEMAS, 0)) {
      seen = values(table.view())[row];
    }
    try (Hdf5Table table = Hdf5Table.open(left, SCHEMAS, 0, StoreFiles.ofSystem())) {
      assertThat(values(table.view())[row]).isEqualTo(seen);
      assertThat(table.view().moves()).isEmpty();
    }
    try (Hdf5Table table = Hdf5Table.openReadOnly(left, SCHEMAS, 0)) {
      assertThat(values(table.view())[row]).isEqualTo(seen);
    }
    return seen;
  }

  @Test
  void aReplacedRowIsReadElsewhereUntilACheckpointBringsItHome() throws IOException {
    Path file = folder.resolve("table.h5");
    try (Hdf5Table table = create(file, 60, 64, StoreFiles.ofSystem())) {
      TableView before = table.view();
      long home = home(table, 5);
      try (ReadWatch watch = table.watch()) {
        replace(table, 5, -5);

        assertThat(watch.read(() -> before.getInt(0, 5))).isEqualTo(5);
        assertThat(table.view().getInt(0, 5)).isEqualTo(-5);
        assertThat(readHome(file, home)).isEqualTo(5);
        try (Hdf5Table reader = Hdf5Table.openReadOnly(file, SCHEMAS, 0)) {
          assertThat(reader.read(() -> values(reader.view())[5])).isEqualTo(-5);

          table.checkpoint();

          assertThatExceptionOfType(OutdatedException.class)
              .isThrownBy(() -> reader.read(() -> reader.view().getInt(0, 5)));
        }
        assertThatExceptionOfType(OutdatedException.class)
            .isThrownBy(() -> watch.read(() -> before.getInt(0, 5)));
      }
      assertThat(readHome(file, home)).isEqualTo(-5);
      assertThat(values(table.view())[5]).isEqualTo(-5);
    }
    try (Hdf5Table table = Hdf5Table.openReadOnly(file, SCHEMAS, 0)) {
      assertThat(values(table.view())[5]).isEqualTo(-5);
    }
  }

  @Test
  void aCopyThatDidNotReachTheDeviceIsMadeAgain() throws IOException {
    Path file = folder.resolve("table.h5");
    try (Hdf5Table table = create(file, 60, 64, StoreFiles.ofSystem())) {
      replace(table, 5, -5);
      table.checkpoint();
      for (int i = 0; i < 10; i++) {
        Path left = copy(file, folder.resolve("left-" + i));
        writeHome(left, home(table, 5), i); // half a copy, or none
        assertThat(valueAfterACrash(left, 5)).isEqualTo(-5);
        replace(table, 20 + i, 1000 + i); // not where row 5 has been
      }
      table.checkpoint();
      replace(table, 5, -6);
      table.checkpoint();
      replace(table, 6, -7);
      assertThat(valueAfterACrash(copy(file, folder.resolve("left")), 5)).isEqualTo(-6);
    }
  }

  @Test
  void nothingIsBroughtHomeBeforeTheCheckpointIsOnTheDevice() throws IOException {
    for (int sync = 1; sync <= 2; sync++) { // the file, and the journal
      Path disk = Files.createDirectories(folder.resolve("disk-" + sync));
      FaultyDisk faulty = new FaultyDisk(disk, sync);
      Path file = disk.resolve("table.h5");
      Hdf5Table failed = create(file, 60, 64, faulty);
      long home = home(failed, 5);
      replace(failed, 5, -5);
      faulty.failOnce(Set.of(Operation.SYNC), sync, Failure.IO_ERROR);

      assertThatExceptionOfType(IOException.class).isThrownBy(failed::checkpoint);

      assertThat(readHome(file, home)).isEqualTo(5);
      assertThat(values(failed.view())[5]).isEqualTo(-5);
      assertThatExceptionOfType(IOException.class).isThrownBy(failed::close);
      try (Hdf5Table table = Hdf5Table.open(file, SCHEMAS, 0, faulty)) {
        assertThat(values(table.view())[5]).isEqualTo(-5);
      }
    }
  }

  /**
   * The commit that appended a row vouches for what is at the row's home before it was replaced.
   */
  @Test
  void aRecoveryThatFailsAnywhereLeavesNothingLess() throws IOException {
    Path file = folder.resolve("table.h5");
    List<Path> lefts = new ArrayList<>();
    try (Hdf5Table table = create(file, 10, 64, StoreFiles.ofSystem())) {
      try (Transaction transaction = table.begin()) {
        append(transaction, 40);
        transaction.commit(false);
      }
      replace(table, 30, -1);
      for (int nth = 1; nth <= 40; nth++) {
        Path disk = Files.createDirectories(folder.resolve("disk-" + nth));
        lefts.add(copy(file, disk.resolve("table.h5")));
      }
    }
    for (int nth = 1; nth <= lefts.size(); nth++) {
      Path left = lefts.get(nth - 1);
      FaultyDisk faulty = new FaultyDisk(left.getParent(), nth);
      faulty.failFrom(EnumSet.allOf(Operation.class), nth, Failure.IO_ERROR);
      try (Hdf5Table table = Hdf5Table.open(left, SCHEMAS, 0, faulty)) {
        assertThat(table.view().rows()).isEqualTo(50);
      } catch (IOException e) {
        assertThat(faulty.failures()).as("operation " + nth).isPositive();
      }
      faulty.heal();
      try (Hdf5Table table = Hdf5Table.open(left, SCHEMAS, 0, faulty)) {
        int[] values = values(table.view());
        assertThat(values).as("operation " + nth).hasSize(50);
        assertThat(values[30]).as("operation " + nth).isEqualTo(-1);
        assertThat(values[31]).isEqualTo(21);
      }
    }
  }

  @Test
  void rowsBehindAShrunkEndAreNotBroughtHome() throws IOException {
    Path file = folder.resolve("table.h5");
    try (Hdf5Table table = create(file, 60, 64, StoreFiles.ofSystem())) {
      long home = home(table, 59);
      replace(table, 59, -59);
      try (Transaction transaction = table.begin()) {
        transaction.shrink(59);
        transaction.commit(false);
      }
      try (Transaction transaction = table.begin()) {
        append(transaction, 3); // of which one lies where an earlier state has another
        transaction.commit(false);
      }
      assertThat(Arrays.copyOfRange(values(table.view()), 58, 62)).containsExactly(58, 0, 1, 2);
      try (Transaction transaction = table.begin()) {
        transaction.shrink(59);
        transaction.commit(false);
      }
      table.checkpoint();
      assertThat(readHome(file, home)).isZero();
      assertThat(values(table.view())).isEqualTo(counting(59));
    }
  }

  /** Both files as they were at some moment. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Moment(byte[] file, byte[] journal, int[] values) {

    static Moment of(Path file, Hdf5Table table) throws IOException {
      byte[] bytes = new byte[(int) table.writer().space().end() + PAGE];
      try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "r")) {
        raw.readFully(bytes);
      }
      return new Moment(bytes, Restart.journalOf(file), RowsBroughtHomeTest.values(table.view()));
    }
  }

  /**
   * With one row a chunk the index has more than a checkpoint keeps of it, and a commit has to add
   * what was there before; with more rows a chunk, some thousand rows lie elsewhere.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 64})
  void ofPagesFromAnyMomentSinceACheckpointAWholeStateIsMadeAlsoOfALargeTable(int chunkRows)
      throws IOException {
    SplittableRandom random = new SplittableRandom(chunkRows);
    Path file = folder.resolve("table.h5");
    List<Moment> moments = new ArrayList<>();
    int rows = 20_000;
    try (Hdf5Table table = create(file, rows, chunkRows, StoreFiles.ofSystem())) {
      int patches =
          JournalContents.read(Journal.beside(file), StoreFiles.ofSystem()).before().size();
      moments.add(Moment.of(file, table));
      for (int commit = 1; commit <= 5; commit++) {
        try (Transaction transaction = table.begin()) {
          for (int row = random.nextInt(9); row < rows; row += 1 + random.nextInt(30)) {
            replace(transaction, row, -commit);
          }
          transaction.shrink(rows - commit);
          transaction.commit(false);
        }
        moments.add(Moment.of(file, table));
      }
      JournalContents journal = JournalContents.read(Journal.beside(file), StoreFiles.ofSystem());
      if (chunkRows == 1) {
        assertThat(journal.before()).hasSizeGreaterThan(patches);
      } else {
        assertThat(journal.commits()).anyMatch(commit -> commit.moves().size() > 1000);
      }
    }
    List<int[]> states = moments.stream().map(Moment::values).toList();
    for (int loss = 0; loss < 12; loss++) {
      Path left = folder.resolve("left-" + loss);
      Files.write(left, mixed(moments.stream().map(Moment::file).toList(), random));
      byte[] journal = mixed(moments.stream().map(Moment::journal).toList(), random);
      Files.write(Journal.beside(left), journal);
      try (Hdf5Table table = Hdf5Table.openReadOnly(left, SCHEMAS, 0)) {
        int[] seen = values(table.view());
        assertThat(states).as("loss " + loss).anyMatch(state -> Arrays.equals(state, seen));
      }
      try (Hdf5Table table = Hdf5Table.open(left, SCHEMAS, 0, StoreFiles.ofSystem())) {
        int[] seen = values(table.view());
        assertThat(states).as("loss " + loss).anyMatch(state -> Arrays.equals(state, seen));
      }
    }
  }

  private static byte[] mixed(List<byte[]> versions, SplittableRandom random) {
    byte[] mixed = versions.get(versions.size() - 1).clone();
    int sameness = 1 + random.nextInt(200);
    for (int at = 0; at < mixed.length; at += PAGE) {
      byte[] version = versions.get(random.nextInt(versions.size()));
      int count = Math.min(PAGE, version.length - at);
      if (count > 0 && random.nextInt(sameness) == 0) {
        System.arraycopy(version, at, mixed, at, count);
      }
    }
    return mixed;
  }
}
