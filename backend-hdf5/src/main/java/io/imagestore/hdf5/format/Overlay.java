package io.imagestore.hdf5.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Bytes that lie over those of a file; what is put later lies over what is put earlier. */
final class Overlay {

  // No two overlap.
  private final TreeMap<Long, byte[]> stretches = new TreeMap<>();

  void put(Patch patch) {
    long from = patch.address();
    long to = from + patch.bytes().length;
    Map.Entry<Long, byte[]> before = stretches.lowerEntry(from);
    if (before != null && end(before) > from) {
      if (end(before) > to) {
        stretches.put(to, tail(before, to));
      }
      stretches.put(
          before.getKey(), Arrays.copyOf(before.getValue(), (int) (from - before.getKey())));
    }
    for (Map.Entry<Long, byte[]> next = stretches.ceilingEntry(from);
        next != null && next.getKey() < to;
        next = stretches.ceilingEntry(from)) {
      stretches.remove(next.getKey());
      if (end(next) > to) {
        stretches.put(to, tail(next, to));
      }
    }
    stretches.put(from, patch.bytes());
  }

  private static long end(Map.Entry<Long, byte[]> stretch) {
    return stretch.getKey() + stretch.getValue().length;
  }

  private static byte[] tail(Map.Entry<Long, byte[]> stretch, long from) {
    return Arrays.copyOfRange(
        stretch.getValue(), (int) (from - stretch.getKey()), stretch.getValue().length);
  }

  /** Covers bytes that were read from the file. */
  void cover(long address, byte[] bytes, int offset, int count) {
    Long first = stretches.floorKey(address);
    for (Map.Entry<Long, byte[]> stretch :
        stretches
            .subMap(first == null ? address : first, true, address + count, false)
            .entrySet()) {
      long from = Math.max(address, stretch.getKey());
      long to = Math.min(address + count, end(stretch));
      if (from < to) {
        System.arraycopy(
            stretch.getValue(),
            (int) (from - stretch.getKey()),
            bytes,
            offset + (int) (from - address),
            (int) (to - from));
      }
    }
  }

  /** Where the last of it ends. */
  long end() {
    return stretches.isEmpty() ? 0 : end(stretches.lastEntry());
  }

  /** All of it. */
  List<Patch> patches() {
    List<Patch> patches = new ArrayList<>();
    stretches.forEach((address, bytes) -> patches.add(new Patch(address, bytes)));
    return patches;
  }
}
