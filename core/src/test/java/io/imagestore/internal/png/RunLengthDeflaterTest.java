package io.imagestore.internal.png;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunLengthDeflaterTest {
  private final RunLengthDeflater deflater = new RunLengthDeflater();
  private final Random random = new Random(7);

  private byte[] roundTrip(byte[] data) throws DataFormatException {
    BitSink out = new BitSink();
    out.reserve(data.length + 1000L);
    int half = Math.min(data.length / 2, RunLengthDeflater.MAX_BLOCK);
    if (half > 0) {
      deflater.block(data, 0, half, false, out);
    }
    deflater.block(data, half, data.length - half, true, out);
    out.align();
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(out.bytes(), 0, out.position());
      byte[] back = new byte[data.length + 1];
      int length = inflater.inflate(back);
      assertThat(inflater.finished()).isTrue();
      return Arrays.copyOf(back, length);
    } finally {
      inflater.end();
    }
  }

  @Test
  void runsOfEveryLengthComeBack() throws DataFormatException {
    for (int run = 1; run <= 600; run++) {
      byte[] data = new byte[run + 20];
      random.nextBytes(data);
      Arrays.fill(data, 10, 10 + run, (byte) run);

      assertThat(roundTrip(data)).isEqualTo(data);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 10, 100, 1000, 65535, 100_000})
  void dataOfEverySkewComesBack(int length) throws DataFormatException {
    for (int skew = 1; skew < 12; skew++) {
      byte[] data = new byte[length];
      for (int i = 0; i < length; i++) {
        data[i] = (byte) (256 * Math.pow(random.nextDouble(), skew));
      }

      assertThat(roundTrip(data)).isEqualTo(data);
    }
  }

  @Test
  void frequenciesThatWouldTakeLongerCodesThanAllowedComeBack() throws DataFormatException {
    // Frequencies as Fibonacci's numbers make the deepest tree.
    byte[] data = new byte[60_000];
    int at = 0;
    int previous = 1;
    int frequency = 1;
    for (int symbol = 0; at + frequency <= data.length; symbol++) {
      for (int i = 0; i < frequency; i++) {
        data[at++] = (byte) symbol;
      }
      int next = previous + frequency;
      previous = frequency;
      frequency = next;
    }
    shuffle(data, at);
    byte[] used = Arrays.copyOf(data, at);

    assertThat(roundTrip(used)).isEqualTo(used);
  }

  private void shuffle(byte[] data, int length) {
    for (int i = length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      byte swap = data[i];
      data[i] = data[j];
      data[j] = swap;
    }
  }
}
