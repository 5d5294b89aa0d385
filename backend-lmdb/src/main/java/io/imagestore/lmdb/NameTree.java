package io.imagestore.lmdb;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A tree whose keys are names, such as the main one, in which LMDB notes the others. They are small
 * and are read whole. A cursor that stands at one of their entries.
 */
final class NameTree {

  /** Looks at the entry at which a tree stands. */
  interface Visitor {
    void visit(NameTree entry);
  }

  private final Pages pages;
  private ByteBuffer in = ByteBuffer.allocate(0);
  private int at;
  private int node;
  private long page;
  private long entries;
  private long entered;

  private NameTree(Pages pages) {
    this.pages = pages;
  }

  /**
   * Goes through all entries.
   *
   * @throws PageDamageException if a page is damaged, or entries are missing
   */
  static void forEach(Pages pages, TreeRecord tree, Visitor visitor) {
    NameTree entry = new NameTree(pages);
    if (!tree.isEmpty()) {
      entry.walk(tree.root(), tree.depth(), visitor);
    }
    if (entry.entries != tree.entries()) {
      throw new PageDamageException(
          tree.root(), "leads to " + entry.entries + " names instead of " + tree.entries());
    }
  }

  /** Goes to the first entry of a tree; null if it has none. */
  static @Nullable NameTree first(Pages pages, TreeRecord tree) {
    if (tree.isEmpty()) {
      return null;
    }
    NameTree entry = new NameTree(pages);
    long next = tree.root();
    for (int level = tree.depth(); level > 1; level--) {
      entry.enter(next, level);
      entry.goTo(0);
      next = NodeCheck.child(entry.header());
    }
    entry.enter(next, 1);
    entry.goTo(0);
    return entry;
  }

  private void walk(long number, int level, Visitor visitor) {
    if (++entered > pages.lastPage()) {
      throw new PageDamageException(number, "is led to again and again");
    }
    int count = enter(number, level);
    for (int i = 0; i < count; i++) {
      goTo(i);
      if (level > 1) {
        walk(NodeCheck.child(header()), level - 1, visitor);
        enter(number, level);
      } else {
        entries++;
        visitor.visit(this);
      }
    }
  }

  private int enter(long number, int level) {
    at = pages.enter(number, level > 1 ? Pages.BRANCH : Pages.LEAF, KeyOrder.NAME);
    in = pages.window(number);
    page = number;
    return NodeCheck.count(in, at);
  }

  private void goTo(int index) {
    node = NodeCheck.node(in, at, index);
  }

  private long header() {
    return in.getLong(node);
  }

  /** Whether its key is this name. */
  boolean isNamed(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    return NodeCheck.keySize(header()) == bytes.length
        && in.slice(node + NodeCheck.NODE_HEADER_BYTES, bytes.length)
            .equals(ByteBuffer.wrap(bytes));
  }

  /** Its key as a number; 0 if it isn't of eight bytes. */
  long keyNumber() {
    return NodeCheck.keySize(header()) == Long.BYTES
        ? KeyOrder.BYTES_OF_LONG.number(in.getLong(node + NodeCheck.NODE_HEADER_BYTES))
        : 0;
  }

  /** Whether its value tells of a tree. */
  boolean isTree() {
    return NodeCheck.flags(header()) == NodeCheck.SUB_DATABASE;
  }

  /** The tree of which its value tells. */
  TreeRecord toTree() {
    if (NodeCheck.valueSize(header()) != TreeRecord.BYTES) {
      throw new PageDamageException(
          page, "tells of a tree in " + NodeCheck.valueSize(header()) + " bytes");
    }
    return TreeRecord.read(in, NodeCheck.value(node, header()), page);
  }

  /** Tells the list of free pages which of them its value lies in. */
  void tellOfValue() {
    pages.tellOfValue(in, node);
  }

  /** Its value. */
  ByteBuffer value() {
    return pages.value(in, node);
  }
}
