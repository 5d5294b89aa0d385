package io.imagestore.lmdb;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** A look into one snapshot of a store. For one thread. */
final class StoreView {

  /** The key of the header. */
  static final String HEADER = "header";

  private final Path store;
  private final Meta meta;
  private final Pages pages;
  private final Trees trees;
  private final TreeCursor index;
  private final TreeCursor pixels;
  private final ImageRecord record = new ImageRecord();
  private final CRC32C crc = new CRC32C();

  StoreView(Snapshot snapshot, Path store) {
    this.store = store;
    this.meta = snapshot.meta();
    this.pages = snapshot.pages();
    this.trees = snapshot.trees();
    this.index = cursor(trees.index());
    this.pixels = cursor(trees.pixels());
  }

  private TreeCursor cursor(TreeRecord tree) {
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
   * @throws CorruptStoreException if that isn't as many as have pixels
   */
  long count() {
    if (!trees.areConsistent()) {
      throw new CorruptStoreException(
          DataFile.damaged(
              store,
              "the index has "
                  + trees.index().entries()
                  + " entries, but "
                  + trees.pixels().entries()
                  + " images have pixels"));
    }
    return trees.index().entries();
  }

  // Images.

  /** The index. */
  TreeCursor index() {
    return index;
  }

  /** The pixels, or whatever the images lie in. */
  TreeCursor pixels() {
    return pixels;
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

  // Pixels without a record are those of a batch that isn't complete yet; if not, the record is
  // lost.
  private void requireNotLost(long id) {
    if (pixels.find(id) && !isPending(id)) {
      throw new CorruptImageException(
          store, id, "its pixels are there, but its index record isn't");
    }
  }

  /** Whether an image is in a batch that isn't complete yet. */
  boolean isPending(long id) {
    return !trees.pending().isEmpty() && cursor(trees.pending()).find(id);
  }

  /** Whether the pages of the pixels say that there are some for a key, or can't be read. */
  boolean mayHavePixels(long key) {
    try {
      return cursor(trees.pixels()).find(key);
    } catch (PageDamageException e) {
      return true;
    }
  }

  /**
   * An image's pixels, as they lie in memory.
   *
   * @param staged as its record tells
   * @param bytes how many its record tells
   */
  ByteBuffer pixels(long id, boolean staged, long bytes) {
    TreeCursor from = staged ? cursor(trees.staged()) : pixels;
    ByteBuffer value;
    try {
      if (!from.find(id)) {
        throw new CorruptImageException(store, id, "its pixels aren't there");
      }
      value = from.value();
    } catch (PageDamageException e) {
      throw new CorruptImageException(
          store, id, "the pages that lead to its pixels are damaged", e);
    }
    if (value.remaining() != bytes) {
      throw new CorruptImageException(
          store, id, "it has " + value.remaining() + " bytes instead of " + bytes);
    }
    return value;
  }

  /** Checks the pixels that remain in a buffer, whose position moves behind them. */
  void verify(long id, ByteBuffer pixels, int checksum) {
    crc.reset();
    crc.update(pixels);
    int actual = (int) crc.getValue();
    if (actual != checksum) {
      throw new CorruptImageException(
          store,
          id,
          String.format("its pixels have the CRC-32C %08x instead of %08x", actual, checksum));
    }
  }

  /** The ids, in order. */
  StoredIds ids() {
    return new StoredIds(this, store, trees);
  }

  // For the one who writes.

  /**
   * Checks what LMDB will trust without a look when it writes: which pages are free.
   *
   * @throws PageDamageException if that can't be
   */
  void requireWritable() {
    FreePages free = FreePages.read(pages, meta);
    long used = Pages.FIRST + meta.free().pages() + meta.main().pages() + trees.pages();
    if (free.count() + used != meta.lastPage() + 1) {
      throw new PageDamageException(
          meta.free().root(),
          "leads to "
              + free.count()
              + " free pages; with those in use, "
              + used
              + ", they should be "
              + (meta.lastPage() + 1));
    }
  }

  /** Whether a large batch has been left unfinished. */
  boolean hasLeftovers() {
    return trees.pending().entries() > 0 || trees.staged().entries() > 0;
  }

  /** Checks all pages of the trees that are gone through to finish it. */
  void requireLeftovers() {
    cursor(trees.staged()).enterAll();
    cursor(trees.pending()).enterAll();
    if (trees.pending().entries() > 0) {
      cursor(trees.pixels()).enterAll();
      cursor(trees.index()).enterAll();
    }
  }

  /** Checks all pages of the tree of images that are to be published. */
  void requirePending() {
    cursor(trees.pending()).enterAll();
  }
}
