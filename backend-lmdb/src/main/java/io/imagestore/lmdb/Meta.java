package io.imagestore.lmdb;

import io.imagestore.CorruptStoreException;
import io.imagestore.UnsupportedStoreException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * What one of the two first pages of a data file says ({@code MDB_meta} in {@code mdb.c}): where a
 * snapshot begins.
 *
 * @param pageBytes the size of each page of the file
 * @param transaction which wrote it; the one of the later transaction counts
 * @param lastPage the highest number of a page
 * @param free the tree of free pages, whose keys are numbers of transactions
 * @param main the tree without a name, which names the others
 */
record Meta(int pageBytes, long transaction, long lastPage, TreeRecord free, TreeRecord main) {

  /** How much of its page it takes, with the page's header. */
  static final int BYTES = 152;

  /** Where a page holds the number of the transaction. */
  static final int TRANSACTION = 144;

  private static final int FLAGS = 10;
  private static final int MAGIC = 16;
  private static final int VERSION = 20;
  private static final int FREE = 40;
  private static final int MAIN = 88;
  private static final int LAST_PAGE = 136;

  private static final int LMDBS_MAGIC = 0xBEEFC0DE;
  private static final int LMDBS_VERSION = 1;
  private static final int META_FLAG = 0x08;
  private static final int SMALLEST_PAGE = 256;
  private static final int LARGEST_PAGE = 1 << 15;
  private static final long MOST_PAGES = 1L << 40;

  /** Which of the two pages it is: transactions take turns. */
  int page() {
    return (int) (transaction & 1);
  }

  /** Whether the first page of a file is one of LMDB's. */
  static boolean isIn(ByteBuffer page) {
    return page.getInt(MAGIC) == LMDBS_MAGIC;
  }

  /**
   * Checks that it is one of LMDB's, and reads how large a page is, which no commit changes.
   *
   * @param in little-endian
   * @param at where the page begins
   * @param number 0 or 1
   * @param store for messages
   * @throws UnsupportedStoreException if it isn't LMDB's, or of another version
   * @throws CorruptStoreException if it says what can't be
   */
  static int readPageBytes(ByteBuffer in, int at, int number, Path store) {
    int magic = in.getInt(at + MAGIC);
    if (magic != LMDBS_MAGIC) {
      throw new UnsupportedStoreException(
          magic == Integer.reverseBytes(LMDBS_MAGIC)
              ? "store "
                  + store
                  + " was written on a machine of the other byte order, which isn't read here; copy"
                  + " it there into a store of another backend"
              : "what lies at "
                  + store
                  + " is no LMDB environment, or its first pages are damaged: "
                  + DataFile.NAME
                  + " has the magic number "
                  + Integer.toHexString(magic)
                  + " where beefc0de should be");
    }
    int version = in.getInt(at + VERSION);
    if (version != LMDBS_VERSION) {
      throw new UnsupportedStoreException(
          "store "
              + store
              + " has LMDB's file format "
              + version
              + ", but this release reads "
              + LMDBS_VERSION
              + "; write it anew with LMDB 0.9");
    }
    int pageBytes = in.getInt(at + FREE); // where other trees have padding
    int flags = in.getShort(at + FLAGS);
    if (Integer.bitCount(pageBytes) != 1
        || pageBytes < SMALLEST_PAGE
        || pageBytes > LARGEST_PAGE
        || flags != META_FLAG
        || in.getLong(at) != number) {
      throw new CorruptStoreException(
          DataFile.beyondRepair(
              store,
              String.format(
                  "page %d, of kind %x, tells of pages of %d bytes", number, flags, pageBytes)));
    }
    return pageBytes;
  }

  /** Reads one, as {@link #readPageBytes} does, and all that it says. */
  static Meta read(ByteBuffer in, int at, int number, Path store) {
    int pageBytes = readPageBytes(in, at, number, store);
    long lastPage = in.getLong(at + LAST_PAGE);
    if (lastPage < 1 || lastPage > MOST_PAGES) {
      throw new CorruptStoreException(
          DataFile.beyondRepair(
              store, "page " + number + " tells of " + (lastPage + 1) + " pages"));
    }
    try {
      return new Meta(
          pageBytes,
          in.getLong(at + TRANSACTION),
          lastPage,
          TreeRecord.read(in, at + FREE, number),
          TreeRecord.read(in, at + MAIN, number));
    } catch (PageDamageException e) {
      throw new CorruptStoreException(
          DataFile.beyondRepair(store, String.valueOf(e.getMessage())), e);
    }
  }
}
