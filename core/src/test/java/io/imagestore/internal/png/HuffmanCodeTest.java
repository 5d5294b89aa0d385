package io.imagestore.internal.png;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HuffmanCodeTest {
  @Test
  void noCodeIsLongerThanTheLimitAndNoneIsLeftOver() {
    Random random = new Random(3);
    for (int limit = 5; limit <= 15; limit++) {
      HuffmanCode code = new HuffmanCode(32, limit);
      for (int round = 0; round < 100; round++) {
        int[] frequencies = new int[32];
        int used = 2 + random.nextInt(31);
        for (int symbol = 0; symbol < used; symbol++) {
          frequencies[symbol] = 1 + (int) Math.pow(1 + random.nextDouble(), random.nextInt(28));
        }
        code.build(frequencies);
        long kraft = 0;
        for (int symbol = 0; symbol < used; symbol++) {
          assertThat(code.length(symbol)).isBetween(1, limit);
          kraft += 1L << (limit - code.length(symbol));
        }
        assertThat(kraft).isEqualTo(1L << limit);
      }
    }
  }

  @Test
  void aFrequentSymbolHasNoLongerCodeThanARareOne() {
    HuffmanCode code = new HuffmanCode(6, 15);
    code.build(new int[] {50, 1, 20, 1, 9, 100});

    assertThat(code.length(5)).isLessThanOrEqualTo(code.length(0));
    assertThat(code.length(0)).isLessThanOrEqualTo(code.length(2));
    assertThat(code.length(2)).isLessThanOrEqualTo(code.length(4));
    assertThat(code.length(4)).isLessThanOrEqualTo(code.length(1));
  }

  @Test
  void theCodeOfKnownFrequenciesIsOptimal() {
    // Huffman's own kind of example: 45, 13, 12, 16, 9, 5 take 224 bits.
    HuffmanCode code = new HuffmanCode(6, 15);
    int[] frequencies = {45, 13, 12, 16, 9, 5};
    code.build(frequencies);

    assertThat(code.cost(frequencies)).isEqualTo(224);
  }
}
