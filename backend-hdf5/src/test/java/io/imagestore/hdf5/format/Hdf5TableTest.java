package io.imagestore.hdf5.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.imagestore.spi.StoreFiles;
import io.imagestore.testkit.Awaiting;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class Hdf5TableTest {

  private static final List<TableSchema> SCHEMAS =
      List.of(new TableSchema(List.of("number", "square"), List.of()));

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void make() throws IOException {
    file = folder.resolve("table.h5");
    Hdf5Table.create(file, Map.of("title", "squares"), SCHEMAS, 0, StoreFiles.ofSystem(), false)
        .close();
  }

  private Hdf5Table open() throws IOException {
    return Hdf5Table.open(file, SCHEMAS, 1 << 20, StoreFiles.ofSystem());
  }

  private static void createColumns(Transaction transaction, int chunkRows, Filters filters) {
    transaction.createColumns(
        List.of(
            new ColumnSpec("number", ElementType.INT32, new int[0], chunkRows, filters),
            new ColumnSpec("square", ElementType.INT64, new int[0], chunkRows, filters)),
        List.of());
  }

  private static void append(Transaction transaction, int number) throws IOException {
    ByteBuffer[] row = {
      ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(number).flip(),
      ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong((long) number * number).flip()
    };
    transaction.append(1, column -> row[column]);
  }

  private static void assertSquares(TableView view, int rows) throws IOException {
    assertThat(view.rows()).isEqualTo(rows);
    for (int row = 0; row < rows; row++) {
      assertThat(view.getInt(0, row)).isEqualTo(row);
      assertThat(view.getLong(1, row)).isEqualTo((long) row * row);
    }
  }

  @Test
  void aChecksumIsThatOfTheReferenceImplementation() {
    // Both from the comments of lookup3.c.
    byte[] text = "Four score and seven years ago".getBytes(StandardCharsets.US_ASCII);
    assertThat(Lookup3.hash(new byte[0], 0, 0)).isEqualTo(0xdeadbeef);
    assertThat(Lookup3.hash(text, 0, text.length)).isEqualTo(0x17770551);
  }

  @Test
  void theChecksumOfTwoPiecesIsThatOfTheWhole() {
    byte[] whole = new byte[5000];
    new Random(1).nextBytes(whole);
    for (int first : new int[] {0, 1, 1000, 4999, 5000}) {
      int second = whole.length - first;
      int firstCrc = crc(whole, 0, first);
      int secondCrc = crc(whole, first, second);
      assertThat(ChecksumJoin.join(firstCrc, secondCrc, second)).isEqualTo(crc(whole, 0, 5000));
      assertThat(new ChecksumJoin(second).join(firstCrc, secondCrc)).isEqualTo(crc(whole, 0, 5000));
    }
  }

  private static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  /** Squares of 0, 1, 2 and so on, all at once. */
  private record Squares(int count, boolean checksumsRight) implements RowSource {

    @Override
    public ByteBuffer values(int column) {
      ByteBuffer values = ByteBuffer.allocateDirect(count * bytes(column));
      values.order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < count; i++) {
        if (column == 0) {
          values.putInt(i);
        } else {
          values.putLong((long) i * i);
        }
      }
      return values.flip();
    }

    @Override
    public int[] checksums(int column) {
      byte[] all = new byte[count * bytes(column)];
      values(column).get(all);
      return IntStream.range(0, count)
          .map(i -> crc(all, i * bytes(column), bytes(column)) + (checksumsRight ? 0 : 1))
          .toArray();
    }

    private static int bytes(int column) {
      return column == 0 ? 4 : 8;
    }
  }

  /** Rows seen by who opens what one commit of so many left when the system was started anew. */
  private long rowsAfterARestart(int rows, boolean checksumsRight) throws IOException {
    Path left = folder.resolve("left.h5");
    try (Hdf5Table table = open()) {
      try (Transaction transaction = table.begin()) {
        createColumns(transaction, 64, Filters.NONE);
        transaction.append(rows, new Squares(rows, checksumsRight));
        transaction.commit(false);
      }
      Files.copy(file, left);
      Files.write(Journal.beside(left), Restart.journalOf(file));
    }
    try (Hdf5Table table = Hdf5Table.open(left, SCHEMAS, 0, StoreFiles.ofSystem())) {
      assertSquares(table.view(), (int) table.view().rows());
      return table.view().rows();
    }
  }

  @Test
  void rowsWhoseChecksumsAreGivenSurviveARestart() throws IOException {
    assertThat(rowsAfterARestart(1000, true)).isEqualTo(1000);
  }

  @Test
  void rowsThatDoNotFitTheirChecksumsAreNotTakenForWhole() throws IOException {
    assertThat(rowsAfterARestart(1000, false)).isZero();
  }

  @Test
  void aClosedFileIsMappedNoMore() throws IOException {
    Path maps = Path.of("/proc/self/maps");
    assumeThat(maps).exists();
    try (StorageFile storage = StorageFile.openReadOnly(file)) {
      storage.get(0, ByteBuffer.allocate(8), 8);
      assertThat(Files.readString(maps)).contains(file.toString());
    }
    assertThat(Files.readString(maps)).doesNotContain(file.toString());
  }

  @Test
  void rowsInChunksOfOneFillPagedIndexBlocks() throws IOException {
    int rows = 140_000;
    try (Hdf5Table table = open();
        Transaction transaction = table.begin()) {
      createColumns(transaction, 1, Filters.NONE);
      for (int row = 0; row < rows; row++) {
        append(transaction, row);
      }
      transaction.commit(false);
    }
    try (Hdf5Table table = Hdf5Table.openReadOnly(file, SCHEMAS, 0)) {
      assertSquares(table.view(), rows);
    }
  }

  @Test
  void addressesMayBeBeyondFourGibibytes() throws IOException {
    try (Hdf5Table table = open()) {
      try (Transaction transaction = table.begin()) {
        createColumns(transaction, 100, Filters.NONE);
        append(transaction, 0);
        for (int gibibyte = 0; gibibyte < 5; gibibyte++) {
          table.writer().space().allocate(1 << 30); // a hole
        }
        for (int row = 1; row < 1000; row++) {
          append(transaction, row);
        }
        transaction.commit(true);
      }
      assertSquares(table.view(), 1000);
    }
    assertThat(Files.size(file)).isGreaterThan(5L << 30);
    try (Hdf5Table table = open()) {
      assertSquares(table.view(), 1000);
      try (Transaction transaction = table.begin()) {
        append(transaction, 1000);
        transaction.commit(true);
      }
    }
    try (Hdf5Table table = Hdf5Table.openReadOnly(file, SCHEMAS, 0)) {
      assertSquares(table.view(), 1001);
    }
  }

  /** The file is made longer in steps of 32 MiB, when something is written behind its end. */
  @Test
  void aChunkOfWhichOnlyTheBeginningIsWrittenLiesInTheFileAsAWhole() throws IOException {
    int step = 32 << 20;
    int rows = 1 << 17;
    Path left = folder.resolve("left.h5");
    try (Hdf5Table table = open();
        Transaction transaction = table.begin()) {
      createColumns(transaction, rows, Filters.NONE);
      append(transaction, 0);
      transaction.commit(true);
    }
    try (Hdf5Table table = open()) {
      try (Transaction transaction = table.begin()) {
        for (int row = 1; row < rows; row++) {
          append(transaction, row);
        }
        FreeSpace space = table.writer().space();
        int bytesOfBoth = 12 * rows;
        space.allocate((int) (step - bytesOfBoth / 2 - space.end()));
        append(transaction, rows);
        transaction.commit(false);
      }
      try (Hdf5Table reader = Hdf5Table.openReadOnly(file, SCHEMAS, 0)) {
        assertThat(reader.view().rows()).isEqualTo(rows + 1);
      }
      Files.write(Journal.beside(left), Restart.journalOf(file));
      Files.copy(file, left);
    }
    try (Hdf5Table table = open()) {
      assertThat(table.view().rows()).isEqualTo(rows + 1);
    }
    // What the power leaves may be shorter.
    for (int length : new int[] {2 * step, step}) {
      try (RandomAccessFile raw = new RandomAccessFile(left.toFile(), "rw")) {
        raw.setLength(length);
      }
      int whole = length == step ? 1 : rows + 1;
      try (Hdf5Table table = Hdf5Table.openReadOnly(left, SCHEMAS, 0)) {
        assertThat(table.view().rows()).isEqualTo(whole);
      }
    }
    try (Hdf5Table table = Hdf5Table.open(left, SCHEMAS, 0, StoreFiles.ofSystem())) {
      assertThat(table.view().rows()).isEqualTo(1);
    }
  }

  @Test
  void aTransactionThatIsNotCommittedLeavesNothing() throws IOException {
    try (Hdf5Table table = open()) {
      try (Transaction transaction = table.begin()) {
        createColumns(transaction, 8, Filters.NONE);
        append(transaction, 0);
        transaction.commit(false);
      }
      long bytes = table.view().bytes();
      try (Transaction transaction = table.begin()) {
        for (int row = 1; row < 500; row++) {
          append(transaction, -row);
        }
        transaction.replace(0, 0, ByteBuffer.allocate(4));
      }
      assertSquares(table.view(), 1);
      assertThat(table.view().bytes()).isEqualTo(bytes);
    }
    assertThat(Files.size(file)).isLessThan(2000);
    try (Hdf5Table table = open()) {
      assertSquares(table.view(), 1);
    }
  }

  @Test
  void spaceOfReplacedRowsIsUsedAgain() throws IOException {
    try (Hdf5Table table = open()) {
      try (Transaction transaction = table.begin()) {
        createColumns(transaction, 1000, new Filters(true, 1));
        for (int row = 0; row < 10_000; row++) {
          append(transaction, row);
        }
        transaction.commit(false);
      }
      for (int round = 0; round < 100; round++) {
        try (Transaction transaction = table.begin()) {
          transaction.replace(round * 100L, 0, ByteBuffer.wrap(new byte[] {(byte) round, 0, 0, 0}));
          transaction.commit(false);
        }
        table.checkpoint();
      }
    }
    assertThat(Files.size(file)).isLessThan(150_000);
  }

  private void writeSquares(int rows, int chunkRows) throws IOException {
    try (Hdf5Table table = open();
        Transaction transaction = table.begin()) {
      createColumns(transaction, chunkRows, Filters.NONE);
      for (int row = 0; row < rows; row++) {
        append(transaction, row);
      }
      transaction.commit(false);
    }
  }

  private static void shrink(Hdf5Table table, int rows) throws IOException {
    try (Transaction transaction = table.begin()) {
      transaction.shrink(rows);
      transaction.commit(false);
    }
    table.checkpoint();
  }

  @Test
  void whatAnOlderViewRefersToIsOutdatedOnceItWasOverwritten() throws IOException {
    writeSquares(8, 8);
    try (Hdf5Table table = open();
        ReadWatch watch = table.watch()) {
      TableView before = table.view();
      assertThat(watch.read(() -> before.getInt(0, 7))).isEqualTo(7);

      shrink(table, 4); // clears the rows that are no more

      assertThatExceptionOfType(OutdatedException.class)
          .isThrownBy(() -> watch.read(() -> before.getInt(0, 7)));
      assertThat(table.read(() -> table.view().getInt(0, 3))).isEqualTo(3);
    }
  }

  @Test
  void aWriterWaitsForWhoeverHoldsAViewBeforeItOverwritesThat() throws Exception {
    writeSquares(8, 8);
    try (Hdf5Table table = open()) {
      Thread writer;
      AtomicReference<IOException> failure = new AtomicReference<>();
      try (ReadWatch watch = table.hold()) {
        TableView before = table.view();
        writer = new Thread(() -> failure.set(failureOf(() -> shrink(table, 4))));
        writer.start();
        Thread waiting = writer;
        Awaiting.until("a writer that waits", () -> waiting.getState() == Thread.State.WAITING);

        assertThat(watch.read(() -> before.getInt(0, 7))).isEqualTo(7);
      }
      writer.join();
      assertThat(failure.get()).isNull();
      assertThat(table.view().rows()).isEqualTo(4);
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private static @Nullable IOException failureOf(Step step) {
    try {
      step.run();
      return null;
    } catch (IOException e) {
      return e;
    }
  }

  @Test
  void aTableThatIsOnlyReadIsOutdatedOnceWhatItRefersToWasOverwritten() throws IOException {
    writeSquares(8, 8);
    try (Hdf5Table reader = Hdf5Table.openReadOnly(file, SCHEMAS, 0);
        Hdf5Table writer = open()) {
      reader.read(
          () -> {
            assertSquares(reader.view(), 8);
            return true;
          });
      shrink(writer, 4);

      assertThatExceptionOfType(OutdatedException.class)
          .isThrownBy(() -> reader.read(() -> reader.view().getInt(0, 0)));
      try (Hdf5Table again = Hdf5Table.openReadOnly(file, SCHEMAS, 0)) {
        assertThat(again.read(() -> again.view().getInt(0, 3))).isEqualTo(3);
      }
    }
  }

  @Test
  void aTableThatIsOnlyReadStaysCurrentWhileRowsAreOnlyAppended() throws IOException {
    writeSquares(8, 8);
    try (Hdf5Table writer = open()) {
      try (Transaction transaction = writer.begin()) {
        append(transaction, 8);
        transaction.commit(false);
      }
      try (Hdf5Table reader = Hdf5Table.openReadOnly(file, SCHEMAS, 0)) {
        for (int row = 9; row < 200; row++) {
          try (Transaction transaction = writer.begin()) {
            append(transaction, row);
            transaction.commit(false);
          }
          writer.checkpoint();
        }

        assertThat(reader.read(() -> reader.view().getLong(1, 8))).isEqualTo(64);
      }
    }
  }

  @Test
  void aFileThatLostItsCounterIsOnlyRead() throws IOException {
    writeSquares(8, 8);
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
      raw.seek(ReuseCounter.ADDRESS);
      raw.write(new byte[ReuseCounter.BYTES]);
    }

    assertThatExceptionOfType(UnsupportedHdf5Exception.class)
        .isThrownBy(this::open)
        .withMessageContaining("made the file anew");
    try (Hdf5Table table = Hdf5Table.openReadOnly(file, SCHEMAS, 0)) {
      assertSquares(table.view(), 8);
    }
  }

  @Test
  void anIndexThatIsDamagedIsNamedWithItsAddress() throws IOException {
    try (Hdf5Table table = open();
        Transaction transaction = table.begin()) {
      createColumns(transaction, 1, Filters.NONE);
      for (int row = 0; row < 100; row++) {
        append(transaction, row);
      }
      transaction.commit(false);
    }
    byte[] bytes = Files.readAllBytes(file);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("EADB");
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
      raw.seek(at + 30L);
      raw.write(bytes[at + 30] ^ 1);
    }

    assertThatExceptionOfType(Hdf5FormatException.class)
        .isThrownBy(this::open)
        .withMessageContaining("'EADB' at address " + at);
  }

  @Test
  void eachBitThatFlipsIsNoticedOrDoesNoHarm() throws IOException {
    try (Hdf5Table table = open();
        Transaction transaction = table.begin()) {
      createColumns(transaction, 4, new Filters(false, 6));
      for (int row = 0; row < 100; row++) {
        append(transaction, row);
      }
      transaction.commit(false);
    }
    byte[] bytes = Files.readAllBytes(file);
    int noticed = 0;
    for (int at = 0; at < bytes.length; at++) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= (byte) (1 << (at % 8));
      Files.write(file, damaged);
      try (Hdf5Table table = Hdf5Table.openReadOnly(file, SCHEMAS, 0)) {
        TableView view = table.view();
        assertThat(view.rows()).as("byte %d", at).isIn(0L, 100L);
        table.read(
            () -> {
              assertSquares(view, (int) view.rows());
              return true;
            });
      } catch (Hdf5FormatException | UnsupportedHdf5Exception | FileInUseException e) {
        noticed++;
      }
    }
    assertThat(noticed).isGreaterThan(bytes.length / 2);
  }

  @Test
  void aFileThatWasCutOffIsRefused() throws IOException {
    try (Hdf5Table table = open();
        Transaction transaction = table.begin()) {
      createColumns(transaction, 10, Filters.NONE);
      for (int row = 0; row < 100; row++) {
        append(transaction, row);
      }
      transaction.commit(false);
    }
    byte[] bytes = Files.readAllBytes(file);
    for (int length = bytes.length - 1; length > 0; length -= 97) {
      Files.write(file, Arrays.copyOf(bytes, length));

      assertThatExceptionOfType(Hdf5FormatException.class)
          .as("%d bytes", length)
          .isThrownBy(this::open);
    }
  }
}
