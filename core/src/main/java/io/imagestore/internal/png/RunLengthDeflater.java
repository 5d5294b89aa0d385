package io.imagestore.internal.png;

import java.util.Arrays;

/**
 * Compresses to DEFLATE (RFC 1951) with Huffman codes and runs of one byte, and looks for no other
 * repetition. That is what filtered pixels are made of: noise, where a search for matches finds
 * nothing and costs most of the time, and flat areas, where the last byte repeats.
 */
final class RunLengthDeflater {
  /** The most that one call takes: what a stored block can hold. */
  static final int MAX_BLOCK = 65535;

  private static final int END_OF_BLOCK = 256;
  private static final int FIRST_LENGTH = 257;
  private static final int LITERALS_AND_LENGTHS = 286;
  private static final int MIN_RUN = 3;
  private static final int MAX_RUN = 258;

  /** The order in which the lengths of the code length code are sent, section 3.2.7. */
  private static final int[] CODE_LENGTH_ORDER = {
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
  };

  /** Section 3.2.5: for each run length, its symbol, its extra bits and how many they are. */
  private static final short[] RUN_SYMBOL = new short[MAX_RUN + 1];

  private static final byte[] RUN_EXTRA = new byte[MAX_RUN + 1];
  private static final byte[] RUN_EXTRA_BITS = new byte[MAX_RUN + 1];

  static {
    int length = MIN_RUN;
    for (int symbol = FIRST_LENGTH; symbol < LITERALS_AND_LENGTHS - 1; symbol++) {
      int extraBits = Math.max(0, (symbol - FIRST_LENGTH) / 4 - 1);
      for (int extra = 0; extra < 1 << extraBits; extra++) {
        RUN_SYMBOL[length] = (short) symbol;
        RUN_EXTRA[length] = (byte) extra;
        RUN_EXTRA_BITS[length] = (byte) extraBits;
        length++;
      }
    }
    RUN_SYMBOL[MAX_RUN] = LITERALS_AND_LENGTHS - 1;
    RUN_EXTRA[MAX_RUN] = 0;
    RUN_EXTRA_BITS[MAX_RUN] = 0;
  }

  private final HuffmanCode literals = new HuffmanCode(LITERALS_AND_LENGTHS, 15);
  private final HuffmanCode codeLengths = new HuffmanCode(19, 7);
  private final int[] literalCounts = new int[LITERALS_AND_LENGTHS];
  private final int[] codeLengthCounts = new int[19];

  /** The block in symbols: a byte, or {@link #FIRST_LENGTH} - {@link #MIN_RUN} + run. */
  private final short[] tokens = new short[MAX_BLOCK];

  /** The code lengths of the literal code and of two distances, themselves run-length coded. */
  private final int[] lengthSymbols = new int[LITERALS_AND_LENGTHS + 2];

  private final int[] lengthExtras = new int[LITERALS_AND_LENGTHS + 2];
  private int lengthSymbolCount;

  /** Appends one block; at most {@code length} + 5 bytes, for which room must be reserved. */
  void block(byte[] data, int offset, int length, boolean last, BitSink out) {
    int tokenCount = tokenize(data, offset, length);
    literals.build(literalCounts);
    int literalLengths = trimmed(LITERALS_AND_LENGTHS);
    describeLengths(literalLengths);
    codeLengths.build(codeLengthCounts);
    int sentCodeLengths = sentCodeLengths();
    if (dynamicBits(sentCodeLengths) / 8 + 1 >= length + 4) {
      stored(data, offset, length, last, out);
      return;
    }
    out.put(last ? 0b101 : 0b100, 3);
    out.put(literalLengths - 257, 5);
    out.put(1, 5);
    out.put(sentCodeLengths - 4, 4);
    for (int i = 0; i < sentCodeLengths; i++) {
      out.put(codeLengths.length(CODE_LENGTH_ORDER[i]), 3);
    }
    for (int i = 0; i < lengthSymbolCount; i++) {
      int symbol = lengthSymbols[i];
      codeLengths.put(symbol, out);
      if (symbol >= 16) {
        out.put(lengthExtras[i], repeatBits(symbol));
      }
    }
    emit(tokenCount, out);
  }

  /** Splits the block into literals and runs, and counts the symbols. */
  private int tokenize(byte[] data, int offset, int length) {
    int[] counts = literalCounts;
    Arrays.fill(counts, 0);
    counts[END_OF_BLOCK] = 1;
    int count = 0;
    int previous = -1;
    int end = offset + length;
    int i = offset;
    while (i < end) {
      int value = data[i] & 0xff;
      if (value == previous) {
        int run = run(data, i, end, value);
        if (run >= MIN_RUN) {
          counts[RUN_SYMBOL[run]]++;
          tokens[count++] = (short) (FIRST_LENGTH - MIN_RUN + run);
          i += run;
          continue;
        }
      }
      counts[value]++;
      tokens[count++] = (short) value;
      previous = value;
      i++;
    }
    return count;
  }

  private static int run(byte[] data, int from, int dataEnd, int value) {
    int end = Math.min(dataEnd, from + MAX_RUN);
    int i = from + 1;
    while (i < end && (data[i] & 0xff) == value) {
      i++;
    }
    return i - from;
  }

  private void emit(int tokenCount, BitSink out) {
    for (int i = 0; i < tokenCount; i++) {
      int token = tokens[i];
      if (token < FIRST_LENGTH) {
        literals.put(token, out);
      } else {
        int run = token - (FIRST_LENGTH - MIN_RUN);
        int symbol = RUN_SYMBOL[run];
        literals.put(symbol, out);
        // The distance code has two codes of one bit; the first, 0, is distance 1.
        out.put(RUN_EXTRA[run], RUN_EXTRA_BITS[run] + 1);
      }
    }
    literals.put(END_OF_BLOCK, out);
  }

  private int trimmed(int symbols) {
    int count = symbols;
    while (literals.length(count - 1) == 0) {
      count--;
    }
    return count;
  }

  /** Run-length codes the code lengths, section 3.2.7. */
  private void describeLengths(int literalLengths) {
    Arrays.fill(codeLengthCounts, 0);
    lengthSymbolCount = 0;
    int total = literalLengths + 2;
    int i = 0;
    while (i < total) {
      int value = lengthAt(i, literalLengths);
      int run = 1;
      while (i + run < total && lengthAt(i + run, literalLengths) == value) {
        run++;
      }
      i += run;
      if (value == 0) {
        describeZeros(run);
      } else {
        describe(value, 0);
        describeRepeats(value, run - 1);
      }
    }
  }

  /** Two distances, though only the first is used: a code of one is not understood everywhere. */
  private int lengthAt(int index, int literalLengths) {
    return index < literalLengths ? literals.length(index) : 1;
  }

  private void describeZeros(int run) {
    int left = run;
    while (left >= 11) {
      int part = Math.min(left, 138);
      describe(18, part - 11);
      left -= part;
    }
    if (left >= 3) {
      describe(17, left - 3);
      left = 0;
    }
    for (; left > 0; left--) {
      describe(0, 0);
    }
  }

  private void describeRepeats(int value, int run) {
    int left = run;
    while (left >= 3) {
      int part = Math.min(left, 6);
      describe(16, part - 3);
      left -= part;
    }
    for (; left > 0; left--) {
      describe(value, 0);
    }
  }

  private void describe(int symbol, int extra) {
    lengthSymbols[lengthSymbolCount] = symbol;
    lengthExtras[lengthSymbolCount++] = extra;
    codeLengthCounts[symbol]++;
  }

  private static int repeatBits(int symbol) {
    return symbol == 16 ? 2 : symbol == 17 ? 3 : symbol == 18 ? 7 : 0;
  }

  private int sentCodeLengths() {
    int count = CODE_LENGTH_ORDER.length;
    while (codeLengths.length(CODE_LENGTH_ORDER[count - 1]) == 0) {
      count--;
    }
    return count;
  }

  private long dynamicBits(int sentCodeLengths) {
    long bits = 3 + 5 + 5 + 4 + 3L * sentCodeLengths + codeLengths.cost(codeLengthCounts);
    for (int symbol = 16; symbol <= 18; symbol++) {
      bits += (long) codeLengthCounts[symbol] * repeatBits(symbol);
    }
    bits += literals.cost(literalCounts);
    for (int run = MIN_RUN; run <= MAX_RUN; run++) {
      // Each symbol is met once for each of its extra values; count it at its first.
      if (RUN_EXTRA[run] == 0) {
        bits += (long) literalCounts[RUN_SYMBOL[run]] * (RUN_EXTRA_BITS[run] + 1);
      }
    }
    return bits;
  }

  private static void stored(byte[] data, int offset, int length, boolean last, BitSink out) {
    out.put(last ? 1 : 0, 3);
    out.align();
    out.putByte(length);
    out.putByte(length >>> 8);
    out.putByte(~length);
    out.putByte(~length >>> 8);
    out.putBytes(data, offset, length);
  }
}
