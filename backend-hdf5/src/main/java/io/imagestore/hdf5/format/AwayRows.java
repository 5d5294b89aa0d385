package io.imagestore.hdf5.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Which rows of an unfiltered chunk lie elsewhere, since an earlier state still refers to what is
 * in their place. The checkpoint brings them home. Immutable.
 *
 * @param rows their numbers in the chunk, ascending
 * @param addresses where each lies
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record AwayRows(int[] rows, long[] addresses) {

  static final AwayRows NONE = new AwayRows(new int[0], new long[0]);

  /** What a row takes elsewhere: what it has, up to where the next one can lie. */
  static int bytes(int rowBytes) {
    return (int) FreeSpace.align(rowBytes);
  }

  int count() {
    return rows.length;
  }

  /** These, and others in place of those of the same numbers. */
  AwayRows with(SortedMap<Integer, Long> others) {
    int[] allRows = new int[rows.length + others.size()];
    long[] allAddresses = new long[allRows.length];
    int count = 0;
    int own = 0;
    for (Map.Entry<Integer, Long> other : others.entrySet()) {
      int row = other.getKey();
      while (own < rows.length && rows[own] < row) {
        allRows[count] = rows[own];
        allAddresses[count++] = addresses[own++];
      }
      if (own < rows.length && rows[own] == row) {
        own++;
      }
      allRows[count] = row;
      allAddresses[count++] = other.getValue();
    }
    while (own < rows.length) {
      allRows[count] = rows[own];
      allAddresses[count++] = addresses[own++];
    }
    return new AwayRows(Arrays.copyOf(allRows, count), Arrays.copyOf(allAddresses, count));
  }

  /** Where a row lies, or -1 if that is at home. */
  long address(int row) {
    int at = Arrays.binarySearch(rows, row);
    return at < 0 ? -1 : addresses[at];
  }

  /** The first of them that is no less than a row, or as many as there are. */
  int indexFrom(int row) {
    int at = Arrays.binarySearch(rows, row);
    return at < 0 ? -1 - at : at;
  }

  /** What brings the rows before some number home. */
  List<Move> moves(long chunk, int rowBytes, int endRow) {
    List<Move> moves = new ArrayList<>();
    for (int i = 0; i < rows.length && rows[i] < endRow; i++) {
      moves.add(new Move(addresses[i], chunk + (long) rows[i] * rowBytes, rowBytes));
    }
    return moves;
  }

  /** The space that they take elsewhere. */
  List<Extent> extents(int rowBytes) {
    return Arrays.stream(addresses)
        .mapToObj(address -> new Extent(address, bytes(rowBytes)))
        .toList();
  }
}
