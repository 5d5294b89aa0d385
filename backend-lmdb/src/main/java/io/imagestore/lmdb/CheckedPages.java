package io.imagestore.lmdb;

/**
 * Remembers which pages have been checked, as far as they fit. It may forget one, which is checked
 * again then, and takes little memory, however large the file is.
 *
 * <p>LMDB writes a page of a snapshot anew three transactions later at the earliest. So a page that
 * belonged to a snapshot up to two transactions ago, and to this one, is the same.
 *
 * <p>Safe in any thread: a page and its transaction are one number, which is read and written as a
 * whole; what is lost in a race is forgotten.
 */
final class CheckedPages {

  private static final int LEAST = 1 << 8;
  private static final int MOST = 1 << 20;

  private static final int PAGE_BITS = 40;
  private static final long PAGE_MASK = (1L << PAGE_BITS) - 1;
  private static final int TRANSACTION_MASK = (1 << (Long.SIZE - PAGE_BITS)) - 1;
  private static final int UNCHANGED_FOR = 2;

  // At the place that the page's lowest bits tell: the transaction's lowest bits, then the page.
  private final long[] pages;

  private CheckedPages(int places) {
    this.pages = new long[places];
  }

  /** None yet. */
  static CheckedPages none() {
    return new CheckedPages(LEAST);
  }

  /** The same, or one with more room, if that many pages shall fit. */
  CheckedPages withRoomFor(long count) {
    long wanted = Math.max(LEAST, Math.min(MOST, 2 * count));
    return pages.length >= wanted
        ? this
        : new CheckedPages((int) Math.min(MOST, 2 * Long.highestOneBit(wanted)));
  }

  boolean contains(long page, long transaction) {
    int place = (int) page & (pages.length - 1);
    long found = pages[place];
    if ((found & PAGE_MASK) != page) {
      return false;
    }
    int age = (int) (transaction - (found >>> PAGE_BITS)) & TRANSACTION_MASK;
    if (age > UNCHANGED_FOR) {
      return false;
    }
    if (age > 0) {
      add(page, transaction);
    }
    return true;
  }

  void add(long page, long transaction) {
    pages[(int) page & (pages.length - 1)] = transaction << PAGE_BITS | page;
  }
}
