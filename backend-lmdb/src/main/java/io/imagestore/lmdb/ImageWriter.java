package io.imagestore.lmdb;

import io.imagestore.ImageBatch;
import io.imagestore.ImageShape;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.SampleType;
import io.imagestore.UnsupportedImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.zip.CRC32C;
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
 *   <li>The images go into {@code pixels} if their id is new, which nobody sees, for it isn't in
 *       the index. If the id is taken, they go into {@code staged}, so that the old image stays
 *       whole. Their records go into {@code pending}.
 *   <li>One transaction moves all records from {@code pending} into the index. This is the commit.
 *       Records of replaced images say that their pixels lie in {@code staged}.
 *   <li>Staged pixels are moved into {@code pixels}, portion by portion, each with its record.
 * </ol>
 *
 * <p>If the process dies before step 2, the next writer finds records in {@code pending} and
 * deletes their pixels; after step 2, it goes on with step 3. Before a large batch begins, both
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
  private final CRC32C crc = new CRC32C();
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
            return Portion.next(images, ImageWriter.this::requireHeld);
          }
        });
  }

  private void requireHeld(LabeledImage image) {
    if (image.image().isEncoded()) {
      throw refused(image.id(), "it is encoded, as " + image.image().format().orElseThrow());
    }
    if (image.metadata().isPresent()) {
      throw refused(image.id(), "it has metadata");
    }
    requireHeld(image.id(), image.image().shape());
  }

  private void requireHeld(long id, ImageShape shape) {
    if (shape.sampleType() != SampleType.UINT8) {
      throw refused(id, "its samples are " + shape.sampleType());
    }
  }

  private UnsupportedImageException refused(long id, String what) {
    return new UnsupportedImageException(
        "image " + id + " can't be stored in LMDB store " + store + ": " + what);
  }

  /** Stores a batch, all or none. */
  void write(ImageBatch batch) throws IOException {
    requireHeld(batch.id(0), batch.shape());
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
      checkAll(StoreView::requirePending);
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
                  txn.pixels().delete(id);
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
      checkAll(StoreView::requireLeftovers);
      repeat(this::discardPending);
      repeat(this::settleStaged);
    }
    leftovers = false;
  }

  // Transactions.

  private void store(WriteTransaction txn, Portion images) {
    for (int i = 0; i < images.size(); i++) {
      int checksum = putPixels(txn.pixels(), images, i);
      record.set(images.id(i), images.label(i), images.shape(i), checksum, false);
      txn.index().put(images.id(i), record);
    }
  }

  private void stage(WriteTransaction txn, Portion images) {
    for (int i = 0; i < images.size(); i++) {
      long id = images.id(i);
      boolean taken = txn.index().get(id) != null;
      int checksum = putPixels(taken ? txn.staged() : txn.pixels(), images, i);
      record.set(id, images.label(i), images.shape(i), checksum, taken);
      txn.pending().put(id, record);
    }
  }

  private int putPixels(WriteTree target, Portion images, int i) {
    int bytes = (int) images.shape(i).byteCount();
    ByteBuffer page = NativeMemory.buffer(target.reserve(images.id(i), bytes).address, bytes);
    images.copyTo(i, page);
    crc.reset();
    crc.update(page.flip());
    return (int) crc.getValue();
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
          txn.pixels().deleteChecked(id);
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
        long address = staged.val().address;
        long size = staged.val().size;
        Slice entry = txn.index().get(id);
        if (entry != null) {
          record.readFrom(entry, id, store);
          if (record.staged()) {
            Slice place = txn.pixels().reserve(id, Math.toIntExact(size));
            NativeMemory.copy(address, place.address, size);
            record.setStaged(false);
            txn.index().put(id, record);
            bytes += size;
          }
        }
        staged.delete();
      }
      return true;
    }
  }

  /** Checks pages that the next steps go through, as the last commit has left them. */
  private void checkAll(Check check) throws IOException {
    environment.read(
        view -> {
          check.run(view);
          return true;
        });
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

  private interface Check {
    void run(StoreView view);
  }

  private interface Step {
    void run(WriteTransaction txn);
  }
}
