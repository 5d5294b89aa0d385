package io.imagestore.lmdb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * The pages that no tree uses, as their own tree lists them: under the transaction that freed them
 * their count and their numbers, descending. LMDB takes them as they are, so a damaged list would
 * have it write over pages in use.
 */
final class FreePages {

  private static final int A_SET = 1 << 20;

  private final Pages pages;
  private final Map<Long, BitSet> sets = new HashMap<>();
  private long count;
  private long used = TreeRecord.NO_PAGE;

  private FreePages(Pages pages) {
    this.pages = pages;
  }

  /**
   * Reads and checks the list.
   *
   * @throws PageDamageException if it can't be
   */
  static FreePages read(Pages pages, Meta meta) {
    FreePages free = new FreePages(pages);
    TreeCursor lists = new TreeCursor(pages, meta.free(), KeyOrder.LONG);
    long entries = 0;
    long ownPages = 0;
    for (boolean more = lists.seek(0); more; more = lists.next(), entries++) {
      if (lists.key() > meta.transaction()) {
        throw new PageDamageException(
            meta.free().root(),
            "leads to pages freed by a transaction yet to come: " + lists.key());
      }
      ownPages += lists.ownPages();
      free.add(lists.value().order(ByteOrder.LITTLE_ENDIAN), meta.free().root());
    }
    if (entries != meta.free().entries()) {
      throw new PageDamageException(
          meta.free().root(),
          "leads to " + entries + " lists of free pages instead of " + meta.free().entries());
    }
    // A long list lies in pages of its own, all of which LMDB will free with it.
    if (ownPages != meta.free().largeValuePages()) {
      throw new PageDamageException(
          meta.free().root(),
          "leads to long lists of free pages in "
              + ownPages
              + " pages instead of "
              + meta.free().largeValuePages());
    }
    return free;
  }

  private void add(ByteBuffer list, long root) {
    long length = list.remaining() < Long.BYTES ? -1 : list.getLong(0);
    if (length < 0 || length > list.remaining() / Long.BYTES - 1) {
      throw new PageDamageException(root, "leads to a list of " + length + " free pages");
    }
    long previous = Long.MAX_VALUE;
    for (int i = 1; i <= length; i++) {
      long page = list.getLong(i * Long.BYTES);
      if (page >= previous || page < Pages.FIRST || page > pages.lastPage()) {
        throw new PageDamageException(root, "leads to a list with the free page " + page);
      }
      BitSet set = sets.computeIfAbsent(page / A_SET, number -> new BitSet());
      int place = (int) (page % A_SET);
      if (set.get(place)) {
        throw new PageDamageException(root, "leads to lists that both have page " + page);
      }
      set.set(place);
      previous = page;
      count++;
    }
  }

  /** How many there are. */
  long count() {
    return count;
  }

  /** Whether a page is free. */
  boolean contains(long page) {
    BitSet set = sets.get(page / A_SET);
    return set != null && set.get((int) (page % A_SET));
  }

  /** Notes that pages are in use. */
  void noteUse(long first, long pages) {
    for (long page = first; page < first + pages; page++) {
      if (contains(page)) {
        used = page;
      }
    }
  }

  /**
   * Checks that none of those noted is free.
   *
   * @throws PageDamageException if one is
   */
  void requireUnused() {
    if (used != TreeRecord.NO_PAGE) {
      throw new PageDamageException(used, "is listed as free, but is in use");
    }
  }
}
