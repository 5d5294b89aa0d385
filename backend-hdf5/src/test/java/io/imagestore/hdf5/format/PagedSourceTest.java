package io.imagestore.hdf5.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class PagedSourceTest {

  /** Bytes that count up, and that can be cut off. */
  private static final class Counting implements ByteSource {
    private long length = 100_000;

    @Override
    public long length() {
      return length;
    }

    @Override
    public void read(long address, byte[] into, int offset, int count) throws IOException {
      if (address + count > length) {
        throw new Hdf5FormatException("outside of the file");
      }
      for (int i = 0; i < count; i++) {
        into[offset + i] = (byte) (address + i);
      }
    }
  }

  @Test
  void whatIsThereIsReadThoughAHoleBehindItWasCutOffMeanwhile() throws IOException {
    Counting file = new Counting();
    PagedSource source = new PagedSource(file);
    file.length = 1000;

    assertThat(source.read(990, 10)).startsWith((byte) 990).endsWith((byte) 999);
    assertThatExceptionOfType(Hdf5FormatException.class).isThrownBy(() -> source.read(991, 10));
  }
}
