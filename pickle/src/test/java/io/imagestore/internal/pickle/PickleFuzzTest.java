package io.imagestore.internal.pickle;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever bytes come, the reader gives a value or its own exception, soon and in little memory.
 */
class PickleFuzzTest {

  private static final int CASES = 60_000;
  private static final long MAX_ALLOCATED = 8L << 20;
  private static final String OPCODES =
      "(.012FIJKLMNPQRSTUVXabcd}eghijl]opqrst)uGBC\u0080\u0081\u0082\u0085\u0086\u0087\u0088\u0089"
          + "\u008a\u008b\u008c\u008d\u008e\u008f\u0090\u0091\u0092\u0093\u0094\u0095\u0096\u0097";

  private final Random random = new Random(20_260_101);
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void mutatedPicklesGiveAValueOrTheFormatException() {
    int refused = 0;
    List<byte[]> seeds = Pickles.named("").stream().map(Pickles::bytesOf).toList();
    for (int i = 0; i < CASES; i++) {
      byte[] pickle = mutated(seeds.get(random.nextInt(seeds.size())));
      long before = threads.getCurrentThreadAllocatedBytes();
      Throwable failure = failureOf(pickle);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;

      if (failure != null) {
        refused++;
        assertThat(failure)
            .as(() -> "pickle: " + Arrays.toString(pickle))
            .isExactlyInstanceOf(PickleFormatException.class);
      }
      assertThat(allocated)
          .as(() -> "memory of pickle: " + Arrays.toString(pickle))
          .isLessThan(MAX_ALLOCATED);
    }
    assertThat(refused).isBetween(CASES / 4, CASES - CASES / 20);
  }

  private @Nullable Throwable failureOf(byte[] pickle) {
    PickleReader reader = PickleReader.strict().leavingInPlaceFrom(100 + random.nextInt(200));
    PickleReader chosen = random.nextBoolean() ? reader : reader.withUnknownClassesAsRecords();
    try {
      Object value =
          random.nextBoolean()
              ? chosen.read(new ByteArrayInputStream(pickle))
              : chosen.read(ByteBuffer.wrap(pickle));
      assertThat(String.valueOf(value)).isNotEmpty();
      return null;
    } catch (Throwable e) {
      return e;
    }
  }

  private byte[] mutated(byte[] seed) {
    byte[] pickle = seed.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes && pickle.length > 0; i++) {
      pickle = mutatedOnce(pickle);
    }
    return pickle;
  }

  private byte[] mutatedOnce(byte[] pickle) {
    int at = random.nextInt(pickle.length);
    int length = random.nextInt(Math.min(32, pickle.length - at) + 1);
    return switch (random.nextInt(6)) {
      case 0 -> with(pickle, at, (byte) random.nextInt(256));
      case 1 -> with(pickle, at, (byte) OPCODES.charAt(random.nextInt(OPCODES.length())));
      case 2 -> with(pickle, at, (byte) (pickle[at] ^ 1 << random.nextInt(8)));
      case 3 -> spliced(pickle, at, at + length, new byte[0]);
      case 4 -> spliced(pickle, at, at, Arrays.copyOfRange(pickle, at, at + length));
      default ->
          spliced(
              pickle, at, at, new byte[] {(byte) OPCODES.charAt(random.nextInt(OPCODES.length()))});
    };
  }

  private static byte[] with(byte[] pickle, int at, byte value) {
    pickle[at] = value;
    return pickle;
  }

  private static byte[] spliced(byte[] pickle, int from, int to, byte[] between) {
    return Pickles.program(
        Arrays.copyOf(pickle, from), between, Arrays.copyOfRange(pickle, to, pickle.length));
  }
}
