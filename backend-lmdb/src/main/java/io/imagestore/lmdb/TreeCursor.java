package io.imagestore.lmdb;

import java.nio.ByteBuffer;

/**
 * Finds keys in a B+tree whose keys are numbers, and walks it. It goes down from the root for each
 * leaf, and remembers that leaf and the range of keys for which the tree leads there: an empty
 * stack is never wrong, and a leaf holds dozens of keys. Each page is checked as it is entered, its
 * keys against the range as well.
 *
 * <p>For one thread, within one snapshot. A {@link PageDamageException} leaves it at the range of
 * the page that is damaged.
 */
final class TreeCursor {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  // How many a level has: the page's own first key, and those of two nodes to either side.
  private static final int BORDERS = 5;

  private final Pages pages;
  private final TreeRecord tree;
  private final KeyOrder order;

  // The leaf, if it is in one; and the keys that belong there: the lowest, and, if bounded, the
  // first beyond.
  private ByteBuffer in = NOTHING;
  private int at;
  private int count;
  private int index;
  private long page;
  private long lowest;
  private long beyond;
  private boolean bounded;

  TreeCursor(Pages pages, TreeRecord tree, KeyOrder order) {
    this.pages = pages;
    this.tree = tree;
    this.order = order;
  }

  /** Goes to a key; false if it isn't there. Fast where keys follow one another. */
  boolean find(long key) {
    if (!enterLeafOf(key)) {
      return false;
    }
    if (index + 1 < count && keyAt(index + 1) == key) {
      index++;
      return true;
    }
    index = firstFrom(key);
    return index < count && keyAt(index) == key;
  }

  /** Goes to the first key from a given one on; false if there is none. */
  boolean seek(long key) {
    if (!enterLeafOf(key)) {
      return false;
    }
    index = firstFrom(key);
    return index < count || enterNextLeaf();
  }

  /** Goes to the next key; false if there is none. */
  boolean next() {
    index++;
    return index < count || enterNextLeaf();
  }

  /** Goes to the last key; false if there is none. */
  boolean last() {
    if (!enterLeafOf(-1)) { // the highest of unsigned numbers
      return false;
    }
    index = count - 1;
    return true;
  }

  /** The key at which it is. */
  long key() {
    return keyAt(index);
  }

  /** How long the value at which it is is. */
  long valueSize() {
    return NodeCheck.valueSize(in.getLong(node()));
  }

  /**
   * The value at which it is, as it lies in memory.
   *
   * @return read-only or a copy; at position 0
   */
  ByteBuffer value() {
    return pages.value(in, node());
  }

  /** How long the value at which it is is, which is checked to be there. */
  int soundValueSize() {
    return pages.valueSize(in, node());
  }

  /** Fills the rest of a buffer with the value at which it is. */
  void copyValue(ByteBuffer into) {
    pages.copyValue(in, node(), into);
  }

  /** Copies a value that lies in its leaf, as short ones do; of one that doesn't fit, the start. */
  void copyShortValue(byte[] into, int offset) {
    int node = node();
    long header = in.getLong(node);
    int size = (int) Math.min(NodeCheck.valueSize(header), into.length - offset);
    in.get(NodeCheck.value(node, header), into, offset, size);
  }

  /** Checks that the value at which it is has just the pages it needs, if it has pages at all. */
  void requireExactPages() {
    int node = node();
    long header = in.getLong(node);
    if (NodeCheck.flags(header) == NodeCheck.BIG_DATA) {
      long run = in.getLong(NodeCheck.value(node, header));
      pages.requireExactRun(run, NodeCheck.valueSize(header));
    }
  }

  /** How many pages the value at which it is has to itself. */
  long ownPages() {
    int node = node();
    long header = in.getLong(node);
    return NodeCheck.flags(header) == NodeCheck.BIG_DATA
        ? pages.runPages(in.getLong(NodeCheck.value(node, header)), NodeCheck.valueSize(header))
        : 0;
  }

  /** Whether there are keys beyond those of the page in which it is. */
  boolean isBounded() {
    return bounded;
  }

  /** The first of them. */
  long beyond() {
    return beyond;
  }

  /**
   * Enters, and so checks, the pages that LMDB may come by when it deletes a key: it merges a page
   * that has become too empty with the one before or after, or moves a node over, and looks up the
   * lowest keys of both.
   */
  void enterAround(long key) {
    if (tree.isEmpty()) {
      return;
    }
    long[] borders = new long[BORDERS * tree.depth()];
    int found = 0;
    lowest = 0;
    bounded = false;
    long child = tree.root();
    for (int level = tree.depth(); level > 1; level--) {
      enter(child, Pages.BRANCH);
      int node = lastUpTo(key);
      borders[found++] = lowest;
      for (int i = Math.max(1, node - 1); i < Math.min(count, node + BORDERS - 1); i++) {
        borders[found++] = keyAt(i);
      }
      child = childAt(node);
      narrowTo(node);
    }
    for (int i = 0; i < found; i++) {
      descendTo(borders[i]);
      descendTo(Math.max(0, borders[i] - 1));
    }
    descendTo(key);
  }

  /** Enters, and so checks, every page; values that have pages of their own as well. */
  void enterAll() {
    long entries = 0;
    for (boolean more = seek(0); more; more = next()) {
      requireExactPages();
      entries++;
    }
    if (entries != tree.entries()) {
      throw new PageDamageException(
          tree.root(), "leads to " + entries + " entries instead of " + tree.entries());
    }
  }

  /** Enters every page that can be read, and tells of it and of those of large values. */
  void tellOfAll() {
    for (SoundKeys keys = new SoundKeys(this, 0); keys.isThere(); keys.next()) {
      pages.tellOfValue(in, node());
    }
  }

  // Within a leaf.

  private int node() {
    return NodeCheck.node(in, at, index);
  }

  private long keyAt(int index) {
    return order.number(in.getLong(NodeCheck.node(in, at, index) + NodeCheck.NODE_HEADER_BYTES));
  }

  /** The place of the first key from a given one on. */
  private int firstFrom(long key) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(keyAt(middle), key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  // From leaf to leaf.

  private boolean enterLeafOf(long key) {
    if (count > 0
        && Long.compareUnsigned(key, lowest) >= 0
        && (!bounded || Long.compareUnsigned(key, beyond) < 0)) {
      return true;
    }
    if (tree.isEmpty()) {
      return false;
    }
    descendTo(key);
    return true;
  }

  private boolean enterNextLeaf() {
    if (!bounded) {
      return false;
    }
    descendTo(beyond);
    return true;
  }

  private void descendTo(long key) {
    lowest = 0;
    bounded = false;
    index = 0;
    long child = tree.root();
    for (int level = tree.depth(); level > 1; level--) {
      enter(child, Pages.BRANCH);
      int node = lastUpTo(key);
      child = childAt(node);
      narrowTo(node);
    }
    enter(child, Pages.LEAF);
    if (tree.depth() == 1 && count != tree.entries()) {
      int found = count;
      count = 0;
      throw new PageDamageException(
          page, "is the only leaf of a tree of " + tree.entries() + " entries, but has " + found);
    }
  }

  private long childAt(int node) {
    return NodeCheck.child(in.getLong(NodeCheck.node(in, at, node)));
  }

  /** Notes the keys to which a branch's node leads. */
  private void narrowTo(int node) {
    if (node + 1 < count) {
      beyond = keyAt(node + 1);
      bounded = true;
    }
    if (node > 0) {
      lowest = keyAt(node);
    }
  }

  private void enter(long number, int kind) {
    count = 0; // until all is checked
    page = number;
    at = pages.enter(number, kind, order);
    in = pages.window(number);
    count = NodeCheck.count(in, at);
    long first = keyAt(kind == Pages.LEAF ? 0 : 1);
    long last = keyAt(count - 1);
    if (Long.compareUnsigned(first, lowest) < 0
        || (bounded && Long.compareUnsigned(last, beyond) >= 0)) {
      count = 0;
      throw new PageDamageException(
          page, "has keys that don't belong there: " + first + " to " + last);
    }
  }

  /** The node of a branch that leads to a key. */
  private int lastUpTo(long key) {
    int low = 1;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(keyAt(middle), key) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }
}
