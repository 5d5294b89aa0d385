package io.imagestore.lmdb;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.Txn;

/** LMDB's environment, open to write, and the handles of its databases, which are a store's. */
final class Databases implements AutoCloseable {

  private static final DbiFlags[] EXISTING = {};
  private static final DbiFlags[] NEW = {DbiFlags.MDB_CREATE};

  private final Env<Slice> env;
  private final long mapBytes;
  private final List<Dbi<Slice>> open;

  private Databases(Env<Slice> env, List<Dbi<Slice>> open) {
    this.env = env;
    this.open = open;
    this.mapBytes = env.info().mapSize; // more than asked for if the file is larger
  }

  /**
   * Opens an environment that has the databases. Its pages have been checked before.
   *
   * @param mapBytes the address space to take
   */
  static Databases open(Path directory, Settings settings, long mapBytes) {
    return opened(env(directory, settings, mapBytes), null);
  }

  /**
   * Makes the databases, with a header, in an environment that is empty, or isn't there yet; in one
   * transaction, so that a crash leaves either a store or nothing.
   */
  static Databases create(Path directory, Settings settings, long mapBytes, String header) {
    return opened(env(directory, settings, mapBytes), header);
  }

  private static Env<Slice> env(Path directory, Settings settings, long mapBytes) {
    return Env.create(new SliceProxy())
        .setMapSize(mapBytes)
        .setMaxDbs(Trees.NAMES.size())
        .setMaxReaders(settings.maxReaders())
        .open(directory.toFile(), settings.flags());
  }

  private static Databases opened(Env<Slice> env, @Nullable String newHeader) {
    boolean opened = false;
    try {
      env.readerCheck(); // gives back the slots of processes that have died
      List<Dbi<Slice>> handles = new ArrayList<>();
      Databases databases = new Databases(env, handles);
      DbiFlags[] flags = newHeader == null ? EXISTING : NEW;
      try (Txn<Slice> txn = newHeader == null ? env.txnRead() : env.txnWrite()) {
        for (String name : Trees.NAMES) {
          byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
          handles.add(env.openDbi(txn, bytes, null, false, flags));
        }
        if (newHeader != null) {
          databases.putHeader(txn, newHeader);
        }
        txn.commit(); // so that the handles outlive the transaction
      }
      opened = true;
      return databases;
    } finally {
      if (!opened) {
        env.close();
      }
    }
  }

  /** Writes the header, within a transaction. */
  void putHeader(Txn<Slice> txn, String header) {
    byte[] bytes = header.getBytes(StandardCharsets.UTF_8);
    Slice value = header().reserve(txn, Key.named(StoreView.HEADER), bytes.length);
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

  Dbi<Slice> images() {
    return open.get(0);
  }

  Dbi<Slice> index() {
    return open.get(1);
  }

  Dbi<Slice> metadata() {
    return open.get(2);
  }

  Dbi<Slice> header() {
    return open.get(3);
  }

  Dbi<Slice> pending() {
    return open.get(4);
  }

  Dbi<Slice> staged() {
    return open.get(5);
  }

  Dbi<Slice> stagedMetadata() {
    return open.get(6);
  }
}
