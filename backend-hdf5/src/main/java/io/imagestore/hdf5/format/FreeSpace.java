package io.imagestore.hdf5.format;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which parts of a file, or of a dataset of bytes, are free. Space is taken from a free stretch
 * that fits best, or from the end. Stretches side by side are one, though ours may begin only at a
 * multiple of some bytes.
 *
 * <p>What a commit lets go of may still be needed to undo that commit, so it is used again only
 * after {@link #checkpoint}.
 */
final class FreeSpace {

  private static final int ALIGNMENT = 8;

  private final TreeSet<Extent> free =
      new TreeSet<>(Comparator.comparingLong(Extent::length).thenComparingLong(Extent::address));
  private final TreeMap<Long, Extent> freeByAddress = new TreeMap<>();
  private final List<Extent> letGo = new ArrayList<>();
  private final Map<Long, Extent> taken = new TreeMap<>();
  private long letGoBytes;
  private long end;
  private long committedEnd;
  // From here on, the file has nothing but zeros.
  private long untouched;
  // Whether all in use begins where it could have been allocated here. Other programs put things
  // anywhere, also between what ends and where ours could begin.
  private boolean ours = true;
  private final int alignment;

  /** Of a file. */
  FreeSpace(long end) {
    this(end, ALIGNMENT);
  }

  private FreeSpace(long end, int alignment) {
    this.alignment = alignment;
    this.end = end;
    this.committedEnd = end;
    this.untouched = end;
  }

  /** Of a dataset of bytes, all of which are in use. */
  static FreeSpace inBytes(long length) {
    return new FreeSpace(length, 1);
  }

  /** The gaps between stretches in use. */
  private static List<Extent> gaps(List<Extent> used, long end) {
    List<Extent> sorted = new ArrayList<>(used);
    sorted.sort(Comparator.comparingLong(Extent::address));
    List<Extent> gaps = new ArrayList<>();
    long at = 0;
    for (Extent extent : sorted) {
      if (extent.address() > at) {
        gaps.add(new Extent(at, extent.address() - at));
      }
      at = Math.max(at, extent.end());
    }
    if (end > at) {
      gaps.add(new Extent(at, end - at));
    }
    return gaps;
  }

  /**
   * Adds what is free from the start.
   *
   * @param used all that is in use
   */
  void addGaps(List<Extent> used) {
    ours = used.stream().allMatch(extent -> extent.address() % alignment == 0);
    gaps(used, end).forEach(this::add);
  }

  /** Adds nothing, for another program may have put something anywhere. */
  void addNothing() {
    ours = false;
  }

  /** Adds what is free from the start. */
  void add(Extent extent) {
    Map.Entry<Long, Extent> before = freeByAddress.floorEntry(extent.address());
    Map.Entry<Long, Extent> after = freeByAddress.ceilingEntry(extent.address());
    long from = extent.address();
    long to = extent.end();
    if (before != null && reach(before.getValue().end()) >= from) {
      from = take(before.getValue()).address();
      to = Math.max(to, before.getValue().end());
    }
    if (after != null && reach(to) >= after.getKey()) {
      to = Math.max(to, take(after.getValue()).end());
    }
    from = align(from, alignment);
    if (to - from >= alignment) {
      Extent whole = new Extent(from, to - from);
      free.add(whole);
      freeByAddress.put(from, whole);
    }
  }

  private Extent take(Extent extent) {
    free.remove(extent);
    freeByAddress.remove(extent.address());
    return extent;
  }

  /**
   * Up to where nothing lies behind the end of something: to where the next of ours could begin, if
   * all are ours.
   */
  long reach(long from) {
    return ours ? align(from, alignment) : from;
  }

  /** Where what is allocated in a file next to an end begins. */
  static long align(long address) {
    return align(address, ALIGNMENT);
  }

  private static long align(long address, int alignment) {
    return (address + alignment - 1) / alignment * alignment;
  }

  /** Takes so many bytes. */
  long allocate(int bytes) {
    Extent fit = free.ceiling(new Extent(0, bytes));
    if (fit != null) {
      take(fit);
      taken.put(fit.address(), new Extent(fit.address(), bytes));
      add(new Extent(fit.address() + bytes, fit.length() - bytes));
      return fit.address();
    }
    long address = align(end, alignment);
    end = address + bytes;
    return address;
  }

  /** Whether a place just taken is all zero. */
  boolean isUntouched(long address) {
    return address >= untouched;
  }

  /** Gives back at once what was taken since the last commit, and nobody has been told of. */
  void giveBack(Extent extent) {
    add(extent);
    taken.remove(extent.address());
    untouched = Math.max(untouched, end);
  }

  /** Lets go of what a commit no longer needs. */
  void letGo(Extent extent) {
    letGo.add(extent);
    letGoBytes += extent.length();
  }

  long letGoBytes() {
    return letGoBytes;
  }

  long end() {
    return end;
  }

  void commit() {
    taken.clear();
    committedEnd = end;
    untouched = Math.max(untouched, end);
  }

  /** Takes back all that happened since the last commit. */
  void rollback() {
    taken.values().forEach(this::add);
    taken.clear();
    cutOff();
    untouched = Math.max(untouched, end);
    end = committedEnd;
  }

  /** Leaves nothing free behind the committed end, of which all is. */
  private void cutOff() {
    Map.Entry<Long, Extent> last = freeByAddress.lastEntry();
    while (last != null && last.getValue().end() > committedEnd) {
      Extent beyond = take(last.getValue());
      if (beyond.address() < committedEnd) {
        add(new Extent(beyond.address(), committedEnd - beyond.address()));
      }
      last = freeByAddress.lastEntry();
    }
  }

  /** What was let go of may be used again. */
  void checkpoint() {
    letGo.forEach(this::add);
    letGo.clear();
    letGoBytes = 0;
  }
}
