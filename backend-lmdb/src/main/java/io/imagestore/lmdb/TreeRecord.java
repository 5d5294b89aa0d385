package io.imagestore.lmdb;

import java.nio.ByteBuffer;

/**
 * What LMDB notes of one B+tree ({@code MDB_db} in {@code mdb.c}).
 *
 * @param flags how its keys compare, and more; 0 for plain bytes
 * @param depth how many pages lie on the way from the root to a value's node, both included
 * @param pages how many pages it takes, those of large values included
 * @param nodePages how many of them are branches and leaves
 * @param entries how many keys it holds
 * @param root its uppermost page, or {@link #NO_PAGE} if it is empty
 */
record TreeRecord(int flags, int depth, long pages, long nodePages, long entries, long root) {

  static final int BYTES = 48;

  /** Stands for no page. */
  static final long NO_PAGE = -1;

  /** The tree without an entry. */
  static final TreeRecord EMPTY = new TreeRecord(0, 0, 0, 0, 0, NO_PAGE);

  // What the flags say of how keys and values compare; the free pages' tree has the environment's
  // own flags beside.
  private static final int ORDER = 0x7E;
  private static final int NUMBERS = 0x08;

  private static final int FLAGS = 4;
  private static final int DEPTH = 6;
  private static final int BRANCH_PAGES = 8;
  private static final int LEAF_PAGES = 16;
  private static final int OVERFLOW_PAGES = 24;
  private static final int ENTRIES = 32;
  private static final int ROOT = 40;

  // LMDB's cursors go no deeper.
  private static final int DEEPEST = 32;

  /**
   * Reads a record.
   *
   * @param page which holds it, for messages
   */
  static TreeRecord read(ByteBuffer in, int at, long page) {
    long branchAndLeafPages = in.getLong(at + BRANCH_PAGES) + in.getLong(at + LEAF_PAGES);
    TreeRecord tree =
        new TreeRecord(
            Short.toUnsignedInt(in.getShort(at + FLAGS)),
            Short.toUnsignedInt(in.getShort(at + DEPTH)),
            branchAndLeafPages + in.getLong(at + OVERFLOW_PAGES),
            branchAndLeafPages,
            in.getLong(at + ENTRIES),
            in.getLong(at + ROOT));
    boolean empty = tree.isEmpty();
    if (empty != (tree.entries == 0)
        || empty != (tree.depth == 0)
        || tree.entries < 0
        || tree.depth > DEEPEST) {
      throw new PageDamageException(page, "tells of a tree that can't be: " + tree);
    }
    return tree;
  }

  /** How many of its pages are those of large values. */
  long largeValuePages() {
    return pages - nodePages;
  }

  /** Whether its keys are numbers of the machine's, with one value each. */
  boolean hasNumbers() {
    return (flags & ORDER) == NUMBERS;
  }

  boolean isEmpty() {
    return root == NO_PAGE;
  }
}
