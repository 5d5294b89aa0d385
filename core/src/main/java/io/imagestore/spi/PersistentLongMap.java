package io.imagestore.spi;

import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map from ids to values, ascending by id. Changing it gives a new map that shares
 * nearly all of its nodes with the old one, so a writer publishes a new state by one volatile
 * write, and readers go on with theirs.
 *
 * <p>A radix tree of 32 ways whose nodes hold only what is there (a bitmap says which), and whose
 * levels without a choice are left out: see Donald R. Morrison, "PATRICIA", Journal of the ACM 15
 * (1968), and Phil Bagwell, "Ideal Hash Trees" (2001). Dense ids cost about 5 bytes each beside the
 * value; a change copies one node a level, at most 13.
 *
 * <p>Safe in any thread, for it never changes.
 *
 * @param <V> the values
 */
public final class PersistentLongMap<V> {

  private static final int BITS = 5;
  private static final int MASK = (1 << BITS) - 1;
  private static final PersistentLongMap<?> EMPTY = new PersistentLongMap<>(null, 0);

  private final @Nullable Node root;
  private final int size;

  private PersistentLongMap(@Nullable Node root, int size) {
    this.root = root;
    this.size = size;
  }

  /**
   * A node covers the ids that agree above bit {@code shift + 5}. Its slots are values where shift
   * is 0, nodes elsewhere.
   */
  private static final class Node {
    final long prefix;
    final int shift;
    final int bitmap;
    final Object[] slots;

    Node(long prefix, int shift, int bitmap, Object[] slots) {
      this.prefix = prefix;
      this.shift = shift;
      this.bitmap = bitmap;
      this.slots = slots;
    }

    boolean covers(long id) {
      return prefixOf(id, shift) == prefix;
    }

    boolean has(int bit) {
      return (bitmap & bit) != 0;
    }

    int indexOf(int bit) {
      return Integer.bitCount(bitmap & (bit - 1));
    }

    Node child(int index) {
      return (Node) slots[index];
    }

    /** The lowest id that this node could hold. */
    long base() {
      return shift + BITS >= Long.SIZE ? 0 : prefix << (shift + BITS);
    }

    Node replacing(int index, Object slot) {
      Object[] copy = slots.clone();
      copy[index] = slot;
      return new Node(prefix, shift, bitmap, copy);
    }

    Node adding(int bit, Object slot) {
      int index = indexOf(bit);
      Object[] copy = new Object[slots.length + 1];
      System.arraycopy(slots, 0, copy, 0, index);
      copy[index] = slot;
      System.arraycopy(slots, index, copy, index + 1, slots.length - index);
      return new Node(prefix, shift, bitmap | bit, copy);
    }

    Node removing(int bit) {
      int index = indexOf(bit);
      Object[] copy = new Object[slots.length - 1];
      System.arraycopy(slots, 0, copy, 0, index);
      System.arraycopy(slots, index + 1, copy, index, copy.length - index);
      return new Node(prefix, shift, bitmap & ~bit, copy);
    }
  }

  /**
   * The map of nothing.
   *
   * @param <V> the values
   * @return always the same
   */
  @SuppressWarnings("unchecked") // it holds no value of any type
  public static <V> PersistentLongMap<V> empty() {
    return (PersistentLongMap<V>) EMPTY;
  }

  /**
   * How many ids it holds.
   *
   * @return 0 or more
   */
  public int size() {
    return size;
  }

  /**
   * The highest id.
   *
   * @return empty if there is none
   */
  public OptionalLong lastId() {
    Node node = root;
    if (node == null) {
      return OptionalLong.empty();
    }
    while (node.shift > 0) {
      node = node.child(node.slots.length - 1);
    }
    int highest = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(node.bitmap);
    return OptionalLong.of(node.base() | highest);
  }

  /**
   * Looks an id up.
   *
   * @param id any
   * @return its value, or null
   */
  @SuppressWarnings("unchecked") // leaves hold nothing but values
  public @Nullable V get(long id) {
    return (V) get(root, id);
  }

  private static @Nullable Object get(@Nullable Node root, long id) {
    Node leaf = leaf(root, id);
    int bit = bit(id, 0);
    return leaf != null && leaf.has(bit) ? leaf.slots[leaf.indexOf(bit)] : null;
  }

  /** The leaf that an id would be in, if it is there. */
  private static @Nullable Node leaf(@Nullable Node root, long id) {
    Node node = root;
    while (node != null && node.covers(id)) {
      if (node.shift == 0) {
        return node;
      }
      int bit = bit(id, node.shift);
      node = node.has(bit) ? node.child(node.indexOf(bit)) : null;
    }
    return null;
  }

  /**
   * This map, and one id more or with another value.
   *
   * @param id at least 0
   * @param value its value
   * @return the new map
   * @throws ArithmeticException if it would hold more than 2^31 - 1 ids
   */
  public PersistentLongMap<V> with(long id, V value) {
    Builder<V> builder = toBuilder();
    builder.put(id, value);
    return builder.build();
  }

  /**
   * Begins many changes at once, which cost less than one by one.
   *
   * @return a builder of a map that begins as this one, which stays as it is
   */
  public Builder<V> toBuilder() {
    return new Builder<>(this);
  }

  /**
   * Makes a map by many changes. For one thread.
   *
   * <p>The ids of one leaf are gathered before the leaf is put into the tree, so that ids that
   * ascend cost one change of the tree for 32 of them.
   *
   * @param <V> the values
   */
  public static final class Builder<V> {

    private static final long NO_LEAF = -1;

    private @Nullable Node root;
    private int size;
    private long prefix = NO_LEAF;
    private int bitmap;
    private boolean changed;
    private final @Nullable Object[] values = new @Nullable Object[1 << BITS];

    private Builder(PersistentLongMap<V> map) {
      this.root = map.root;
      this.size = map.size;
    }

    /**
     * Looks an id up.
     *
     * @param id at least 0
     * @return its value as it is by now, or null
     */
    @SuppressWarnings("unchecked") // leaves hold nothing but values
    public @Nullable V get(long id) {
      return prefixOf(id, 0) == prefix
          ? (V) values[(int) (id & MASK)]
          : (V) PersistentLongMap.get(root, id);
    }

    /**
     * Adds an id, or gives it another value.
     *
     * @param id at least 0
     * @param value its value
     * @throws ArithmeticException if the map would hold more than 2^31 - 1 ids
     */
    public void put(long id, V value) {
      if (prefixOf(id, 0) != prefix) {
        turnTo(prefixOf(id, 0));
      }
      int slot = (int) (id & MASK);
      if (values[slot] == null) {
        size = Math.addExact(size, 1);
      }
      values[slot] = value;
      bitmap |= 1 << slot;
      changed = true;
    }

    private void turnTo(long leafPrefix) {
      putLeaf();
      prefix = leafPrefix;
      bitmap = 0;
      Arrays.fill(values, null);
      Node leaf = leaf(root, leafPrefix << BITS);
      if (leaf != null) {
        bitmap = leaf.bitmap;
        int bits = bitmap;
        for (Object value : leaf.slots) {
          values[Integer.numberOfTrailingZeros(bits)] = value;
          bits &= bits - 1;
        }
      }
    }

    private void putLeaf() {
      if (!changed) {
        return;
      }
      Object[] slots = new Object[Integer.bitCount(bitmap)];
      int bits = bitmap;
      for (int i = 0; i < slots.length; i++) {
        slots[i] = Objects.requireNonNull(values[Integer.numberOfTrailingZeros(bits)]);
        bits &= bits - 1;
      }
      Node leaf = new Node(prefix, 0, bitmap, slots);
      root = root == null ? leaf : with(root, leaf);
      changed = false;
    }

    /**
     * The map as it is by now.
     *
     * @return immutable; the builder may go on
     */
    public PersistentLongMap<V> build() {
      putLeaf();
      return new PersistentLongMap<>(root, size);
    }
  }

  private static Node with(Node node, Node leaf) {
    long id = leaf.base();
    if (!node.covers(id)) {
      return join(node, leaf, id);
    }
    if (node.shift == 0) {
      return leaf;
    }
    int bit = bit(id, node.shift);
    if (!node.has(bit)) {
      return node.adding(bit, leaf);
    }
    int index = node.indexOf(bit);
    return node.replacing(index, with(node.child(index), leaf));
  }

  /** The node above two that differ, at the highest bits in which they do. */
  private static Node join(Node node, Node leaf, long id) {
    int highest = Long.SIZE - 1 - Long.numberOfLeadingZeros(node.base() ^ id);
    int shift = highest / BITS * BITS;
    int nodeBit = bit(node.base(), shift);
    return new Node(prefixOf(id, shift), shift, nodeBit, new Object[] {node})
        .adding(bit(id, shift), leaf);
  }

  /**
   * This map without an id.
   *
   * @param id any
   * @return the new map, or this one if the id isn't in it
   */
  public PersistentLongMap<V> without(long id) {
    if (root == null || get(id) == null) {
      return this;
    }
    return new PersistentLongMap<>(without(root, id), size - 1);
  }

  private static @Nullable Node without(Node node, long id) {
    int bit = bit(id, node.shift);
    int index = node.indexOf(bit);
    Node child = node.shift == 0 ? null : without(node.child(index), id);
    if (child != null) {
      return node.replacing(index, child);
    }
    if (node.slots.length == 1) {
      return null;
    }
    Node rest = node.removing(bit);
    return rest.shift > 0 && rest.slots.length == 1 ? rest.child(0) : rest;
  }

  /**
   * The ids that follow one another.
   *
   * @param firstId the lowest wanted, at least 0
   * @param count how many at the most, 0 or more
   * @return ascending
   */
  public long[] idsFrom(long firstId, int count) {
    IdCollector ids = new IdCollector(Math.min(count, size));
    forEachFrom(firstId, (id, value) -> ids.add(id));
    return ids.toArray();
  }

  /**
   * Visits each id and its value, ascending, until the visitor says stop.
   *
   * @param firstId the lowest wanted, at least 0
   * @param visitor is shown each
   */
  public void forEachFrom(long firstId, Visitor<? super V> visitor) {
    if (root != null) {
      visit(root, firstId, visitor);
    }
  }

  @SuppressWarnings("unchecked") // leaves hold nothing but values
  private static <V> boolean visit(Node node, long firstId, Visitor<V> visitor) {
    long base = node.base();
    int bits = node.bitmap;
    for (int index = 0; index < node.slots.length; index++) {
      long slot = Integer.numberOfTrailingZeros(bits);
      bits &= bits - 1;
      long lowest = base | slot << node.shift;
      if (node.shift == 0) {
        if (lowest >= firstId && !visitor.visit(lowest, (V) node.slots[index])) {
          return false;
        }
      } else if ((lowest | ((1L << node.shift) - 1)) >= firstId
          && !visit(node.child(index), firstId, visitor)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Is shown ids and values.
   *
   * @param <V> the values
   */
  @FunctionalInterface
  public interface Visitor<V> {
    /**
     * Takes one.
     *
     * @param id the id
     * @param value its value
     * @return whether to go on
     */
    boolean visit(long id, V value);
  }

  private static int bit(long id, int shift) {
    return 1 << (int) (id >>> shift & MASK);
  }

  private static long prefixOf(long id, int shift) {
    return shift + BITS >= Long.SIZE ? 0 : id >>> (shift + BITS);
  }

  /** Takes ids until it is full. */
  private static final class IdCollector {
    private final long[] ids;
    private int count;

    IdCollector(int capacity) {
      ids = new long[capacity];
    }

    boolean add(long id) {
      if (count < ids.length) {
        ids[count++] = id;
      }
      return count < ids.length;
    }

    long[] toArray() {
      return count == ids.length ? ids : Arrays.copyOf(ids, count);
    }
  }
}
