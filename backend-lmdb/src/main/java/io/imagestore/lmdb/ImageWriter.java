package io.imagestore.lmdb;

import io.imagestore.ImageBatch;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.spi.Checksums;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import org.lmdbjava.Cursor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes images. A call is one LMDB transaction where it fits into a {@link Portion}, and so are
 * all single puts.
 *
 * <p>A larger batch is written in many transactions, so that it may be of any length and neither
 * memory nor LMDB's list of dirty pages is ever exhausted, and becomes visible in one:
 *
 * <ol>
 *   <li>The images go into {@code images} if their id is new, which nobody sees, for it isn't in
 *       the index. If the id is taken, they go into {@code staged}, so that the old image stays
 *       whole. Metadata goes into {@code metadata} or {@code staged metadata} likewise, the records
 *       into {@code pending}.
 *   <li>One transaction moves all records from {@code pending} into the index. This is the commit.
 *       Records of replaced images say that these are staged.
 *   <li>Staged images are moved to where all lie, portion by portion, each with its record.
 * </ol>
 *
 * <p>If the process dies before step 2, the next writer finds records in {@code pending} and
 * deletes their images; after step 2, it goes on with step 3. Before a large batch begins, both
 * databases are empty, so each leftover has one meaning. The record says where an image lies, so
 * readers see each image whole at any moment.
 *
 * <p>The caller sees to it that one thread at a time writes.
 */
final class ImageWriter {

  private static final Logger LOG = LoggerFactory.getLogger(ImageWriter.class);

  private static final int RECORDS_AT_ONCE = 1 << 14;
  private static final long BYTES_AT_ONCE = 32L << 20;
  private static final long BYTES_AN_IMAGE = BYTES_AT_ONCE / RECORDS_AT_ONCE;

  private final Environment environment;
  private final WriteEnvironment lmdb;
  private final WriterThread thread;
  private final Path store;
  private final ImageRecord record = new ImageRecord();
  private final Checksums checksums = new Checksums();
  private boolean leftovers = true;

  ImageWriter(Environment environment, WriteEnvironment lmdb, WriterThread thread, Path store) {
    this.environment = environment;
    this.lmdb = lmdb;
    this.thread = thread;
    this.store = store;
  }

  /**
   * Stores the images of an iterator, all or none. The iterator runs in the calling thread, outside
   * of LMDB.
   */
  void write(Iterator<LabeledImage> images) throws IOException {
    writePortions(
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return images.hasNext();
          }

          @Override
          public Portion next() {
            return Portion.next(images);
          }
        });
  }

  /** Stores a batch, all or none. */
  void write(ImageBatch batch) throws IOException {
    writePortions(Portion.of(batch));
  }

  private void writePortions(Iterator<Portion> portions) throws IOException {
    if (!portions.hasNext()) {
      return;
    }
    Portion first = portions.next();
    if (!portions.hasNext()) {
      transact(txn -> store(txn, first));
      return;
    }
    finishLeftovers();
    leftovers = true;
    try {
      transact(txn -> stage(txn, first));
      while (portions.hasNext()) {
        Portion next = portions.next();
        transact(txn -> stage(txn, next));
      }
      environment.check(StoreView::requirePending);
      transact(this::publish);
    } finally {
      tryToFinishLeftovers();
    }
  }

  /** Deletes an image; false if there is none. */
  boolean delete(long id) throws IOException {
    return thread.call(
        () ->
            lmdb.write(
                txn -> {
                  txn.images().delete(id);
                  txn.metadata().deleteEarlier(id);
                  return txn.index().delete(id);
                }));
  }

  /** Keeps another header in the store. */
  void writeHeader(String header) throws IOException {
    transact(txn -> txn.putHeader(header));
  }

  /** As {@link #finishLeftovers}; where that fails, the next large batch tries again. */
  void tryToFinishLeftovers() {
    try {
      finishLeftovers();
    } catch (IOException | ImageStoreException e) {
      LOG.warn(
          "store {} keeps some pages it doesn't need, until there is room to tidy up", store, e);
    }
  }

  /** Removes what an unfinished batch has left, and ends the third step of one that is complete. */
  private void finishLeftovers() throws IOException {
    if (leftovers && environment.read(StoreView::hasLeftovers)) {
      environment.check(StoreView::requireLeftovers);
      repeat(this::discardPending);
      repeat(this::settleStaged);
    }
    leftovers = false;
  }

  // Transactions.

  private void store(WriteTransaction txn, Portion images) {
    for (int i = 0; i < images.size(); i++) {
      put(images, i, false, txn.images(), txn.metadata(), txn.index());
    }
  }

  private void stage(WriteTransaction txn, Portion images) {
    for (int i = 0; i < images.size(); i++) {
      if (txn.index().get(images.id(i)) == null) {
        put(images, i, false, txn.images(), txn.metadata(), txn.pending());
      } else {
        put(images, i, true, txn.staged(), txn.stagedMetadata(), txn.pending());
      }
    }
  }

  private void put(
      Portion images,
      int i,
      boolean staged,
      WriteTree bytesTree,
      WriteTree metadataTree,
      WriteTree recordTree) {
    long id = images.id(i);
    int bytesCrc = putBytes(bytesTree, id, images.bytes(i));
    byte[] metadata = images.metadata(i);
    int metadataCrc = 0;
    if (metadata == null) {
      metadataTree.deleteEarlier(id);
    } else {
      metadataTree.put(id, metadata);
      metadataCrc = checksums.of(metadata, 0, metadata.length);
    }
    record.set(
        id,
        images.label(i),
        images.shape(i),
        images.format(i),
        bytesCrc,
        metadata != null,
        metadataCrc,
        staged);
    recordTree.put(id, record);
  }

  private int putBytes(WriteTree target, long id, ByteBuffer bytes) {
    int size = bytes.remaining();
    ByteBuffer place = NativeMemory.buffer(target.reserve(id, size).address, size);
    return checksums.of(place.put(bytes).flip());
  }

  private void publish(WriteTransaction txn) {
    try (Cursor<Slice> pending = txn.pending().openCursor()) {
      while (pending.next()) {
        long id = txn.pending().idOf(pending.key());
        record.readFrom(pending.val(), id, store);
        txn.index().put(id, record);
      }
    }
    txn.pending().clear();
  }

  private boolean discardPending(WriteTransaction txn) {
    try (Cursor<Slice> pending = txn.pending().openCursor()) {
      for (int i = 0; i < RECORDS_AT_ONCE; i++) {
        if (!pending.first()) {
          return false;
        }
        long id = txn.pending().idOf(pending.key());
        pending.delete();
        if (txn.index().get(id) == null) {
          txn.images().deleteChecked(id);
          txn.metadata().deleteChecked(id);
        }
      }
      return true;
    }
  }

  private boolean settleStaged(WriteTransaction txn) {
    try (Cursor<Slice> staged = txn.staged().openCursor()) {
      for (long bytes = 0; bytes < BYTES_AT_ONCE; bytes += BYTES_AN_IMAGE) {
        if (!staged.first()) {
          return false;
        }
        long id = txn.staged().idOf(staged.key());
        Slice entry = txn.index().get(id);
        if (entry != null) {
          record.readFrom(entry, id, store);
          if (record.isStaged()) {
            bytes += settle(txn, id, staged.val());
          }
        }
        txn.stagedMetadata().deleteChecked(id);
        staged.delete();
      }
      return true;
    }
  }

  /** Moves an image to where all lie; tells how many bytes that were. */
  private long settle(WriteTransaction txn, long id, Slice bytes) {
    long moved = move(bytes, txn.images(), id);
    Slice metadata = txn.stagedMetadata().get(id);
    if (metadata == null) {
      txn.metadata().deleteEarlier(id);
    } else {
      moved += move(metadata, txn.metadata(), id);
    }
    record.setSettled();
    txn.index().put(id, record);
    return moved;
  }

  private static long move(Slice value, WriteTree to, long id) {
    long address = value.address; // lmdbjava uses slices again
    long size = value.size;
    NativeMemory.copy(address, to.reserve(id, Math.toIntExact(size)).address, size);
    return size;
  }

  private void transact(Step step) throws IOException {
    thread.call(
        () ->
            lmdb.write(
                txn -> {
                  step.run(txn);
                  return true;
                }));
  }

  private void repeat(WriteEnvironment.Writing<Boolean> step) throws IOException {
    boolean more = true;
    while (more) {
      more = thread.call(() -> lmdb.write(step));
    }
  }

  private interface Step {
    void run(WriteTransaction txn);
  }
}
