package io.imagestore.lmdb;

import io.imagestore.CorruptStoreException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.spi.StoreFiles;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;

/**
 * LMDB's data file, read without LMDB: while LMDB trusts each page, here each is checked, and a
 * read costs no native call.
 *
 * <p>The layout is that of LMDB 0.9 on 64 bits and little-endian, as {@code mdb.c} declares it in
 * {@code MDB_page}, {@code MDB_meta}, {@code MDB_db} and {@code MDB_node}: two meta pages, of which
 * the one with the later transaction counts, then the pages of B+trees. A transaction writes its
 * pages where no snapshot has any, then its meta page over that of the transaction before the last.
 */
final class DataFile implements Closeable {

  /** Its name within the environment's directory. */
  static final String NAME = "data.mdb";

  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int ATTEMPTS = 1000;

  private final FileWindows windows;
  private final Path store;

  // The first window, in which both meta pages lie.
  private final FileWindows.View start;
  private final ByteBuffer metas;
  private final int pageBytes;

  private volatile CheckedPages checked = CheckedPages.none();

  private DataFile(FileWindows windows, Path store) throws IOException {
    this.windows = windows;
    this.store = store;
    this.start = windows.take(0);
    requireBytes(Meta.BYTES);
    this.metas = start.window(0);
    this.pageBytes = Meta.readPageBytes(metas, 0, 0, store);
    requireBytes(pageBytes + Meta.BYTES);
    Meta.readPageBytes(metas, pageBytes, 1, store);
  }

  private void requireBytes(int count) {
    if (start.length() < count) {
      throw new CorruptStoreException(
          "store "
              + store
              + " is cut off: "
              + NAME
              + " ends within its two first pages; restore it from a copy");
    }
  }

  // What is there.

  /** Whether a directory is an environment, as far as names tell. */
  static boolean exists(Path directory) {
    return Files.isRegularFile(directory.resolve(NAME));
  }

  /** What the files of an environment's directory take together. */
  static long bytesIn(Path directory) throws IOException {
    return StoreFiles.entries(directory).stream().mapToLong(file -> file.toFile().length()).sum();
  }

  /** Whether a directory is an environment, as far as names and first bytes tell. */
  static boolean isIn(Path directory) {
    if (!exists(directory)) {
      return false;
    }
    try (RandomAccessFile file = // a FileChannel would be closed by an interrupt
        new RandomAccessFile(directory.resolve(NAME).toFile(), "r")) {
      byte[] start = new byte[Meta.BYTES];
      file.readFully(start);
      return Meta.isIn(ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN));
    } catch (IOException e) {
      return false; // what can't be read can't be recognised; opening it tells why
    }
  }

  /** What a person is told of damage. */
  static String damaged(Path store, String what) {
    return problem(store, what) + "; repair it, or restore it from a copy";
  }

  /** What a person is told of damage that prevents a store from being opened, even to repair it. */
  static String beyondRepair(Path store, String what) {
    return problem(store, what) + "; restore it from a copy";
  }

  private static String problem(Path store, String what) {
    return "store " + store + " is damaged: " + NAME + ": " + what;
  }

  /** What a store throws for what was thrown while its snapshot, which is intact, was read. */
  static RuntimeException told(RuntimeException e, Path store) {
    return e instanceof PageDamageException || e instanceof IndexOutOfBoundsException
        ? new CorruptStoreException(damaged(store, String.valueOf(e.getMessage())), e)
        : e;
  }

  /**
   * Writes both meta pages once more, as they are, and waits for the device. After a sync that has
   * failed the system may take for written what isn't, and then no other sync writes it.
   */
  static void rewriteMetas(Path directory, int pageBytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(directory.resolve(NAME).toFile(), "rw")) {
      byte[] metas = new byte[2 * pageBytes];
      file.readFully(metas);
      file.seek(0);
      file.write(metas);
      file.getFD().sync();
    }
  }

  /** The same for what the JVM makes of a page that is gone, for the file has become shorter. */
  static RuntimeException told(InternalError e, Path store) {
    if (!String.valueOf(e.getMessage()).contains("unsafe memory access")) {
      throw e;
    }
    return new CorruptStoreException(
        beyondRepair(store, "it has been cut off while it was open, or its device fails"), e);
  }

  /** Whether it is the one that lies in a directory now. */
  boolean liesIn(Path directory) throws IOException {
    return windows.areOf(directory.resolve(NAME));
  }

  // Opening.

  /**
   * Opens the data file of a directory.
   *
   * @throws UnsupportedStoreException if it isn't LMDB's, or of another version
   * @throws CorruptStoreException if it has been cut off or its meta pages are damaged
   * @throws IOException if it can't be read
   */
  static DataFile open(Path directory) throws IOException {
    DataFile data = openUnchecked(directory);
    boolean whole = false;
    try {
      data.requireWhole();
      data.requireNoneLater();
      whole = true;
      return data;
    } finally {
      if (!whole) {
        data.close();
      }
    }
  }

  private static DataFile openUnchecked(Path directory) throws IOException {
    FileWindows windows = FileWindows.open(directory.resolve(NAME));
    boolean opened = false;
    try {
      DataFile data = new DataFile(windows, directory);
      opened = true;
      return data;
    } finally {
      if (!opened) {
        windows.close();
      }
    }
  }

  /**
   * Checks that no page in use is missing at the file's end. Pages that were taken and given back
   * within one transaction are never written, so the file may rightly be shorter than its last
   * page's number says.
   */
  private void requireWhole() throws IOException {
    while (true) {
      Meta meta = newest();
      long bytes = (meta.lastPage() + 1) * pageBytes;
      FileWindows.View view = windows.take(bytes);
      try {
        if (view.length() >= bytes || lacksOnlyFreePages(view, meta)) {
          return;
        }
        if (hasIntact(meta)) { // else another process has written meanwhile
          throw new CorruptStoreException(
              "store "
                  + store
                  + " is cut off: "
                  + NAME
                  + " has "
                  + view.length()
                  + " bytes, but its pages take "
                  + bytes
                  + "; restore it from a copy");
        }
      } finally {
        windows.giveBack(view);
      }
    }
  }

  /**
   * Checks that the other state isn't the later one, of whose number a bit is lost: N, made N-2, is
   * in turn with N-1 as well. Its pages are whole until two more transactions have been committed.
   */
  private void requireNoneLater() throws IOException {
    for (int attempt = 1; ; attempt++) {
      Meta newest = newest();
      Meta older;
      try {
        older = meta(1 - newest.page());
      } catch (CorruptStoreException e) {
        return; // it says nothing that counts, and the next transaction writes it anew
      }
      FileWindows.View view = windows.take((older.lastPage() + 1) * pageBytes);
      try {
        requireNewest(new Pages(view, CheckedPages.none(), older), older);
        return;
      } catch (PageDamageException e) {
        // A writer may be at work there.
        if (attempt >= ATTEMPTS && hasIntact(older)) {
          throw new CorruptStoreException(beyondRepair(store, String.valueOf(e.getMessage())), e);
        }
      } finally {
        windows.giveBack(view);
      }
      Thread.onSpinWait();
    }
  }

  private boolean lacksOnlyFreePages(FileWindows.View view, Meta meta) {
    try {
      FreePages free = FreePages.read(new Pages(view, checked, meta), meta);
      return LongStream.rangeClosed(view.length() / pageBytes, meta.lastPage())
          .allMatch(free::contains);
    } catch (PageDamageException | IndexOutOfBoundsException e) {
      return false;
    }
  }

  /** Gives everything back. Nobody may read any more. */
  @Override
  public void close() throws IOException {
    windows.giveBack(start);
    windows.close();
  }

  // Meta pages.

  /** What the newest commit says. */
  Meta newest() {
    for (int attempt = 1; ; attempt++) {
      long first = transaction(0);
      long second = transaction(1);
      int newer = first < second ? 1 : 0;
      try {
        Meta meta = meta(newer);
        // A writer may be at work there: then it isn't the same when it is read again.
        VarHandle.loadLoadFence();
        if (transaction(0) == first && transaction(1) == second && meta.equals(meta(newer))) {
          requireTurns(first, second);
          return meta;
        }
      } catch (CorruptStoreException e) {
        if (attempt >= ATTEMPTS) {
          throw e; // what is half written would be whole by now
        }
      }
      Thread.onSpinWait();
    }
  }

  /**
   * Transactions take turns at the two pages, so their numbers follow one another. Where they
   * don't, one is damaged, and the older state might be taken for the newer.
   */
  private void requireTurns(long first, long second) {
    boolean untouched = first == 0 && second == 0;
    if (!untouched && (first % 2 != 0 || Math.abs(first - second) != 1)) {
      throw new CorruptStoreException(
          beyondRepair(
              store,
              "its two first pages are of the transactions "
                  + first
                  + " and "
                  + second
                  + ", which don't follow one another"));
    }
  }

  private Meta meta(int page) {
    return Meta.read(metas, page * pageBytes, page, store);
  }

  private long transaction(int page) {
    return (long) LONG.getAcquire(metas, page * pageBytes + Meta.TRANSACTION);
  }

  /** Whether nothing has been committed since. */
  boolean hasNewest(Meta meta) {
    return latestTransaction() == meta.transaction();
  }

  /** Whether the pages of a snapshot can't have been written anew until now. */
  boolean hasIntact(Meta meta) {
    VarHandle.loadLoadFence(); // what was read before comes before
    long latest = latestTransaction();
    return latest == meta.transaction() || latest == meta.transaction() + 1;
  }

  /** The number of the newest commit. */
  long latestTransaction() {
    return Math.max(transaction(0), transaction(1));
  }

  // Snapshots.

  /**
   * The newest commit's state.
   *
   * @throws CorruptStoreException if the pages that lead to its trees are damaged
   * @throws UnsupportedStoreException if it is no image store's
   * @throws IOException if the file can't be mapped
   */
  Snapshot snapshot() throws IOException {
    while (true) {
      Meta meta = newest();
      FileWindows.View view = windows.take((meta.lastPage() + 1) * pageBytes);
      boolean taken = false;
      try {
        Snapshot snapshot = snapshot(meta, view);
        if (hasIntact(meta)) {
          taken = true;
          return snapshot;
        }
      } catch (PageDamageException | IndexOutOfBoundsException e) {
        if (hasIntact(meta)) {
          throw new CorruptStoreException(beyondRepair(store, String.valueOf(e.getMessage())), e);
        }
      } catch (RuntimeException e) { // whatever pages look like that were written anew meanwhile
        if (hasIntact(meta)) {
          throw e;
        }
      } finally {
        if (!taken) {
          windows.giveBack(view);
        }
      }
    }
  }

  private Snapshot snapshot(Meta meta, FileWindows.View view) {
    Trees trees = Trees.find(new Pages(view, checked, meta), meta.main(), store);
    CheckedPages roomy = checked.withRoomFor(trees.nodePages() + meta.free().nodePages());
    checked = roomy;
    Pages pages = new Pages(view, roomy, meta);
    if (!trees.arePickled()) {
      requireNewest(pages, meta);
    }
    return new Snapshot(this, view, meta, pages, trees);
  }

  /**
   * Each transaction but the first frees pages of the one before, and lists them under its own
   * number. So where the last list is another's, so is this state.
   */
  private static void requireNewest(Pages pages, Meta meta) {
    TreeCursor free = new TreeCursor(pages, meta.free(), KeyOrder.LONG);
    boolean listed;
    try {
      listed = !Trees.holdsPickles(pages, meta.main()) && free.last();
    } catch (PageDamageException | IndexOutOfBoundsException e) {
      return; // which is in nobody's way who only reads; who writes will be told
    }
    if (listed && free.key() != meta.transaction()) {
      throw new PageDamageException(
          meta.page(),
          "is of transaction "
              + meta.transaction()
              + ", but the last that freed pages is "
              + free.key());
    }
  }

  void giveBack(FileWindows.View view) {
    windows.giveBack(view);
  }
}
