package io.imagestore.hdf5;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The decoded chunks used last, by where they begin in their dataset. Safe in any thread. */
final class PieceCache {

  /** However few bytes they have, each takes memory of its own. */
  private static final int MOST_CHUNKS = 1 << 16;

  private final Map<Offset, byte[]> chunks = new LinkedHashMap<>(16, 0.75f, true);
  private final long mostBytes;
  private long bytes;

  /**
   * An empty one.
   *
   * @param mostBytes that it holds, unless the last chunk alone has more
   */
  PieceCache(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** Where a chunk begins. */
  private static final class Offset {
    private final int[] of;

    Offset(int[] of) {
      this.of = of.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Offset offset && Arrays.equals(of, offset.of);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(of);
    }
  }

  synchronized byte @Nullable [] get(int[] offset) {
    return chunks.get(new Offset(offset));
  }

  synchronized void put(int[] offset, byte[] chunk) {
    byte[] before = chunks.put(new Offset(offset), chunk);
    bytes += chunk.length - (before == null ? 0 : before.length);
    while (chunks.size() > 1 && (bytes > mostBytes || chunks.size() > MOST_CHUNKS)) {
      byte[] oldest = chunks.remove(chunks.keySet().iterator().next());
      bytes -= oldest == null ? 0 : oldest.length;
    }
  }
}
