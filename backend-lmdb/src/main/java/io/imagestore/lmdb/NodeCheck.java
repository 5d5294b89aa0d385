package io.imagestore.lmdb;

import java.nio.ByteBuffer;

/**
 * Checks the nodes of a branch or leaf ({@code MDB_node} in {@code mdb.c}): behind the page's
 * header a pointer to each, in the order of their keys; from the page's end on the nodes, without a
 * gap.
 */
final class NodeCheck {

  static final int NODE_HEADER_BYTES = 8;

  static final int BIG_DATA = 0x01;
  static final int SUB_DATABASE = 0x02;

  private static final int LOWER = 12;
  private static final int UPPER = 14;
  private static final long PAGE_MASK = (1L << 48) - 1;
  private static final long SIZE_MASK = (1L << 32) - 1;

  private NodeCheck() {}

  /** How many nodes a page has. */
  static int count(ByteBuffer in, int at) {
    return (Short.toUnsignedInt(in.getShort(at + LOWER)) - Pages.HEADER_BYTES) / Short.BYTES;
  }

  /** Where in the window a node begins. */
  static int node(ByteBuffer in, int at, int index) {
    return at + Short.toUnsignedInt(in.getShort(at + Pages.HEADER_BYTES + index * Short.BYTES));
  }

  /** How long a node's key is. */
  static int keySize(long header) {
    return (int) (header >>> 48);
  }

  /** What kind of value a leaf's node has. */
  static int flags(long header) {
    return (int) (header >>> 32) & 0xFFFF;
  }

  /** How long the value of a leaf's node is. */
  static long valueSize(long header) {
    return header & SIZE_MASK;
  }

  /** Where in the window a leaf's node has its value, or the number of its page. */
  static int value(int node, long header) {
    return node + NODE_HEADER_BYTES + keySize(header);
  }

  /** The page to which a branch's node leads. */
  static long child(long header) {
    return header & PAGE_MASK;
  }

  /**
   * Checks all nodes of a page.
   *
   * @param at where in the window it begins
   * @param page its number
   * @throws PageDamageException if they can't be
   */
  static void check(Pages pages, ByteBuffer in, int at, long page, boolean leaf, KeyOrder order) {
    int lower = Short.toUnsignedInt(in.getShort(at + LOWER));
    int upper = Short.toUnsignedInt(in.getShort(at + UPPER));
    int pageBytes = pages.pageBytes();
    int count = count(in, at);
    if (lower % 2 != 0 || lower > upper || upper > pageBytes || count < (leaf ? 1 : 2)) {
      throw new PageDamageException(
          page, "says that its free room is from " + lower + " to " + upper);
    }
    long nodeBytes = 0;
    int previous = 0;
    int previousSize = 0;
    for (int i = 0; i < count; i++) {
      int node = node(in, at, i);
      if (node < at + upper || node > at + pageBytes - NODE_HEADER_BYTES) {
        throw new PageDamageException(page, "has node " + i + " at " + (node - at));
      }
      long header = in.getLong(node);
      int keySize = keySize(header);
      long bytes = NODE_HEADER_BYTES + keySize + (leaf ? valueBytes(page, header, order) : 0);
      bytes += bytes & 1;
      if (node + bytes > at + pageBytes) {
        throw new PageDamageException(page, "has node " + i + " of " + bytes + " bytes");
      }
      nodeBytes += bytes;
      if (!leaf) {
        pages.requireRun(child(header), 1);
      }
      if (!leaf && i == 0) {
        continue; // its key is no more than a place; it leads to all that comes before the next
      }
      int key = node + NODE_HEADER_BYTES;
      if (order != KeyOrder.NAME && keySize != Long.BYTES) {
        throw new PageDamageException(page, "has a key of " + keySize + " bytes instead of 8");
      }
      if (previous > 0 && !order.areAscending(in, previous, previousSize, key, keySize)) {
        throw new PageDamageException(page, "has keys " + (i - 1) + " and " + i + " out of order");
      }
      previous = key;
      previousSize = keySize;
    }
    if (nodeBytes != pageBytes - upper) {
      throw new PageDamageException(
          page,
          "has nodes of " + nodeBytes + " bytes in a room of " + (pageBytes - upper) + " bytes");
    }
  }

  /** How many bytes of the page a leaf's node takes for its value. */
  private static long valueBytes(long page, long header, KeyOrder order) {
    int flags = flags(header);
    if (flags == BIG_DATA) {
      return Long.BYTES;
    }
    if (flags == 0 || (flags == SUB_DATABASE && order == KeyOrder.NAME)) {
      return valueSize(header);
    }
    throw new PageDamageException(page, "has a node with the flags " + flags);
  }
}
