package io.imagestore.spi;

import io.imagestore.Image;
import io.imagestore.ImageBatch;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.Progress;
import io.imagestore.RepairPolicy;
import io.imagestore.RepairReport;
import io.imagestore.StoreFullException;
import java.io.IOException;
import java.util.Iterator;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/** An open store, to read and write. Writers take turns. */
final class OpenStore extends OpenSource implements ImageStore {

  /** What a writer's failed call leaves, by its contract. */
  private static final String UNCHANGED = "the store is as it was before this call";

  private static final String STORING_A_BATCH = "storing a batch";

  private final StoreReader reader;
  private final StoreWriter writer;
  private final Place place;
  private final ReentrantLock writing = new ReentrantLock();

  OpenStore(String name, StoreReader reader, StoreWriter writer, Calls calls) {
    super(name, reader, calls);
    this.reader = reader;
    this.writer = writer;
    this.place = Place.of(reader.location());
  }

  @Override
  public void put(LabeledImage image) {
    Objects.requireNonNull(image, "image");
    change("storing image " + image.id(), () -> writer.write(image));
  }

  @Override
  public long append(Image image, int label) {
    Objects.requireNonNull(image, "image");
    return writing(
        "appending an image",
        UNCHANGED,
        () -> {
          long id = nextId();
          writer.write(new LabeledImage(id, image, label));
          return id;
        });
  }

  private long nextId() throws IOException {
    try (Snapshot snapshot = reader.snapshot()) {
      OptionalLong last = snapshot.lastId();
      if (last.isPresent() && last.getAsLong() == Long.MAX_VALUE) {
        throw new StoreFullException(
            "store "
                + reader.location()
                + " holds an image of the highest possible id, so none comes after it; choose ids yourself");
      }
      return last.isPresent() ? last.getAsLong() + 1 : 0;
    }
  }

  @Override
  public void putBatch(Iterable<LabeledImage> images) {
    Objects.requireNonNull(images, "images");
    change(STORING_A_BATCH, () -> writer.write(nonNull(calls.callBack(images::iterator))));
  }

  @Override
  public void putBatch(Stream<LabeledImage> images) {
    try (images) {
      Iterator<LabeledImage> iterator = images.iterator();
      change(STORING_A_BATCH, () -> writer.write(nonNull(iterator)));
    }
  }

  private Iterator<LabeledImage> nonNull(Iterator<LabeledImage> images) {
    return new NonNullIterator(calls, images, this::requireStoreToCommit);
  }

  private void requireStoreToCommit() {
    try {
      place.requireStore();
    } catch (IOException e) {
      throw calls.failure(STORING_A_BATCH, e, UNCHANGED);
    }
  }

  @Override
  public void putBatch(ImageBatch batch) {
    Objects.requireNonNull(batch, "batch");
    change(
        STORING_A_BATCH,
        () -> {
          if (batch.size() > 0) {
            writer.write(batch);
          }
        });
  }

  @Override
  public boolean delete(long id) {
    checkId(id);
    return writing("deleting image " + id, UNCHANGED, () -> writer.remove(id));
  }

  @Override
  public void flush() {
    writing("flushing", "", asAction(writer::sync));
  }

  @Override
  public RepairReport repair(RepairPolicy policy, Progress progress) {
    Objects.requireNonNull(progress, "progress");
    calls.refuseInCallback("repair");
    DamagedFolder aside = DamagedFolder.of(reader.location(), policy);
    return new Repair(this, reader, writer, aside).run(progress);
  }

  @Override
  public void close() {
    calls.refuseInCallback("close");
    calls.close(
        () -> {
          try {
            closeWriter();
          } finally {
            reader.close();
          }
        });
  }

  private void closeWriter() throws IOException {
    try {
      place.requireStore();
    } catch (IOException e) {
      abandonWriter(e);
      throw e;
    }
    writer.close();
  }

  private void abandonWriter(IOException failure) {
    try {
      writer.abandon();
    } catch (IOException | ImageStoreException e) {
      failure.addSuppressed(e);
    }
  }

  private void change(String what, Calls.Step step) {
    writing(what, UNCHANGED, asAction(step));
  }

  private static Calls.Action<Boolean> asAction(Calls.Step step) {
    return () -> {
      step.run();
      return true;
    };
  }

  /** Runs a call that writes, when it is its turn. */
  <T> T writing(String what, String outcome, Calls.Action<T> action) {
    calls.refuseInCallback(what);
    return calls.run(
        what,
        outcome,
        () -> {
          writing.lock();
          try {
            place.requireStore();
            return action.run();
          } finally {
            writing.unlock();
          }
        });
  }
}
