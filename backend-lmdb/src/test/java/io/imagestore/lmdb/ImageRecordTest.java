package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptImageException;
import io.imagestore.ImageShape;
import io.imagestore.SampleType;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.spi.Checksums;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ImageRecordTest {

  private static final Path STORE = Path.of("store");
  private static final long ID = 5;
  private static final ImageShape SHAPE = new ImageShape(7, 5, 3, SampleType.UINT16);

  // Where they lie in the record of a "jpeg".
  private static final int SAMPLE_TYPE = 16;
  private static final int FLAGS = 29;
  private static final int COMPLEMENT = 30;
  private static final int CRC = 31;

  private final ByteBuffer memory = ByteBuffer.allocateDirect(35).order(ByteOrder.LITTLE_ENDIAN);
  private final Slice slice = new Slice();
  private final ImageRecord record = new ImageRecord();

  @BeforeEach
  void aStagedRecord() {
    NativeLibrary.load();
    record.set(ID, -3, SHAPE, "jpeg", 99, true, 77, true);
    slice.address = NativeMemory.addressOf(memory);
    slice.size = record.size();
    record.writeTo(slice.address);
  }

  @Test
  void whatIsWrittenIsRead() {
    record.set(1, 1, new ImageShape(1, 1, 1), null, 1, false, 0, false);

    record.readFrom(slice, ID, STORE);

    assertThat(record.label()).isEqualTo(-3);
    assertThat(record.shape()).isEqualTo(SHAPE);
    assertThat(record.format()).isEqualTo("jpeg");
    assertThat(record.bytesCrc()).isEqualTo(99);
    assertThat(record.metadataCrc()).isEqualTo(77);
    assertThat(record.hasMetadata()).isTrue();
    assertThat(record.isStaged()).isTrue();
  }

  @Test
  void aSettledRecordDiffersInThatAlone() {
    record.readFrom(slice, ID, STORE);
    record.setSettled();
    record.writeTo(slice.address);

    record.readFrom(slice, ID, STORE);

    assertThat(record.isStaged()).isFalse();
    assertThat(record.hasMetadata()).isTrue();
    assertThat(record.format()).isEqualTo("jpeg");
  }

  @Test
  void itsChecksumIsThatOfEveryBackend() {
    assertThat(memory.getInt(CRC))
        .isEqualTo(new Checksums().ofRecord(ID, -3, SHAPE, "jpeg", 99, 77));
  }

  @Test
  void theRecordOfAnotherImageIsDamage() {
    assertThatExceptionOfType(CorruptImageException.class)
        .isThrownBy(() -> record.readFrom(slice, ID + 1, STORE))
        .withMessageContaining("checksum");
  }

  @Test
  void eachFlippedBitIsDamage() {
    for (int bit = 0; bit < Byte.SIZE * slice.size; bit++) {
      int at = bit / Byte.SIZE;
      byte whole = memory.get(at);
      memory.put(at, (byte) (whole ^ 1 << bit % Byte.SIZE));

      assertThatExceptionOfType(CorruptImageException.class)
          .as("bit %d", bit)
          .isThrownBy(() -> record.readFrom(slice, ID, STORE));

      memory.put(at, whole);
    }
  }

  @Test
  void flagsOfALaterReleaseAreRefused() {
    memory.put(FLAGS, (byte) 4).put(COMPLEMENT, (byte) ~4);

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> record.readFrom(slice, ID, STORE))
        .withMessageContaining("image 5")
        .withMessageContaining("flags 4");
  }

  @Test
  void samplesOfALaterReleaseAreRefused() {
    memory.put(SAMPLE_TYPE, (byte) 3);
    ByteBuffer covered = ByteBuffer.allocate(Long.BYTES + FLAGS).order(ByteOrder.LITTLE_ENDIAN);
    covered.putLong(ID).put(memory.slice(0, FLAGS)).flip();
    memory.putInt(CRC, new Checksums().of(covered));

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> record.readFrom(slice, ID, STORE))
        .withMessageContaining("samples of type 3");
  }
}
