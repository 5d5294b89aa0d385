package io.imagestore.testkit;

import io.imagestore.Image;
import io.imagestore.ImageBatch;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.StoreInfo;
import io.imagestore.VerifyReport;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that leaves a store or a stream open, and shows where it was opened. Register it as
 * an extension, and open stores through {@link #track}:
 *
 * <pre>{@code
 * @RegisterExtension final LeakDetector leaks = new LeakDetector();
 *
 * ImageStore store = leaks.track(ImageStores.open(path));
 * }</pre>
 *
 * <p>Safe in any thread.
 */
public final class LeakDetector implements AfterEachCallback {

  private final Map<Object, Throwable> open = Collections.synchronizedMap(new IdentityHashMap<>());

  /** Nothing is tracked yet. */
  public LeakDetector() {}

  /**
   * Watches a store.
   *
   * @param store just opened
   * @return the same store, watched; close this one
   */
  public ImageStore track(ImageStore store) {
    ImageStore tracked = new TrackedStore(store);
    open.put(tracked, new Throwable("store " + store + " was opened here"));
    return tracked;
  }

  /**
   * Checks that all that was tracked has been closed.
   *
   * @throws AssertionError if not; its causes tell where each was opened
   */
  public void assertNothingOpen() {
    synchronized (open) {
      if (!open.isEmpty()) {
        AssertionError error =
            new AssertionError(open.size() + " stores or streams were not closed");
        open.values().forEach(error::addSuppressed);
        open.clear();
        throw error;
      }
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    assertNothingOpen();
  }

  private final class TrackedStore implements ImageStore {

    private final ImageStore store;

    TrackedStore(ImageStore store) {
      this.store = store;
    }

    @Override
    public Stream<LabeledImage> stream() {
      Stream<LabeledImage> stream = store.stream();
      Object key = new Object();
      open.put(key, new Throwable("a stream of " + store + " was opened here"));
      return stream.onClose(() -> open.remove(key));
    }

    @Override
    public void close() {
      open.remove(this);
      store.close();
    }

    @Override
    public void put(long id, Image image, int label) {
      store.put(id, image, label);
    }

    @Override
    public LabeledImage get(long id) {
      return store.get(id);
    }

    @Override
    public Optional<LabeledImage> find(long id) {
      return store.find(id);
    }

    @Override
    public void putBatch(Iterable<LabeledImage> images) {
      store.putBatch(images);
    }

    @Override
    public void putBatch(Stream<LabeledImage> images) {
      store.putBatch(images);
    }

    @Override
    public void putBatch(ImageBatch batch) {
      store.putBatch(batch);
    }

    @Override
    public ImageBatch readBatch(long[] ids) {
      return store.readBatch(ids);
    }

    @Override
    public ImageBatch readBatch(long firstId, int count) {
      return store.readBatch(firstId, count);
    }

    @Override
    public void readBatch(long[] ids, ImageBatch into) {
      store.readBatch(ids, into);
    }

    @Override
    public boolean contains(long id) {
      return store.contains(id);
    }

    @Override
    public boolean delete(long id) {
      return store.delete(id);
    }

    @Override
    public long size() {
      return store.size();
    }

    @Override
    public long[] ids() {
      return store.ids();
    }

    @Override
    public int label(long id) {
      return store.label(id);
    }

    @Override
    public StoreInfo info() {
      return store.info();
    }

    @Override
    public VerifyReport verify() {
      return store.verify();
    }

    @Override
    public void flush() {
      store.flush();
    }

    @Override
    public String toString() {
      return store.toString();
    }
  }
}
