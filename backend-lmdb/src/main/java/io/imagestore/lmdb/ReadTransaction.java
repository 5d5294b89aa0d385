package io.imagestore.lmdb;

import io.imagestore.CorruptImageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.lmdbjava.LmdbNativeException;
import org.lmdbjava.Txn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A snapshot of the store, and what is needed to look into it: made once, then renewed for each
 * read. It holds one of LMDB's reader slots until it is closed. For one thread at a time.
 */
final class ReadTransaction {

  private static final Logger LOG = LoggerFactory.getLogger(ReadTransaction.class);

  private final ImageRecord record = new ImageRecord();
  private final FoundImages found = new FoundImages();
  private final CRC32C crc = new CRC32C();
  private final Databases databases;
  private final Path store;
  private final Txn<Slice> txn;
  private final Key key = Key.ofIds();
  private final IdCursor index;
  private final IdCursor pixels;

  ReadTransaction(Databases databases, Path store) {
    this.databases = databases;
    this.store = store;
    this.txn = databases.env().txnRead();
    this.index = new IdCursor(databases.index(), databases.idFormat(), txn, store);
    this.pixels = new IdCursor(databases.pixels(), databases.idFormat(), txn, store);
  }

  /** Looks at the store as it is now. */
  void renew() {
    txn.renew();
  }

  /** Lets the snapshot go, so that its pages can be used again. */
  void reset() {
    index.reset();
    pixels.reset();
    txn.reset();
  }

  /**
   * Closes what has been reset: lmdbjava gives back the memory of transactions alone that are
   * active.
   */
  void closeIdle() {
    try {
      txn.renew();
    } catch (LmdbNativeException e) {
      LOG.debug("an idle read transaction of store {} ends with its environment", store, e);
    }
    close();
  }

  void close() {
    index.close();
    pixels.close();
    txn.close();
  }

  String header() {
    Slice value = databases.meta().get(txn, databases.headerKey());
    return value == null ? "" : new String(NativeMemory.bytes(value), StandardCharsets.UTF_8);
  }

  long count() {
    return databases.index().stat(txn).entries;
  }

  /** What the last look into the index found. */
  ImageRecord record() {
    return record;
  }

  /** Kept from read to read, so that reading into a batch allocates nothing. */
  FoundImages found() {
    return found;
  }

  /** Puts an image's record into {@link #record}; false if there is no such image. */
  boolean find(long id) {
    Slice value = index.find(id);
    if (value == null) {
      checkNotLost(id);
      return false;
    }
    record.readFrom(value, id, store);
    return true;
  }

  // Pixels without a record are those of a batch that isn't complete yet; if not, the record's page
  // is damaged.
  private void checkNotLost(long id) {
    if (databases.pixels().get(txn, key.to(id)) != null
        && databases.pending().get(txn, key) == null) {
      throw new CorruptImageException(
          store, id, "its pixels are there, but its index record isn't");
    }
  }

  /** The index, to go through. */
  IdCursor index() {
    return index;
  }

  /** Puts the record at which {@link #index} stands into {@link #record}. */
  void readRecord(long id) {
    record.readFrom(index.value(), id, store);
  }

  /** Whether what has been found lies in the file, so that it can be read. */
  boolean isWithinFile(Slice value) {
    return databases.isWithinFile(value);
  }

  /**
   * An image's pixels.
   *
   * @param staged as its record tells
   * @param bytes how many its record tells
   */
  Slice pixels(long id, boolean staged, long bytes) {
    Slice value;
    try {
      value = staged ? databases.staged().get(txn, key.to(id)) : pixels.find(id);
    } catch (LmdbNativeException e) {
      throw new CorruptImageException(
          store, id, "the pages that lead to its pixels are damaged", e);
    }
    if (value == null) {
      throw new CorruptImageException(store, id, "its pixels aren't there");
    }
    if (value.size != bytes) {
      throw new CorruptImageException(
          store, id, "it has " + value.size + " bytes instead of " + bytes);
    }
    if (!databases.isWithinFile(value)) {
      throw new CorruptImageException(store, id, "its pixels lie outside of the file");
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
}
