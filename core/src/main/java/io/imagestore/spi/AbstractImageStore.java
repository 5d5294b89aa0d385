package io.imagestore.spi;

import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.ImageBatch;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.OpenMode;
import io.imagestore.ShapeMismatchException;
import io.imagestore.StoreClosedException;
import io.imagestore.StoreInfo;
import io.imagestore.StoreOptions;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.VerifyReport;
import io.imagestore.internal.InFlightCalls;
import io.imagestore.internal.IoFailure;
import io.imagestore.internal.Uninterruptibly;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * What all stores share: arguments are checked, calls are counted so that {@link #close} waits for
 * those in flight, and writers take turns. A backend fills in the protected methods, which are
 * called
 *
 * <ul>
 *   <li>with valid arguments, and never after {@link #release} has begun;
 *   <li>for writing ({@link #write}, {@link #remove}, {@link #sync}) by one thread at a time, and
 *       not at all when the store is read-only;
 *   <li>for reading by any number of threads at once, beside a writer.
 * </ul>
 *
 * They may throw {@link IOException}, which becomes an {@link ImageStoreException} that names the
 * store.
 */
public abstract class AbstractImageStore implements ImageStore {

  private static final ImageShape NO_SHAPE = new ImageShape(1, 1, 1);
  private static final int IDS_A_SCAN = 1024;
  private static final String UNCHANGED = "the store is as it was before this call";

  private final Path location;
  private final boolean readOnly;
  private final InFlightCalls calls = new InFlightCalls();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ReentrantLock writing = new ReentrantLock();

  /**
   * An open store.
   *
   * @param location where it lies, as named in messages
   * @param options tell whether it is read-only
   */
  protected AbstractImageStore(Path location, StoreOptions options) {
    this(location, options.mode() == OpenMode.READ_ONLY);
  }

  /**
   * An open store.
   *
   * @param location where it lies, as named in messages
   * @param readOnly whether writing is refused
   */
  protected AbstractImageStore(Path location, boolean readOnly) {
    this.location = Objects.requireNonNull(location, "location");
    this.readOnly = readOnly;
  }

  // What a backend fills in.

  /**
   * Stores images as one: all or none, also after a crash. An id may come twice; the later one
   * stays. If the iterator throws, nothing is stored and its exception is let through.
   *
   * @param images without nulls; of any length, so not to be held whole
   * @throws IOException if the file system fails; nothing is stored then
   */
  protected abstract void write(Iterator<LabeledImage> images) throws IOException;

  /**
   * Stores one image. By default as a batch of one.
   *
   * @param image the image
   * @throws IOException if the file system fails; nothing is stored then
   */
  protected void write(LabeledImage image) throws IOException {
    write(List.of(image).iterator());
  }

  /**
   * Stores a batch as one. By default image by image.
   *
   * @param batch has at least one image
   * @throws IOException if the file system fails; nothing is stored then
   */
  protected void write(ImageBatch batch) throws IOException {
    write(imagesOf(batch));
  }

  /**
   * Deletes an image, atomically.
   *
   * @param id at least 0
   * @return whether there was one
   * @throws IOException if the file system fails; nothing is deleted then
   */
  protected abstract boolean remove(long id) throws IOException;

  /**
   * Reads an image.
   *
   * @param id at least 0
   * @return the image, or null if there is none
   * @throws IOException if the file system fails
   * @throws CorruptImageException if it is damaged
   */
  protected abstract @Nullable LabeledImage read(long id) throws IOException;

  /**
   * Reads images into a batch with {@link ImageBatch#fill}. All ids are looked up before the first
   * pixel is written.
   *
   * @param ids at most as many as the batch takes, at least one
   * @param into takes them
   * @throws IOException if the file system fails
   * @throws ImageNotFoundException if one is missing
   * @throws io.imagestore.ShapeMismatchException if one has another shape than the batch
   * @throws CorruptImageException if one is damaged
   */
  protected abstract void read(long[] ids, ImageBatch into) throws IOException;

  /**
   * The shape of a stored image; doesn't read its pixels.
   *
   * @param id at least 0
   * @return the shape, or null if there is no such image
   * @throws IOException if the file system fails
   */
  protected abstract @Nullable ImageShape shapeOf(long id) throws IOException;

  /**
   * The label of a stored image; doesn't read its pixels.
   *
   * @param id at least 0
   * @return the label, or empty if there is no such image
   * @throws IOException if the file system fails
   */
  protected abstract OptionalInt labelOf(long id) throws IOException;

  /**
   * The ids that follow one another.
   *
   * @param firstId the lowest wanted, at least 0
   * @param count how many at the most; may be far more than there are, so memory is not to be taken
   *     by it
   * @return ascending; fewer than count only where the store ends
   * @throws IOException if the file system fails
   */
  protected abstract long[] idsFrom(long firstId, int count) throws IOException;

  /**
   * How many images there are.
   *
   * @return 0 or more
   * @throws IOException if the file system fails
   */
  protected abstract long count() throws IOException;

  /**
   * Reads and checks one image, even if checksums aren't verified on each read.
   *
   * @param id at least 0; the image may have been deleted meanwhile, which is no damage
   * @throws IOException if the file system fails
   * @throws CorruptImageException if it is damaged
   */
  protected abstract void check(long id) throws IOException;

  /**
   * The ids that {@link #verify} checks. By default those of {@link #idsFrom}; a backend that can
   * find an image though the place that lists it is damaged overrides it.
   *
   * @param firstId the lowest wanted, at least 0
   * @param count how many at the most
   * @return ascending; fewer than count only where the store ends
   * @throws IOException if the file system fails
   */
  protected long[] idsToCheck(long firstId, int count) throws IOException {
    return idsFrom(firstId, count);
  }

  /**
   * Looks for what is wrong with the store as a whole, beside its images: parts that don't add up.
   * By default nothing is.
   *
   * @return what is wrong, in words for a person
   * @throws IOException if the file system fails
   */
  protected List<String> checkStructure() throws IOException {
    return List.of();
  }

  /**
   * What the store tells of itself.
   *
   * @return the state of this moment
   * @throws IOException if the file system fails
   */
  protected abstract StoreInfo describe() throws IOException;

  /**
   * Makes all that has been written survive the loss of power.
   *
   * @throws IOException if the file system fails
   */
  protected abstract void sync() throws IOException;

  /**
   * Gives everything back, making what was written survive the loss of power before. Called once,
   * after the last call has ended.
   *
   * @throws IOException if the file system fails; everything is given back all the same
   */
  protected abstract void release() throws IOException;

  /**
   * Reads the images that follow one another by id, each whole, as {@link #stream} gives them out.
   * By default one by one; a backend that reads faster together may override it, but must return
   * what comes before a damaged image and throw only when that is the first.
   *
   * @param firstId the lowest wanted, at least 0
   * @param count how many at the most
   * @return ascending by id; empty only where the store ends
   * @throws IOException if the file system fails
   * @throws CorruptImageException if the first of them is damaged
   */
  protected List<LabeledImage> scan(long firstId, int count) throws IOException {
    List<LabeledImage> images = new ArrayList<>();
    long from = firstId;
    while (images.isEmpty()) {
      long[] ids = idsFrom(from, count);
      if (ids.length == 0 || !readAll(ids, images) || ids[ids.length - 1] == Long.MAX_VALUE) {
        break;
      }
      from = ids[ids.length - 1] + 1;
    }
    return images;
  }

  private boolean readAll(long[] ids, List<LabeledImage> images) throws IOException {
    for (long id : ids) {
      try {
        LabeledImage image = read(id);
        if (image != null) {
          images.add(image);
        }
      } catch (CorruptImageException e) {
        if (images.isEmpty()) {
          throw e;
        }
        return false; // the next scan begins with the damaged image, and throws
      }
    }
    return true;
  }

  /**
   * Reads the images that follow one another by id. By default looks the ids up, then reads them.
   *
   * @param firstId the lowest wanted, at least 0
   * @param count how many at the most
   * @return ascending by id; fewer than count only where the store ends
   * @throws IOException if the file system fails
   * @throws io.imagestore.ShapeMismatchException if their shapes differ
   * @throws CorruptImageException if one is damaged
   */
  protected ImageBatch readRange(long firstId, int count) throws IOException {
    while (true) {
      long[] ids = idsFrom(firstId, count);
      try {
        return readInto(ids);
      } catch (ImageNotFoundException e) {
        // Deleted between the two steps: look again. Each turn needs a delete, so this ends.
      }
    }
  }

  /**
   * Where the store lies.
   *
   * @return as given to the constructor
   */
  protected final Path location() {
    return location;
  }

  /**
   * Refuses an image that doesn't fit a batch.
   *
   * @param id the image's id
   * @param shape its shape
   * @param wanted the batch's shape
   * @throws ShapeMismatchException if they differ
   */
  protected final void requireShape(long id, ImageShape shape, ImageShape wanted) {
    if (!shape.equals(wanted)) {
      throw new ShapeMismatchException(
          "image "
              + id
              + " in store "
              + location
              + " is "
              + shape
              + ", but the batch holds images of "
              + wanted);
    }
  }

  // What users call.

  @Override
  public final void put(long id, Image image, int label) {
    LabeledImage labeled = new LabeledImage(id, image, label);
    runChanging(
        "storing image " + id,
        () -> {
          write(labeled);
        });
  }

  @Override
  public final void putBatch(Iterable<LabeledImage> images) {
    Objects.requireNonNull(images, "images");
    runChanging(
        "storing a batch",
        () -> {
          write(new NonNullIterator(calls, calls.callBack(images::iterator)));
        });
  }

  @Override
  public final void putBatch(Stream<LabeledImage> images) {
    try (images) {
      Iterator<LabeledImage> iterator = images.iterator();
      runChanging("storing a batch", () -> write(new NonNullIterator(calls, iterator)));
    }
  }

  @Override
  public final void putBatch(ImageBatch batch) {
    Objects.requireNonNull(batch, "batch");
    runChanging(
        "storing a batch",
        () -> {
          if (batch.size() > 0) {
            write(batch);
          }
        });
  }

  @Override
  public final boolean delete(long id) {
    checkId(id);
    return changing("deleting image " + id, () -> remove(id));
  }

  @Override
  public final LabeledImage get(long id) {
    return find(id).orElseThrow(() -> new ImageNotFoundException(location, id));
  }

  @Override
  public final Optional<LabeledImage> find(long id) {
    checkId(id);
    return reading("reading image " + id, () -> Optional.ofNullable(read(id)));
  }

  @Override
  public final ImageBatch readBatch(long[] ids) {
    checkIds(ids);
    return reading("reading a batch", () -> readInto(ids));
  }

  @Override
  public final ImageBatch readBatch(long firstId, int count) {
    checkId(firstId);
    if (count < 0) {
      throw new IllegalArgumentException("count must be 0 or more, but is " + count);
    }
    return reading("reading a batch", () -> readRange(firstId, count));
  }

  @Override
  public final void readBatch(long[] ids, ImageBatch into) {
    checkIds(ids);
    if (ids.length > into.capacity()) {
      throw new IllegalArgumentException(
          ids.length + " images were asked for, but the batch has room for " + into.capacity());
    }
    runReading(
        "reading a batch",
        () -> {
          if (ids.length == 0) {
            into.clear();
          } else {
            read(ids, into);
          }
        });
  }

  @Override
  public final boolean contains(long id) {
    checkId(id);
    return reading("looking up image " + id, () -> labelOf(id).isPresent());
  }

  @Override
  public final int label(long id) {
    checkId(id);
    return reading("reading the label of image " + id, () -> labelOf(id))
        .orElseThrow(() -> new ImageNotFoundException(location, id));
  }

  @Override
  public final long size() {
    return reading("counting the images", this::count);
  }

  @Override
  public final long[] ids() {
    return reading("listing the ids", this::allIds);
  }

  /** Reads on until the store ends; once they were counted, there might be more. */
  private long[] allIds() throws IOException {
    LongStream.Builder all = LongStream.builder();
    long from = 0;
    while (true) {
      long[] ids = idsFrom(from, IDS_A_SCAN);
      Arrays.stream(ids).forEach(all);
      if (ids.length < IDS_A_SCAN || ids[ids.length - 1] == Long.MAX_VALUE) {
        return all.build().toArray();
      }
      from = ids[ids.length - 1] + 1;
    }
  }

  @Override
  public final Stream<LabeledImage> stream() {
    runReading("opening a stream", () -> {});
    return StreamSupport.stream(new ImageSpliterator(this::scanCounted), false);
  }

  @Override
  public final StoreInfo info() {
    return reading("describing the store", this::describe);
  }

  @Override
  public final VerifyReport verify() {
    long checked = 0;
    List<VerifyReport.Damage> damages = new ArrayList<>();
    long from = 0;
    while (true) {
      long first = from;
      // Many short calls, so that close needn't wait for the whole.
      long[] ids = reading("verifying", () -> idsToCheck(first, IDS_A_SCAN));
      if (ids.length == 0) {
        break;
      }
      for (long id : ids) {
        try {
          runReading(
              "verifying image " + id,
              () -> {
                check(id);
              });
        } catch (CorruptImageException e) {
          damages.add(new VerifyReport.Damage(id, String.valueOf(e.getMessage())));
        }
      }
      checked += ids.length;
      if (ids[ids.length - 1] == Long.MAX_VALUE) {
        break;
      }
      from = ids[ids.length - 1] + 1;
    }
    return new VerifyReport(checked, damages, reading("verifying", this::checkStructure));
  }

  @Override
  public final void flush() {
    runReading(
        "flushing",
        () -> {
          if (!readOnly) {
            inTurn("flushing", asAction(this::sync));
          }
        });
  }

  @Override
  public final void close() {
    refuseInsideOwnBatch("close");
    if (!calls.close()) {
      Uninterruptibly.await(closed);
      return;
    }
    calls.awaitDrained();
    try {
      release();
    } catch (IOException e) {
      throw failure("closing", e, "");
    } finally {
      closed.countDown();
    }
  }

  /** Backend and place, as {@code LmdbImageStore[/data/train]}. */
  @Override
  public final String toString() {
    return getClass().getSimpleName() + "[" + location + "]";
  }

  // How calls run.

  /** Something that gives a result, or fails as files do. */
  private interface Action<T> {
    T run() throws IOException;
  }

  /** Something that gives no result, and may fail as files do. */
  private interface Step {
    void run() throws IOException;
  }

  private <T> T reading(String what, Action<T> action) {
    return run(what, "", action);
  }

  private <T> T changing(String what, Action<T> action) {
    return run(what, UNCHANGED, () -> inTurn(what, action));
  }

  private <T> T run(String what, String outcome, Action<T> action) {
    if (!calls.enter()) {
      throw new StoreClosedException(location);
    }
    try {
      return action.run();
    } catch (IOException e) {
      throw failure(what, e, outcome);
    } finally {
      calls.exit();
    }
  }

  private <T> T inTurn(String what, Action<T> action) throws IOException {
    if (readOnly) {
      throw new UnsupportedStoreException(what + ": store " + location + " was opened read-only");
    }
    refuseInsideOwnBatch(what);
    writing.lock();
    try {
      return action.run();
    } finally {
      writing.unlock();
    }
  }

  private void runReading(String what, Step step) {
    reading(what, asAction(step));
  }

  private void runChanging(String what, Step step) {
    changing(what, asAction(step));
  }

  private static Action<Boolean> asAction(Step step) {
    return () -> {
      step.run();
      return true;
    };
  }

  private void refuseInsideOwnBatch(String what) {
    if (calls.isInCallback()) {
      throw new IllegalStateException(
          what
              + ": store "
              + location
              + " is just taking a batch whose iterator makes this call; let the batch end first");
    }
  }

  private List<LabeledImage> scanCounted(long firstId, int count) {
    return reading("reading a stream", () -> scan(firstId, count));
  }

  private ImageBatch readInto(long[] ids) throws IOException {
    if (ids.length == 0) {
      return ImageBatch.allocate(NO_SHAPE, 0);
    }
    ImageShape shape = shapeOf(ids[0]);
    if (shape == null) {
      throw new ImageNotFoundException(location, ids[0]);
    }
    ImageBatch batch = ImageBatch.allocate(shape, ids.length);
    read(ids, batch);
    return batch;
  }

  private ImageStoreException failure(String what, IOException e, String outcome) {
    return IoFailure.of(what + " failed in store " + location, e, outcome);
  }

  private static Iterator<LabeledImage> imagesOf(ImageBatch batch) {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < batch.size();
      }

      @Override
      public LabeledImage next() {
        int i = Objects.checkIndex(next++, batch.size());
        return new LabeledImage(batch.id(i), batch.image(i), batch.label(i));
      }
    };
  }

  private static void checkIds(long[] ids) {
    for (long id : ids) {
      checkId(id);
    }
  }

  private static void checkId(long id) {
    if (id < 0) {
      throw new IllegalArgumentException("id must be 0 or more, but is " + id);
    }
  }
}
