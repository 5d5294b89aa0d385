package io.imagestore.hdf5.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A counter behind the superblock by which readers in other processes learn that something they
 * refer to was overwritten. It lies where HDF5 programs see free space, and they leave it alone.
 *
 * <p>8 bytes of signature, 8 of an identity that is drawn when the file is made and that its
 * journal shares, and the counter, which only ever grows.
 *
 * <p>The rule for writers: first count, then overwrite what an earlier state refers to. The rule
 * for readers: note the counter, load a state, read, and believe what was read only if the counter
 * is still the same. As the present state refers to nothing that is going to be overwritten, what
 * passes is what some commit made. This is a <em>sequence lock</em>, but for its readers' never
 * having to wait: see Hans-J. Boehm, "Can Seqlocks Get Along With Programming Language Memory
 * Models?" (2012), for why readers need the fence.
 */
final class ReuseCounter {

  static final long ADDRESS = Superblock.BYTES;
  static final int BYTES = 24;

  /** Where the rest of a file may begin. */
  static final long END = ADDRESS + BYTES;

  /** The value of a file without a counter, to which nobody here writes. */
  static final long NONE = -1;

  private static final byte[] SIGNATURE = {'H', '5', 'T', 'A', 'B', 'L', 'E', '1'};
  private static final int IDENTITY = 8;
  private static final int VALUE = 16;

  private ReuseCounter() {}

  /**
   * What a file says.
   *
   * @param identity drawn when it was made
   * @param value the count, or {@link #NONE}
   */
  record Reading(long identity, long value) {

    static final Reading NOTHING = new Reading(0, NONE);

    boolean isThere() {
      return value != NONE;
    }

    Reading next() {
      return new Reading(identity, value + 1);
    }

    Patch patch() {
      ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.put(SIGNATURE).putLong(identity).putLong(value);
      return new Patch(ADDRESS, bytes.array());
    }
  }

  /** A new file's, with an identity of its own. */
  static Reading fresh() {
    return new Reading(ThreadLocalRandom.current().nextLong(), 0);
  }

  static Reading read(ByteSource file) throws IOException {
    if (file.length() < END) {
      return Reading.NOTHING;
    }
    byte[] bytes = file.read(ADDRESS, BYTES);
    if (!Arrays.equals(bytes, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length)) {
      return Reading.NOTHING;
    }
    ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return new Reading(view.getLong(IDENTITY), view.getLong(VALUE));
  }

  /** Where the value alone lies. */
  static long valueAddress() {
    return ADDRESS + VALUE;
  }
}
