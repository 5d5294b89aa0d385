package io.imagestore.lmdb;

import com.kenai.jffi.PageManager;
import io.imagestore.UnsupportedStoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.Txn;

/**
 * The databases of an open environment.
 *
 * <ul>
 *   <li>{@code pixels}: id to HWC bytes
 *   <li>{@code index}: id to {@link ImageRecord}; what isn't here isn't in the store
 *   <li>{@code meta}: the header
 *   <li>{@code pending} and {@code staged}: a large batch on its way, see {@link ImageWriter}; else
 *       empty
 * </ul>
 *
 * <p>An environment of pickled images has one database without a name, which is both pixels and
 * index here.
 */
final class Databases implements AutoCloseable {

  private static final List<String> NAMES = List.of("pixels", "index", "meta", "pending", "staged");

  private final Env<Slice> env;
  private final Path file;
  private final long mapBytes;
  private final List<Dbi<Slice>> open;
  private final Key headerKey = Key.named("header");
  private final long mapStart;
  private volatile long knownEnd;

  private Databases(Env<Slice> env, Path file, List<Dbi<Slice>> open) {
    this.env = env;
    this.file = file;
    this.open = open;
    this.mapBytes = env.info().mapSize; // more than asked for if the file is larger
    this.mapStart = findMapStart();
    this.knownEnd = mapStart == 0 ? Long.MAX_VALUE : mapStart;
  }

  /**
   * Opens an environment.
   *
   * @param mapBytes the address space to take
   * @param newHeader the header to write into an empty environment; null if none may be created
   */
  static Databases open(
      Path directory, Settings settings, long mapBytes, @Nullable String newHeader) {
    Env<Slice> env =
        Env.create(new SliceProxy())
            .setMapSize(mapBytes)
            .setMaxDbs(NAMES.size())
            .setMaxReaders(settings.maxReaders())
            .open(directory.toFile(), settings.flags());
    boolean opened = false;
    try {
      env.readerCheck(); // gives back the slots of processes that have died
      List<Dbi<Slice>> open =
          newHeader != null && env.stat().entries == 0
              ? create(env, newHeader)
              : openAll(env, directory);
      opened = true;
      return new Databases(env, directory.resolve(DataFile.NAME), open);
    } finally {
      if (!opened) {
        env.close();
      }
    }
  }

  private static List<Dbi<Slice>> create(Env<Slice> env, String header) {
    try (Txn<Slice> txn = env.txnWrite()) {
      List<Dbi<Slice>> open = openAll(env, txn, DbiFlags.MDB_CREATE);
      putHeader(txn, open.get(NAMES.indexOf("meta")), header);
      txn.commit();
      return open;
    }
  }

  private static List<Dbi<Slice>> openAll(Env<Slice> env, Path directory) {
    try (Txn<Slice> txn = env.txnRead()) {
      List<Dbi<Slice>> open = holdsPickles(env, txn) ? openUnnamed(env, txn) : openAll(env, txn);
      txn.commit(); // so that the handles outlive the transaction
      return open;
    } catch (Dbi.KeyNotFoundException | Dbi.IncompatibleException e) {
      throw new UnsupportedStoreException(
          "what lies at "
              + directory
              + " is an LMDB environment, but no image store: it lacks one of the databases "
              + NAMES,
          e);
    }
  }

  /** Whether the first key is that of a pickled image, which no name of a database looks like. */
  private static boolean holdsPickles(Env<Slice> env, Txn<Slice> txn) {
    try (Cursor<Slice> first = unnamed(env, txn).openCursor(txn)) {
      return first.first() && IdFormat.DIGITS.idOf(first.key()) != IdFormat.NONE;
    }
  }

  private static List<Dbi<Slice>> openUnnamed(Env<Slice> env, Txn<Slice> txn) {
    Dbi<Slice> both = unnamed(env, txn);
    return List.of(both, both);
  }

  private static Dbi<Slice> unnamed(Env<Slice> env, Txn<Slice> txn) {
    return env.openDbi(txn, null, null, false);
  }

  private static List<Dbi<Slice>> openAll(Env<Slice> env, Txn<Slice> txn, DbiFlags... flags) {
    List<Dbi<Slice>> open = new ArrayList<>();
    for (String name : NAMES) {
      open.add(env.openDbi(txn, name.getBytes(StandardCharsets.US_ASCII), null, false, flags));
    }
    return open;
  }

  static void putHeader(Txn<Slice> txn, Dbi<Slice> meta, String header) {
    byte[] bytes = header.getBytes(StandardCharsets.UTF_8);
    Slice value = meta.reserve(txn, Key.named("header"), bytes.length);
    NativeMemory.put(value.address, bytes, 0, bytes.length);
  }

  @Override
  public void close() {
    env.close();
  }

  Env<Slice> env() {
    return env;
  }

  long mapBytes() {
    return mapBytes;
  }

  Dbi<Slice> pixels() {
    return open.get(0);
  }

  Dbi<Slice> index() {
    return open.get(1);
  }

  Dbi<Slice> meta() {
    return open.get(2);
  }

  Dbi<Slice> pending() {
    return open.get(3);
  }

  Dbi<Slice> staged() {
    return open.get(4);
  }

  boolean holdPickles() {
    return open.size() < NAMES.size();
  }

  IdFormat idFormat() {
    return holdPickles() ? IdFormat.DIGITS : IdFormat.BIG_ENDIAN;
  }

  Key headerKey() {
    return headerKey;
  }

  /**
   * Whether what a read transaction has returned lies in the file. A damaged page may point behind
   * its end, where reading would end the process.
   */
  boolean isWithinFile(Slice value) {
    long end = value.address + value.size;
    if (end <= knownEnd && value.address >= mapStart) {
      return true;
    }
    long measured = mapStart + file.toFile().length(); // it has grown since
    knownEnd = measured;
    return end <= measured && value.address >= mapStart;
  }

  /**
   * Where the map begins, which LMDB doesn't tell: each page bears its number, so the page in which
   * the first key lies leads there.
   */
  private long findMapStart() {
    try (Txn<Slice> txn = env.txnRead();
        Cursor<Slice> first = unnamed(env, txn).openCursor(txn)) {
      int pageBytes = env.stat().pageSize;
      if (!first.first() || pageBytes > PageManager.getInstance().pageSize()) {
        return 0; // then nothing is checked
      }
      long page = first.key().address & -pageBytes;
      return page - NativeMemory.getLong(page) * pageBytes;
    }
  }
}
