package io.imagestore.hdf5.format;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * Which parts of the file are free. Space is taken from a free stretch that fits best, or from the
 * end.
 *
 * <p>What a commit lets go of may still be needed to undo that commit, so it is used again only
 * after {@link #checkpoint}.
 */
final class FreeSpace {

  private static final int ALIGNMENT = 8;

  private final TreeSet<Extent> free =
      new TreeSet<>(Comparator.comparingLong(Extent::length).thenComparingLong(Extent::address));
  private final List<Extent> letGo = new ArrayList<>();
  private final List<Extent> taken = new ArrayList<>();
  private long letGoBytes;
  private long end;
  private long committedEnd;
  // From here on, the file has nothing but zeros.
  private long untouched;

  FreeSpace(long end) {
    this.end = end;
    this.committedEnd = end;
    this.untouched = end;
  }

  /** The gaps between stretches in use. */
  static List<Extent> gaps(List<Extent> used, long end) {
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

  /** Adds what is free from the start. */
  void add(Extent extent) {
    long address = align(extent.address());
    if (extent.end() - address >= ALIGNMENT) {
      free.add(new Extent(address, extent.end() - address));
    }
  }

  /** Where what is allocated next to an end begins; nothing ever lies in between. */
  static long align(long address) {
    return (address + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** Takes so many bytes. */
  long allocate(int bytes) {
    Extent fit = free.ceiling(new Extent(0, bytes));
    if (fit != null) {
      free.remove(fit);
      taken.add(new Extent(fit.address(), bytes));
      add(new Extent(fit.address() + bytes, fit.length() - bytes));
      return fit.address();
    }
    long address = align(end);
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
    taken.removeIf(own -> own.address() == extent.address());
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
    free.removeIf(extent -> extent.address() >= committedEnd);
    taken.stream().filter(extent -> extent.address() < committedEnd).forEach(this::add);
    taken.clear();
    untouched = Math.max(untouched, end);
    end = committedEnd;
  }

  /** What was let go of may be used again. */
  void checkpoint() {
    letGo.forEach(this::add);
    letGo.clear();
    letGoBytes = 0;
  }
}
