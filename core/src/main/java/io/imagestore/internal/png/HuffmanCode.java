package io.imagestore.internal.png;

import java.util.Arrays;

/**
 * A canonical, length-limited Huffman code over an alphabet, as DEFLATE wants it (RFC 1951, section
 * 3.2.2). Lengths come from Moffat and Katajainen's in-place calculation; the few codes longer than
 * the limit are shortened and the Kraft sum is repaired at the expense of other long codes. One
 * object is used over and over.
 */
final class HuffmanCode {
  private static final int SYMBOL_BITS = 9;
  private static final int SYMBOL_MASK = (1 << SYMBOL_BITS) - 1;
  private static final int LENGTH_SHIFT = 16;
  private static final int CODE_MASK = (1 << LENGTH_SHIFT) - 1;

  private final int[] lengths;

  /** For each symbol, its code with the first bit lowest, as DEFLATE emits it, and its length. */
  private final int[] codes;

  private final int limit;
  private final long[] sorted;
  private final int[] weights;
  private final int[] lengthCounts;
  private final int[] nextCodes;

  HuffmanCode(int symbols, int limit) {
    this.limit = limit;
    lengths = new int[symbols];
    codes = new int[symbols];
    sorted = new long[symbols];
    weights = new int[symbols];
    lengthCounts = new int[limit + 1];
    nextCodes = new int[limit + 1];
  }

  /** Makes the code for these frequencies, of which at least two must be above zero. */
  void build(int[] frequencies) {
    int used = sortByFrequency(frequencies);
    computeDepths(used);
    limitLengths(used);
    assignLengths(used);
    assignCodes();
  }

  int length(int symbol) {
    return lengths[symbol];
  }

  /** Appends the code of a symbol. */
  void put(int symbol, BitSink out) {
    int code = codes[symbol];
    out.put(code & CODE_MASK, code >>> LENGTH_SHIFT);
  }

  /** How many bits these frequencies take in this code. */
  long cost(int[] frequencies) {
    long cost = 0;
    for (int symbol = 0; symbol < frequencies.length; symbol++) {
      cost += (long) frequencies[symbol] * lengths[symbol];
    }
    return cost;
  }

  private int sortByFrequency(int[] frequencies) {
    int used = 0;
    for (int symbol = 0; symbol < frequencies.length; symbol++) {
      if (frequencies[symbol] > 0) {
        sorted[used++] = (long) frequencies[symbol] << SYMBOL_BITS | symbol;
      }
    }
    Arrays.sort(sorted, 0, used);
    return used;
  }

  /** Turns ascending weights into the depths of their leaves, deepest first. */
  private void computeDepths(int used) {
    int[] a = weights;
    for (int i = 0; i < used; i++) {
      a[i] = (int) (sorted[i] >>> SYMBOL_BITS);
    }
    // Join the two lightest trees, again and again; a joined tree leaves the index of its parent.
    a[0] += a[1];
    int root = 0;
    int leaf = 2;
    for (int next = 1; next < used - 1; next++) {
      a[next] = 0;
      int sum = 0;
      for (int half = 0; half < 2; half++) {
        if (leaf >= used || (root < next && a[root] < a[leaf])) {
          sum += a[root];
          a[root++] = next;
        } else {
          sum += a[leaf++];
        }
      }
      a[next] = sum;
    }
    // Parents to depths of inner nodes.
    a[used - 2] = 0;
    for (int next = used - 3; next >= 0; next--) {
      a[next] = a[a[next]] + 1;
    }
    // Depths of inner nodes to depths of leaves.
    int available = 1;
    int inner = used - 2;
    int next = used - 1;
    for (int depth = 0; available > 0; depth++) {
      int taken = 0;
      while (inner >= 0 && a[inner] == depth) {
        taken++;
        inner--;
      }
      for (; available > taken; available--) {
        a[next--] = depth;
      }
      available = 2 * taken;
    }
  }

  private void limitLengths(int used) {
    Arrays.fill(lengthCounts, 0);
    int kraft = 0;
    for (int i = 0; i < used; i++) {
      int length = Math.min(weights[i], limit);
      lengthCounts[length]++;
      kraft += 1 << (limit - length);
    }
    while (kraft > 1 << limit) {
      int shorter = limit - 1;
      while (lengthCounts[shorter] == 0) {
        shorter--;
      }
      // One leaf moves a level down and takes one of the deepest leaves as its sibling.
      lengthCounts[shorter]--;
      lengthCounts[shorter + 1] += 2;
      lengthCounts[limit]--;
      kraft--;
    }
  }

  private void assignLengths(int used) {
    Arrays.fill(lengths, 0);
    int next = 0;
    for (int length = limit; length > 0; length--) {
      for (int n = lengthCounts[length]; n > 0; n--) {
        lengths[(int) sorted[next++] & SYMBOL_MASK] = length;
      }
    }
    if (next != used) {
      throw new AssertionError(used + " symbols, " + next + " codes");
    }
  }

  private void assignCodes() {
    int code = 0;
    for (int length = 1; length <= limit; length++) {
      code = (code + lengthCounts[length - 1]) << 1;
      nextCodes[length] = code;
    }
    for (int symbol = 0; symbol < lengths.length; symbol++) {
      int length = lengths[symbol];
      if (length > 0) {
        codes[symbol] =
            Integer.reverse(nextCodes[length]++) >>> (Integer.SIZE - length)
                | length << LENGTH_SHIFT;
      }
    }
  }
}
