package io.imagestore.hdf5.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.hdf5.format.ObjectHeader.Message;
import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Small files whose checksums fit, and that say what can't be. */
@Timeout(30)
final class HostileFileTest {

  private static final List<TableSchema> SCHEMAS =
      List.of(new TableSchema(List.of("a"), List.of()));
  private static final int ROWS = 40;
  private static final int MAX_INDEX = 44;

  @TempDir Path folder;
  private Path file;
  private ByteBuffer bytes;

  private interface Filling {
    void fill(Transaction transaction) throws IOException;
  }

  @BeforeEach
  void make() throws IOException {
    make(transaction -> transaction.append(ROWS, column -> ByteBuffer.allocate(4 * ROWS)));
  }

  private void make(Filling filling) throws IOException {
    file = folder.resolve("table.h5");
    Files.deleteIfExists(file);
    try (Hdf5Table table =
            Hdf5Table.create(file, Map.of(), SCHEMAS, 0, StoreFiles.ofSystem(), false);
        Transaction transaction = table.begin()) {
      transaction.createColumns(
          List.of(new ColumnSpec("a", ElementType.INT32, new int[0], 1, Filters.NONE)), List.of());
      filling.fill(transaction);
      transaction.commit(true);
    }
    bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private int find(String signature) {
    return new String(bytes.array(), StandardCharsets.ISO_8859_1).indexOf(signature);
  }

  private void seal(int at, int size) {
    bytes.putInt(at + size - 4, Lookup3.hash(bytes.array(), at, size - 4));
  }

  private void assertRefused(String reason) throws IOException {
    Files.write(file, bytes.array());
    assertThatExceptionOfType(Hdf5FormatException.class)
        .isThrownBy(() -> Hdf5Table.openReadOnly(file, SCHEMAS, 0))
        .withMessageContaining(reason);
    assertThatExceptionOfType(Hdf5FormatException.class)
        .isThrownBy(() -> Hdf5Table.open(file, SCHEMAS, 0, StoreFiles.ofSystem()))
        .withMessageContaining(reason);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aLinkInfoMessageThatIsCutOffIsDamaged(int size) {
    Message message = Message.of(Message.LINK_INFO, 0, new byte[size]);

    assertThatExceptionOfType(Hdf5FormatException.class)
        .isThrownBy(() -> Messages.hasLinksElsewhere(message))
        .withMessageContaining("a link info message is damaged");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 1 << 20, 1L << 31, 1L << 60, Long.MAX_VALUE})
  void anIndexThatClaimsMoreThanItsBlocksHoldIsRefused(long length) throws IOException {
    int header = find("EAHD");
    bytes.putLong(header + MAX_INDEX, length);
    seal(header, 72);

    assertRefused("claims to have " + length);
  }

  @Test
  void anIndexWhosePointersAllLeadToOneBlockIsRefused() throws IOException {
    int row = 16_500; // its number lies in the first of 32 blocks that a super block points to
    make(
        transaction -> {
          transaction.append(row + 1, column -> null);
          transaction.replace(row, 0, ByteBuffer.allocate(4));
        });
    int superBlock = find("EASB");
    int pointers = superBlock + 18;
    for (int i = 1; i < 32; i++) {
      bytes.putLong(pointers + 8 * i, bytes.getLong(pointers));
    }
    seal(superBlock, 18 + 32 * 8 + 4);

    assertRefused("more than the file has");
  }

  @Test
  void anObjectHeaderThatContinuesIntoItselfIsRefused() throws IOException {
    int second = 64;
    int size = 8192;
    bytes = ByteBuffer.allocate(second + size).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {'O', 'H', 'D', 'R', 2, 0, 20});
    putContinuation(second, size);
    seal(0, 7 + 20 + 4);
    bytes.position(second).put("OCHK".getBytes(StandardCharsets.US_ASCII));
    putContinuation(second, size);
    seal(second, size);
    Files.write(file, bytes.array());

    try (StorageFile storage = StorageFile.openReadOnly(file)) {
      assertThatExceptionOfType(Hdf5FormatException.class)
          .isThrownBy(() -> ObjectHeader.read(storage, 0))
          .withMessageContaining("more than the file has");
    }
  }

  @Test
  void aSparseFileWhoseHeaderClaimsToFillItIsRefusedBeforeMemoryIsTaken() throws IOException {
    int claimed = 1 << 30;
    bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {'O', 'H', 'D', 'R', 2, 2}).putInt(claimed);
    Files.write(file, bytes.array());
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(2L * claimed);
    }

    try (StorageFile storage = StorageFile.openReadOnly(file)) {
      assertThatExceptionOfType(Hdf5FormatException.class)
          .isThrownBy(() -> ObjectHeader.read(storage, 0))
          .withMessageContaining("more than");
      assertThatExceptionOfType(Hdf5FormatException.class)
          .isThrownBy(() -> storage.read(0, claimed))
          .withMessageContaining("at most " + ByteSource.MAX_BLOCK_BYTES);
    }
  }

  private void putContinuation(long address, long size) {
    bytes.put((byte) Message.CONTINUATION).putShort((short) 16).put((byte) 0);
    bytes.putLong(address).putLong(size);
  }

  @Test
  void aCompressedChunkThatClaimsMoreThanItCanHoldIsRefused() {
    Filters filters = new Filters(false, 6);
    byte[] stored = filters.encode(new byte[10_000], 1);

    assertThatExceptionOfType(Hdf5FormatException.class)
        .isThrownBy(() -> filters.decode(stored, 0, Integer.MAX_VALUE - 64, 1))
        .withMessageContaining("can't hold");
    assertThatExceptionOfType(Hdf5FormatException.class)
        .isThrownBy(() -> filters.salvage(stored, 0, Integer.MAX_VALUE - 64, 1))
        .withMessageContaining("can't hold");
  }

  @Test
  void aChunkThatIsCompressedAsMuchAsDeflateCanIsDecoded() throws IOException {
    Filters filters = new Filters(false, 9);
    byte[] zeros = new byte[8 << 20];

    assertThat(filters.decode(filters.encode(zeros, 1), 0, zeros.length, 1)).isEqualTo(zeros);
  }
}
