package io.imagestore.lmdb;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one snapshot, in memory ({@code MDB_page} in {@code mdb.c}). Each bears its number
 * and its kind at its head; branches and leaves are checked when they are entered.
 */
final class Pages {

  static final int HEADER_BYTES = 16;

  static final int BRANCH = 0x01;
  static final int LEAF = 0x02;
  static final int OVERFLOW = 0x04;

  /** Those before are meta pages. */
  static final int FIRST = 2;

  private static final int KIND = 10;
  private static final int RUN = 12;

  private final FileWindows.View view;
  private final CheckedPages checked;
  private final @Nullable FreePages free;
  private final Meta meta;
  private final long transaction;
  private final int pageBytes;
  private final int pageBits;
  private final long lastPage;

  Pages(FileWindows.View view, CheckedPages checked, Meta meta) {
    this(view, checked, meta, null);
  }

  private Pages(FileWindows.View view, CheckedPages checked, Meta meta, @Nullable FreePages free) {
    this.view = view;
    this.checked = checked;
    this.free = free;
    this.meta = meta;
    this.transaction = meta.transaction();
    this.pageBytes = meta.pageBytes();
    this.pageBits = Integer.numberOfTrailingZeros(pageBytes);
    this.lastPage = meta.lastPage();
  }

  /** The same, which tell a list of free pages when one is entered. */
  Pages telling(FreePages free) {
    return new Pages(view, checked, meta, free);
  }

  int pageBytes() {
    return pageBytes;
  }

  long lastPage() {
    return lastPage;
  }

  /** The memory in which a page lies. */
  ByteBuffer window(long page) {
    return view.window(page << pageBits);
  }

  /** Where it lies there. */
  int offset(long page) {
    return view.offset(page << pageBits);
  }

  /**
   * Enters a page of a tree.
   *
   * @param kind what it should be
   * @return where it lies in its window
   * @throws PageDamageException if it isn't what it should be
   */
  int enter(long page, int kind, KeyOrder order) {
    requireRun(page, 1);
    ByteBuffer in = window(page);
    int at = offset(page);
    requireHead(in, at, page, kind);
    if (order == KeyOrder.NAME) {
      NodeCheck.check(this, in, at, page, kind == LEAF, order); // few, and looser rules
    } else if (!checked.contains(page, transaction)) {
      NodeCheck.check(this, in, at, page, kind == LEAF, order);
      checked.add(page, transaction);
    }
    tell(page, 1);
    return at;
  }

  /**
   * Finds a large value, which has a run of pages to itself.
   *
   * @return where in the file its bytes begin
   * @throws PageDamageException if it isn't there
   */
  private long locateRun(long page, long size) {
    long count = pagesFor(size);
    requireRun(page, count);
    ByteBuffer in = window(page);
    int at = offset(page);
    requireHead(in, at, page, OVERFLOW);
    long told = Integer.toUnsignedLong(in.getInt(at + RUN));
    if (told < count) {
      throw new PageDamageException(
          page, "begins a value of " + size + " bytes, but only " + told + " pages are its own");
    }
    requireRun(page, told);
    return (page << pageBits) + HEADER_BYTES;
  }

  /**
   * Checks that a large value has just as many pages as it needs.
   *
   * @throws PageDamageException if not
   */
  void requireExactRun(long page, long size) {
    long told = runPages(page, size);
    long count = pagesFor(size);
    if (told != count) {
      throw new PageDamageException(
          page,
          "begins a value of " + size + " bytes, which takes " + count + " pages, not " + told);
    }
  }

  private void tell(long page, long count) {
    if (free != null) {
      free.noteUse(page, count);
    }
  }

  /** Tells the list of free pages which of them the value of a leaf's node lies in. */
  void tellOfValue(ByteBuffer in, int node) {
    long header = in.getLong(node);
    if (NodeCheck.flags(header) == NodeCheck.BIG_DATA) {
      tell(in.getLong(NodeCheck.value(node, header)), pagesFor(NodeCheck.valueSize(header)));
    }
  }

  /**
   * How many pages a large value has to itself: as many as it needs, or more if LMDB made it
   * shorter within the transaction that wrote it.
   *
   * @throws PageDamageException if it has fewer
   */
  long runPages(long page, long size) {
    long at = locateRun(page, size) - HEADER_BYTES;
    return Integer.toUnsignedLong(view.window(at).getInt(view.offset(at) + RUN));
  }

  /**
   * The value of a leaf's node, as it lies in memory; a copy where it doesn't lie in one window.
   *
   * @param node where the node lies in its window
   * @return at position 0
   */
  ByteBuffer value(ByteBuffer in, int node) {
    long header = in.getLong(node);
    long size = NodeCheck.valueSize(header);
    int value = NodeCheck.value(node, header);
    return NodeCheck.flags(header) == NodeCheck.BIG_DATA
        ? view.slice(locateLarge(in.getLong(value), size), (int) size)
        : in.slice(value, (int) size);
  }

  private long locateLarge(long run, long size) {
    if (size > Integer.MAX_VALUE) {
      throw new PageDamageException(run, "begins a value of " + size + " bytes, more than 2 GiB");
    }
    return locateRun(run, size);
  }

  /** How long the value of a leaf's node is, which is checked to be there. */
  int valueSize(ByteBuffer in, int node) {
    long header = in.getLong(node);
    long size = NodeCheck.valueSize(header);
    if (NodeCheck.flags(header) == NodeCheck.BIG_DATA) {
      locateLarge(in.getLong(NodeCheck.value(node, header)), size);
    }
    return (int) size;
  }

  /** Copies the value of a leaf's node, as long as the buffer's rest, into it. */
  void copyValue(ByteBuffer in, int node, ByteBuffer into) {
    long header = in.getLong(node);
    int value = NodeCheck.value(node, header);
    if (NodeCheck.flags(header) == NodeCheck.BIG_DATA) {
      view.copy(locateLarge(in.getLong(value), into.remaining()), into);
    } else {
      FileWindows.put(in, value, into.remaining(), into);
    }
  }

  private long pagesFor(long size) {
    return (HEADER_BYTES + size - 1) / pageBytes + 1;
  }

  /** Checks that pages can be there. */
  void requireRun(long page, long count) {
    if (page < FIRST || page > lastPage || count > lastPage + 1 - page) {
      throw new PageDamageException(
          page, "can't be the first of " + count + ": the last is page " + lastPage);
    }
    if ((page + count) << pageBits > view.length()) {
      throw new PageDamageException(
          page,
          "is the first of "
              + count
              + ", but the file ends after "
              + view.length()
              + " bytes: it is cut off");
    }
  }

  private static void requireHead(ByteBuffer in, int at, long page, int kind) {
    long number = in.getLong(at);
    int found = Short.toUnsignedInt(in.getShort(at + KIND));
    if (number != page || found != kind) {
      throw new PageDamageException(
          page,
          String.format("calls itself page %d, of kind %x instead of %x", number, found, kind));
    }
  }
}
