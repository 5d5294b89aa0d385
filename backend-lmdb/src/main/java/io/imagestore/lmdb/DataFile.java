package io.imagestore.lmdb;

import io.imagestore.CorruptStoreException;
import io.imagestore.UnsupportedStoreException;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * LMDB's data file, read without LMDB. LMDB maps the file and trusts it: where the file is shorter
 * than its pages say, reading them ends the process with SIGBUS. So the length is checked before.
 *
 * <p>The layout is that of LMDB 0.9 on 64 bits, as {@code mdb.c} declares it in {@code MDB_page},
 * {@code MDB_meta}, {@code MDB_db} and {@code MDB_node}: two meta pages, of which the one with the
 * later transaction counts, then the pages of B+trees. Numbers are in the byte order of the machine
 * that wrote them.
 */
final class DataFile implements AutoCloseable {

  /** Its name within the environment's directory. */
  static final String NAME = "data.mdb";

  private static final int MAGIC = 0xBEEFC0DE;
  private static final int VERSION = 1;
  private static final int META_PAGE_BYTES = 152;
  private static final int PAGE_HEADER_BYTES = 16;
  private static final int NODE_HEADER_BYTES = 8;
  private static final int DATABASE_BYTES = 48;

  private static final int PAGE_BRANCH = 0x01;
  private static final int PAGE_LEAF = 0x02;
  private static final int NODE_BIG_DATA = 0x01;
  private static final int NODE_SUB_DATABASE = 0x02;
  private static final long NO_PAGE = -1;
  private static final int DEEPEST_TREE = 32;

  private final RandomAccessFile file;
  private final Path store;

  private DataFile(Path path, Path store) throws IOException {
    this.file =
        new RandomAccessFile(path.toFile(), "r"); // a FileChannel would be closed by an interrupt
    this.store = store;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** Whether a directory is an environment, as far as names tell. */
  static boolean exists(Path directory) {
    return Files.isRegularFile(directory.resolve(NAME));
  }

  /** What the files of an environment's directory take together. */
  static long bytesIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }

  /** Whether a directory is an environment, as far as names and first bytes tell. */
  static boolean isIn(Path directory) {
    if (!exists(directory)) {
      return false;
    }
    try (DataFile data = new DataFile(directory.resolve(NAME), directory)) {
      return data.read(0, META_PAGE_BYTES).getInt(16) == MAGIC;
    } catch (IOException e) {
      return false; // what can't be read can't be recognised; opening it tells why
    }
  }

  /**
   * Checks that LMDB can map the file.
   *
   * @param path the file, which may be empty, as after a crash during creation
   * @param store for messages
   * @throws UnsupportedStoreException if it isn't LMDB's, or of another version
   * @throws CorruptStoreException if it has been cut off or its meta pages are damaged
   */
  static void check(Path path, Path store) throws IOException {
    try (DataFile data = new DataFile(path, store)) {
      if (data.file.length() > 0) {
        data.check();
      }
    }
  }

  private void check() throws IOException {
    while (true) {
      Meta meta = meta();
      long length = file.length();
      // Pages that were taken and given back within the last transaction are never written, so the
      // file may rightly be shorter than its last page number says. Only pages in use count.
      if (length >= meta.pages * meta.pageBytes || new PageWalk(meta, length).findsAll()) {
        return;
      }
      if (meta().transaction == meta.transaction) { // else another process has written meanwhile
        throw new CorruptStoreException(
            "store "
                + store
                + " is cut off: "
                + NAME
                + " has "
                + length
                + " bytes, but its pages take "
                + meta.pages * meta.pageBytes
                + "; restore it from a copy");
      }
    }
  }

  private Meta meta() throws IOException {
    try {
      Meta first = meta(read(0, META_PAGE_BYTES));
      Meta second = meta(read(first.pageBytes, META_PAGE_BYTES));
      return first.transaction > second.transaction ? first : second;
    } catch (EOFException e) {
      throw new CorruptStoreException(
          "store "
              + store
              + " is cut off: "
              + NAME
              + " ends within its two first pages; restore it from a copy",
          e);
    }
  }

  private Meta meta(ByteBuffer page) {
    int magic = page.getInt(16);
    if (magic != MAGIC) {
      throw new UnsupportedStoreException(
          magic == Integer.reverseBytes(MAGIC)
              ? "store "
                  + store
                  + " was written on a machine of the other byte order, which LMDB can't read; copy it"
                  + " there into a store of another backend"
              : "what lies at "
                  + store
                  + " is no LMDB environment, or its first pages are damaged: "
                  + NAME
                  + " has the magic number "
                  + Integer.toHexString(magic)
                  + " where beefc0de should be");
    }
    int version = page.getInt(20);
    if (version != VERSION) {
      throw new UnsupportedStoreException(
          "store "
              + store
              + " has LMDB's file format "
              + version
              + ", but this release reads "
              + VERSION
              + "; write it anew with LMDB 0.9");
    }
    long pageBytes = Integer.toUnsignedLong(page.getInt(40));
    long pages = page.getLong(136) + 1;
    if (Long.bitCount(pageBytes) != 1
        || pageBytes < 256
        || pageBytes > 65_536
        || pages < 2
        || pages > 1L << 47) {
      throw new CorruptStoreException(
          "store "
              + store
              + " is damaged: "
              + NAME
              + " tells of "
              + pages
              + " pages of "
              + pageBytes
              + " bytes; restore it from a copy");
    }
    return new Meta((int) pageBytes, pages, page.getLong(144), page.getLong(80), page.getLong(128));
  }

  private ByteBuffer read(long offset, int length) throws IOException {
    byte[] bytes = new byte[length];
    file.seek(offset);
    file.readFully(bytes);
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  /**
   * What a meta page says.
   *
   * @param pages how many there are
   * @param transaction that wrote it
   * @param freeRoot the root page of the tree of free pages
   * @param mainRoot the root page of the tree that names the databases
   */
  private record Meta(int pageBytes, long pages, long transaction, long freeRoot, long mainRoot) {}

  /** Follows every page in use, reading all but the pixels. */
  private final class PageWalk {
    private final int pageBytes;
    private final long length;
    private final long[] roots;

    PageWalk(Meta meta, long length) {
      this.pageBytes = meta.pageBytes;
      this.length = length;
      this.roots = new long[] {meta.freeRoot, meta.mainRoot};
    }

    /** Whether the file holds every page in use. */
    boolean findsAll() throws IOException {
      try {
        return findsTree(roots[0], 0) && findsTree(roots[1], 0);
      } catch (IndexOutOfBoundsException e) {
        return false; // a page that points out of itself
      }
    }

    private boolean findsTree(long number, int depth) throws IOException {
      if (number == NO_PAGE) {
        return true;
      }
      if (depth > DEEPEST_TREE || !holds(number, pageBytes)) {
        return false;
      }
      ByteBuffer page = read(number * pageBytes, pageBytes);
      int flags = page.getShort(10);
      int nodes = (Short.toUnsignedInt(page.getShort(12)) - PAGE_HEADER_BYTES) / Short.BYTES;
      for (int i = 0; i < nodes; i++) {
        int node = Short.toUnsignedInt(page.getShort(PAGE_HEADER_BYTES + i * Short.BYTES));
        boolean found =
            (flags & PAGE_BRANCH) != 0
                ? findsTree(child(page, node), depth + 1)
                : (flags & PAGE_LEAF) == 0 || findsValue(page, node, depth);
        if (!found) {
          return false;
        }
      }
      return true;
    }

    private boolean findsValue(ByteBuffer page, int node, int depth) throws IOException {
      long size = Integer.toUnsignedLong(page.getInt(node));
      int flags = page.getShort(node + 4);
      int data = node + NODE_HEADER_BYTES + Short.toUnsignedInt(page.getShort(node + 6));
      if ((flags & NODE_BIG_DATA) != 0) {
        return holds(page.getLong(data), PAGE_HEADER_BYTES + size);
      }
      return (flags & NODE_SUB_DATABASE) == 0
          || size != DATABASE_BYTES
          || findsTree(page.getLong(data + DATABASE_BYTES - Long.BYTES), depth + 1);
    }

    /** The page a branch leads to: 48 bits, in three fields. */
    private long child(ByteBuffer page, int node) {
      return Integer.toUnsignedLong(page.getInt(node))
          | ((long) Short.toUnsignedInt(page.getShort(node + 4)) << 32);
    }

    private boolean holds(long number, long bytes) {
      return number >= 0 && number < length / pageBytes && number * pageBytes + bytes <= length;
    }
  }
}
