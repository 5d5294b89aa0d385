package io.imagestore.lmdb;

import io.imagestore.LabeledImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.lmdbjava.Dbi;
import org.lmdbjava.Env;
import org.lmdbjava.Env.MapFullException;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.Txn;

/**
 * Fills a new environment with numbered pickles, in transactions of bounded size. For one thread.
 */
final class ArticleWriter implements AutoCloseable {

  private static final long PORTION_BYTES = 8L << 20;

  private final ArticlePickle pickle;
  private final Env<Slice> env;
  private final Dbi<Slice> images;
  private final List<LabeledImage> portion = new ArrayList<>();
  private long portionBytes;
  private long mapBytes;
  private long count;

  ArticleWriter(Path folder, ArticlePickle pickle, long mapBytes) {
    this.pickle = pickle;
    this.mapBytes = mapBytes;
    // Nobody else knows of it yet: so it needs no lock, which would bind transactions to a thread
    // of the system, and nothing has to be on the device before the end.
    this.env =
        Env.create(new SliceProxy())
            .setMapSize(mapBytes)
            .open(folder.toFile(), EnvFlags.MDB_NOLOCK, EnvFlags.MDB_NOSYNC);
    this.images = env.openDbi((String) null);
  }

  void add(LabeledImage image) {
    portion.add(image);
    portionBytes += image.image().shape().byteCount();
    if (portionBytes >= PORTION_BYTES) {
      writePortion();
    }
  }

  /** Writes what is left, and waits until all is on the device. */
  void finish() {
    writePortion();
    env.sync(true);
  }

  private void writePortion() {
    while (!written()) {
      mapBytes *= 2;
      env.setMapSize(mapBytes);
    }
    count += portion.size();
    portion.clear();
    portionBytes = 0;
  }

  /** Writes the portion, all or nothing; nothing if the map has no room for it. */
  private boolean written() {
    try (Txn<Slice> transaction = env.txnWrite()) {
      long number = count;
      for (LabeledImage image : portion) {
        put(transaction, number++, pickle.of(image));
      }
      transaction.commit();
      return true;
    } catch (MapFullException e) {
      return false;
    }
  }

  private void put(Txn<Slice> transaction, long number, byte[] bytes) {
    Key key = Key.named(String.format(Locale.ROOT, "%08d", number));
    Slice value = images.reserve(transaction, key, bytes.length);
    NativeMemory.put(value.address, bytes, 0, bytes.length);
  }

  @Override
  public void close() {
    env.close();
  }
}
