package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptImageException;
import io.imagestore.ImageShape;
import io.imagestore.UnsupportedStoreException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ImageRecordTest {

  private static final Path STORE = Path.of("store");
  private static final long ID = 5;

  private final ByteBuffer memory = ByteBuffer.allocateDirect(ImageRecord.BYTES);
  private final Slice slice = new Slice();
  private final ImageRecord record = new ImageRecord();

  @BeforeEach
  void aStagedRecord() {
    NativeLibrary.load();
    slice.address = NativeMemory.addressOf(memory);
    slice.size = ImageRecord.BYTES;
    record.set(ID, -3, new ImageShape(7, 5, 3), 99, true);
    record.writeTo(slice.address);
  }

  @Test
  void whatIsWrittenIsRead() {
    record.readFrom(slice, ID, STORE);

    assertThat(record.label()).isEqualTo(-3);
    assertThat(record.shape()).isEqualTo(new ImageShape(7, 5, 3));
    assertThat(record.checksum()).isEqualTo(99);
    assertThat(record.staged()).isTrue();
  }

  @Test
  void theRecordOfAnotherImageIsDamage() {
    assertThatExceptionOfType(CorruptImageException.class)
        .isThrownBy(() -> record.readFrom(slice, ID + 1, STORE))
        .withMessageContaining("checksum");
  }

  @Test
  void flagsOfALaterReleaseAreRefused() {
    memory.putInt(20, 2);
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, ID));
    crc.update(memory.duplicate().limit(24));
    memory.putInt(24, (int) crc.getValue());

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> record.readFrom(slice, ID, STORE))
        .withMessageContaining("image 5")
        .withMessageContaining("flags 2");
  }
}
