package io.imagestore.lmdb;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.spi.Checksums;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A look into one snapshot of a store. For one thread. */
final class StoreView {

  /** The key of the header. */
  static final String HEADER = "header";

  private static final String BYTES = "its bytes";

  private final Path store;
  private final Meta meta;
  private final Pages pages;
  private final Trees trees;
  private final TreeCursor index;
  private final TreeCursor images;
  private final TreeCursor pending;
  private final ImageRecord record = new ImageRecord();
  private final Checksums checksums = new Checksums();

  // Where the bytes are that were gone to last, and whose they are.
  private TreeCursor bytesOf;
  private long bytesFor;

  StoreView(Snapshot snapshot, Path store) {
    this.store = store;
    this.meta = snapshot.meta();
    this.pages = snapshot.pages();
    this.trees = snapshot.trees();
    this.index = cursor(trees.index());
    this.images = cursor(trees.images());
    this.pending = cursor(trees.pending());
    this.bytesOf = images;
  }

  private TreeCursor cursor(TreeRecord tree) {
    return cursor(pages, tree);
  }

  private static TreeCursor cursor(Pages pages, TreeRecord tree) {
    return new TreeCursor(pages, tree, KeyOrder.BYTES_OF_LONG);
  }

  /** What the store says of itself; empty if it is silent. */
  String header() {
    StringBuilder header = new StringBuilder();
    NameTree.forEach(
        pages,
        trees.header(),
        entry -> {
          if (entry.isNamed(HEADER)) {
            header.append(StandardCharsets.UTF_8.decode(entry.value()));
          }
        });
    return header.toString();
  }

  /**
   * How many images there are.
   *
   * @throws CorruptStoreException if that isn't as many as have bytes
   */
  long count() {
    countProblem()
        .ifPresent(
            problem -> {
              throw new CorruptStoreException(problem);
            });
    return trees.index().entries();
  }

  /** What is wrong if not as many images are in the index as have bytes. */
  Optional<String> countProblem() {
    return trees.areConsistent()
        ? Optional.empty()
        : Optional.of(
            DataFile.damaged(
                store,
                "the index has "
                    + trees.index().entries()
                    + " entries, but "
                    + trees.images().entries()
                    + " images have bytes"));
  }

  // Images.

  /** The index. */
  TreeCursor index() {
    return index;
  }

  /** What the bytes of images lie in. */
  TreeCursor images() {
    return images;
  }

  /** What the last look into the index found. */
  ImageRecord record() {
    return record;
  }

  /** Finds an image's record; false if there is no such image. */
  boolean find(long id) {
    if (!index.find(id)) {
      requireNotLost(id);
      return false;
    }
    record.readFrom(index, id, store);
    return true;
  }

  /** Takes over the record at which the index stands, and tells whose it is. */
  long readRecord() {
    long id = idOf(index.key());
    record.readFrom(index, id, store);
    return id;
  }

  /** The image for which a key stands. */
  long idOf(long key) {
    long id = trees.ids().id(key);
    if (id == IdFormat.NONE) {
      throw new CorruptStoreException(DataFile.damaged(store, "one of its keys is no id"));
    }
    return id;
  }

  // Bytes without a record are those of a batch that isn't complete yet; if not, the record is
  // lost.
  private void requireNotLost(long id) {
    if (images.find(id) && !isPending(id)) {
      throw new CorruptImageException(store, id, "its bytes are there, but its index record isn't");
    }
  }

  /** Whether an image is in a batch that isn't complete yet. */
  boolean isPending(long id) {
    return pending.find(id);
  }

  /** Whether the pages of the images say that there is one for a key, or can't be read. */
  boolean mayHaveBytes(long key) {
    try {
      return cursor(trees.images()).find(key);
    } catch (PageDamageException e) {
      return true;
    }
  }

  /**
   * An image's bytes, unchecked, as they lie in the file. Only Java may look at them: where the
   * file is cut off, native code, that of a checksum too, ends the JVM.
   *
   * @return at position 0
   */
  ByteBuffer bytes(FoundImage image) {
    byteCount(image);
    try {
      return bytesOf.value().rewind();
    } catch (PageDamageException e) {
      throw damaged(image.id(), BYTES, e);
    }
  }

  /** Goes to an image's bytes, which are checked to be there, and tells how many they are. */
  int byteCount(FoundImage image) {
    bytesOf = image.staged() ? cursor(trees.staged()) : images;
    bytesFor = image.id();
    goTo(bytesOf, image.id(), BYTES);
    int size;
    try {
      size = bytesOf.soundValueSize();
    } catch (PageDamageException e) {
      throw damaged(image.id(), BYTES, e);
    }
    if (image.format() == null && size != image.shape().byteCount()) {
      throw new CorruptImageException(
          store, image.id(), "it has " + size + " bytes instead of " + image.shape().byteCount());
    }
    return size;
  }

  /** Fills a buffer with the bytes that {@link #byteCount} has gone to. */
  void copyBytes(ByteBuffer into) {
    try {
      bytesOf.copyValue(into);
    } catch (PageDamageException e) {
      throw damaged(bytesFor, BYTES, e);
    }
  }

  /** The bytes for an id, whatever its record says; null if there are none that can be read. */
  byte @Nullable [] remains(long id) {
    try {
      TreeCursor tree = cursor(trees.images());
      if (!tree.find(id)) {
        return null;
      }
      ByteBuffer value = tree.value();
      byte[] bytes = new byte[value.remaining()];
      value.get(bytes);
      return bytes;
    } catch (PageDamageException e) {
      return null; // what leads to them, or what they lie in
    }
  }

  /** The metadata of an image, checked; null if it has none. */
  @Nullable String metadata(FoundImage image) {
    if (!image.hasMetadata()) {
      return null;
    }
    TreeCursor tree = cursor(image.staged() ? trees.stagedMetadata() : trees.metadata());
    ByteBuffer value = value(tree, image.id(), "its metadata");
    ByteBuffer utf8 = ByteBuffer.allocate(value.remaining()).put(value).flip();
    verify(image.id(), "its metadata has", utf8, image.metadataCrc());
    return StandardCharsets.UTF_8.decode(utf8.rewind()).toString();
  }

  private ByteBuffer value(TreeCursor tree, long id, String what) {
    goTo(tree, id, what);
    try {
      return tree.value();
    } catch (PageDamageException e) {
      throw damaged(id, what, e);
    }
  }

  private void goTo(TreeCursor tree, long id, String what) {
    try {
      if (tree.find(id)) {
        return;
      }
    } catch (PageDamageException e) {
      throw damaged(id, what, e);
    }
    throw new CorruptImageException(
        store, id, "the index tells of it, but " + what + " can't be found");
  }

  private CorruptImageException damaged(long id, String what, PageDamageException e) {
    return new CorruptImageException(
        store, id, "the pages that lead to " + what + " are damaged", e);
  }

  /**
   * Checks some bytes of an image, and moves the buffer's position behind them.
   *
   * @param what they are and have, for messages
   * @param bytes a copy, not those in the file
   */
  void verify(long id, String what, ByteBuffer bytes, int crc) {
    int actual = checksums.ofUsedUp(bytes);
    if (actual != crc) {
      throw new CorruptImageException(
          store, id, String.format("%s the CRC-32C %08x instead of %08x", what, actual, crc));
    }
  }

  /** The ids, in order. */
  StoredIds ids() {
    return new StoredIds(this, store, trees);
  }

  // For the one who writes.

  /**
   * Checks what LMDB will trust without a look when it writes: which pages are free, and that those
   * are not among them that it begins each write with.
   *
   * @throws PageDamageException if that can't be
   */
  void requireWritable() {
    FreePages free = freePages();
    Pages telling = pages.telling(free);
    NameTree.forEach(telling, meta.main(), NameTree::tellOfValue);
    new TreeCursor(telling, meta.free(), KeyOrder.LONG).tellOfAll();
    trees.roots().forEach(root -> free.noteUse(root, 1));
    free.requireUnused();
  }

  /**
   * Checks that no page in use is listed as free, as far as pages can be read.
   *
   * @throws PageDamageException if one is
   */
  void requireNoneInUseIsFree() {
    FreePages free = freePages();
    Pages telling = pages.telling(free);
    NameTree.forEach(telling, trees.header(), NameTree::tellOfValue);
    trees.ofImages().forEach(tree -> cursor(telling, tree).tellOfAll());
    free.requireUnused();
  }

  private FreePages freePages() {
    if (!meta.free().hasNumbers()) {
      throw new PageDamageException(
          meta.page(), "tells of a tree of free pages that can't be: " + meta.free());
    }
    FreePages free = FreePages.read(pages, meta);
    long used = Pages.FIRST + meta.free().pages() + meta.main().pages() + trees.pages();
    long all = free.count() + used;
    if (trees.alone() ? all != meta.lastPage() + 1 : all > meta.lastPage()) {
      throw new PageDamageException(
          meta.free().root(),
          "leads to "
              + free.count()
              + " free pages; with those in use, "
              + used
              + ", they should be "
              + (meta.lastPage() + 1));
    }
    return free;
  }

  /**
   * Checks all that writes may come by.
   *
   * @throws PageDamageException if a page is damaged
   * @throws CorruptStoreException if images are lost
   */
  void requireSound() {
    requireWritable();
    requireNoneInUseIsFree();
    count();
    ids().requireAll();
    trees.ofImages().forEach(tree -> cursor(tree).enterAll());
  }

  /** Whether a large batch has been left unfinished. */
  boolean hasLeftovers() {
    return trees.pending().entries() > 0 || trees.staged().entries() > 0;
  }

  /** Checks all pages of the trees that are gone through to finish it. */
  void requireLeftovers() {
    cursor(trees.staged()).enterAll();
    cursor(trees.stagedMetadata()).enterAll();
    cursor(trees.pending()).enterAll();
    if (trees.pending().entries() > 0) {
      cursor(trees.images()).enterAll();
      cursor(trees.metadata()).enterAll();
      cursor(trees.index()).enterAll();
    }
  }

  /** Checks all pages of the tree of images that are to be published. */
  void requirePending() {
    cursor(trees.pending()).enterAll();
  }
}
