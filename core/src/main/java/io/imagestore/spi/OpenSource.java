package io.imagestore.spi;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.Image;
import io.imagestore.ImageBatch;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import io.imagestore.Progress;
import io.imagestore.ShapeMismatchException;
import io.imagestore.StoreInfo;
import io.imagestore.VerifyReport;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** An open store, to read. Each call works on one snapshot. */
class OpenSource implements DirectSource {

  private static final ImageShape NO_SHAPE = new ImageShape(1, 1, 1);
  private static final int IDS_A_SCAN = 1 << 16;

  /** A stream's, of pixels, whether they are encoded or not. */
  private static final long BYTES_A_SCAN = 1 << 23;

  private final String name;
  private final StoreReader reader;
  private final Path location;
  private final Pool<FoundImages> rooms =
      new Pool<>(FoundImages::new, Runtime.getRuntime().availableProcessors());
  final Calls calls;

  OpenSource(String name, StoreReader reader, Calls calls) {
    this.name = name;
    this.reader = reader;
    this.location = reader.location();
    this.calls = calls;
  }

  /** An image can't be read. */
  private static final class UnreadableException extends IOException {
    @Serial private static final long serialVersionUID = 1L;
    private final long id;

    UnreadableException(long id, IOException e) {
      super("image " + id + " can't be read: " + IoFailure.reason(e), e);
      this.id = id;
    }

    /**
     * Where its file was found and opened, it has a bad sector; else it may be read another day.
     */
    boolean isDamage() {
      return !(getCause() instanceof FileSystemException
          || getCause() instanceof FileNotFoundException);
    }

    CorruptImageException asDamage(Path store) {
      return new CorruptImageException(store, id, String.valueOf(getMessage()), this);
    }
  }

  /** What a call does with the state it sees. */
  interface Query<T> {
    T on(Snapshot snapshot) throws IOException;
  }

  /** Runs a call on the state of now, and again if a writer has taken that away. */
  final <T> T query(String what, Query<T> query) {
    return calls.run(
        what,
        () -> {
          while (true) {
            try (Snapshot snapshot = reader.snapshot()) {
              return query.on(snapshot);
            } catch (StaleSnapshotException e) {
              Thread.onSpinWait(); // each turn needs a commit of the writer's
            }
          }
        });
  }

  @Override
  public LabeledImage get(long id) {
    return find(id).orElseThrow(() -> new ImageNotFoundException(location, id));
  }

  @Override
  public Optional<LabeledImage> find(long id) {
    checkId(id);
    return query("reading image " + id, snapshot -> Optional.ofNullable(read(snapshot, id)));
  }

  private static @Nullable LabeledImage read(Snapshot snapshot, long id) throws IOException {
    StoredImage image = snapshot.find(id);
    return image == null ? null : readEach(snapshot, new StoredImage[] {image}).get(0);
  }

  /** The images, whole. */
  private static List<LabeledImage> readEach(Snapshot snapshot, StoredImage[] images)
      throws IOException {
    List<LabeledImage> read = new ArrayList<>(images.length);
    snapshot.readEach(images, (i, bytes) -> read.add(labeled(snapshot, images[i], bytes)));
    return read;
  }

  private static LabeledImage labeled(Snapshot snapshot, StoredImage stored, ByteBuffer bytes)
      throws IOException {
    String format = stored.format();
    Image image =
        format == null
            ? Image.of(stored.shape(), bytes.duplicate())
            : Image.encoded(bytes.duplicate(), format, stored.shape());
    Optional<String> metadata = Optional.ofNullable(snapshot.metadata(stored));
    return new LabeledImage(stored.id(), image, stored.label(), metadata);
  }

  @Override
  public List<LabeledImage> readImages(long[] ids) {
    checkIds(ids, 0, ids.length);
    return query("reading images", snapshot -> readEach(snapshot, findAll(snapshot, ids)));
  }

  @Override
  public void visit(long[] ids, int from, int count, Visitor visitor) {
    checkIds(ids, from, count);
    queryImages(
        "reading images", count, (snapshot, room) -> show(snapshot, ids, from, room, visitor));
  }

  private void show(Snapshot snapshot, long[] ids, int from, StoredImage[] room, Visitor visitor)
      throws IOException {
    int found = 0;
    try {
      for (; found < room.length; found++) {
        room[found] = foundOrDamaged(snapshot, ids[from + found]);
      }
    } catch (CorruptImageException e) {
      show(snapshot, Arrays.copyOf(room, found), visitor);
      throw e;
    }
    show(snapshot, room, visitor);
  }

  private void show(Snapshot snapshot, StoredImage[] images, Visitor visitor) throws IOException {
    calls.callBack(
        () -> {
          snapshot.readEach(images, (i, bytes) -> visitor.visit(i, images[i], bytes));
          return images;
        });
  }

  /** What a call does that finds images of the state it sees; it doesn't keep the array. */
  private interface ImagesQuery {
    void on(Snapshot snapshot, StoredImage[] room) throws IOException;
  }

  /** Runs a call in room for images that is used again. */
  private void queryImages(String what, int count, ImagesQuery query) {
    FoundImages room = rooms.borrow();
    try {
      query(
          what,
          snapshot -> {
            query.on(snapshot, room.array(count));
            return count;
          });
    } finally {
      room.clear();
      rooms.giveBack(room);
    }
  }

  @Override
  public ImageBatch readBatch(long[] ids) {
    checkIds(ids, 0, ids.length);
    return query("reading a batch", snapshot -> readBatch(snapshot, findAll(snapshot, ids)));
  }

  @Override
  public ImageBatch readBatch(long firstId, int count) {
    checkId(firstId);
    if (count < 0) {
      throw new IllegalArgumentException("count must be 0 or more, but is " + count);
    }
    return query(
        "reading a batch",
        snapshot -> readBatch(snapshot, findAll(snapshot, snapshot.idsFrom(firstId, count))));
  }

  private ImageBatch readBatch(Snapshot snapshot, StoredImage[] images) throws IOException {
    ImageShape shape = images.length == 0 ? NO_SHAPE : images[0].shape();
    ImageBatch batch = ImageBatch.allocate(shape, images.length);
    readBatch(snapshot, images, batch);
    return batch;
  }

  @Override
  public void readBatch(long[] ids, int from, int count, ImageBatch into) {
    checkIds(ids, from, count);
    if (count > into.capacity()) {
      throw new IllegalArgumentException(
          count + " images were asked for, but the batch has room for " + into.capacity());
    }
    queryImages(
        "reading a batch",
        count,
        (snapshot, room) -> {
          findAll(snapshot, ids, from, room);
          readBatch(snapshot, room, into);
        });
  }

  private void readBatch(Snapshot snapshot, StoredImage[] images, ImageBatch into)
      throws IOException {
    for (StoredImage image : images) {
      requireShape(image, into.shape());
    }
    try {
      Batches.fill(
          into,
          images.length,
          (pixels, ids, labels) -> {
            readPixels(snapshot, images, into.shape(), pixels);
            for (int i = 0; i < images.length; i++) {
              ids[i] = images[i].id();
              labels[i] = images[i].label();
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void readPixels(
      Snapshot snapshot, StoredImage[] images, ImageShape shape, ByteBuffer pixels) {
    try {
      snapshot.readPixels(images, shape, pixels);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void requireShape(StoredImage image, ImageShape wanted) {
    if (!image.shape().equals(wanted)) {
      throw new ShapeMismatchException(
          "image "
              + image.id()
              + " in store "
              + location
              + " is "
              + image.shape()
              + ", but the batch holds images of "
              + wanted
              + "; read images of different shapes with readImages");
    }
  }

  private StoredImage[] findAll(Snapshot snapshot, long[] ids) throws IOException {
    StoredImage[] images = new StoredImage[ids.length];
    findAll(snapshot, ids, 0, images);
    return images;
  }

  private void findAll(Snapshot snapshot, long[] ids, int from, StoredImage[] images)
      throws IOException {
    for (int i = 0; i < images.length; i++) {
      images[i] = found(snapshot, ids[from + i]);
    }
  }

  private StoredImage found(Snapshot snapshot, long id) throws IOException {
    StoredImage image = snapshot.find(id);
    if (image == null) {
      throw new ImageNotFoundException(location, id);
    }
    return image;
  }

  @Override
  public boolean contains(long id) {
    checkId(id);
    return query("looking up image " + id, snapshot -> snapshot.find(id) != null);
  }

  @Override
  public int label(long id) {
    checkId(id);
    return query("reading the label of image " + id, snapshot -> found(snapshot, id).label());
  }

  @Override
  public int[] labels(long[] ids) {
    checkIds(ids, 0, ids.length);
    return query(
        "reading labels",
        snapshot -> {
          int[] labels = new int[ids.length];
          for (int i = 0; i < ids.length; i++) {
            labels[i] = found(snapshot, ids[i]).label();
          }
          return labels;
        });
  }

  @Override
  public ImageShape shape(long id) {
    checkId(id);
    return query("reading the shape of image " + id, snapshot -> found(snapshot, id).shape());
  }

  @Override
  public Optional<String> metadata(long id) {
    checkId(id);
    return query(
        "reading the metadata of image " + id,
        snapshot -> Optional.ofNullable(snapshot.metadata(found(snapshot, id))));
  }

  @Override
  public long size() {
    return query("counting the images", Snapshot::count);
  }

  @Override
  public long[] ids() {
    return listIds(AllIds::new).toArray();
  }

  /** Holds ids. */
  private static final class AllIds implements Consumer<long[]> {
    private final List<long[]> portions = new ArrayList<>();

    @Override
    public void accept(long[] portion) {
      portions.add(portion);
    }

    long[] toArray() {
      return portions.size() == 1
          ? portions.get(0)
          : portions.stream().flatMapToLong(Arrays::stream).toArray();
    }
  }

  @Override
  public <T extends Consumer<long[]>> T listIds(Supplier<T> maker) {
    return listIds(maker, Snapshot::idsFrom);
  }

  @Override
  public <T extends Consumer<long[]>> T listIdsEvenIfDamaged(Supplier<T> maker) {
    return listIds(maker, Snapshot::idsToCheck);
  }

  /** Finds the ids that follow one another. */
  private interface Portions {
    long[] next(Snapshot snapshot, long firstId, int count) throws IOException;
  }

  private <T extends Consumer<long[]>> T listIds(Supplier<T> maker, Portions portions) {
    return query(
        "listing the ids",
        snapshot -> {
          T taker = maker.get();
          long next = 0;
          while (next >= 0) { // negative behind the last possible id
            long[] ids = portions.next(snapshot, next, IDS_A_SCAN);
            taker.accept(ids);
            next = ids.length < IDS_A_SCAN ? -1 : ids[ids.length - 1] + 1;
          }
          return taker;
        });
  }

  @Override
  public void requireNoLostIds() {
    requireNoLostIds("listing the ids");
  }

  private void requireNoLostIds(String what) {
    calls.run(
        what,
        () -> {
          reader.requireNoLostIds();
          return true;
        });
  }

  @Override
  public Stream<LabeledImage> stream() {
    return stream(
        this::scan,
        damaged -> {
          throw damaged;
        });
  }

  @Override
  public Stream<LabeledImage> stream(Consumer<CorruptImageException> onDamage) {
    Objects.requireNonNull(onDamage, "onDamage");
    return stream(this::scanDamaged, onDamage);
  }

  private Stream<LabeledImage> stream(
      ImageSpliterator.Scan scan, Consumer<CorruptImageException> onDamage) {
    calls.run("opening a stream", () -> true);
    return StreamSupport.stream(new ImageSpliterator(scan, onDamage), false);
  }

  /** The next images by id, up to a damaged one, which throws if it is the first. */
  private List<LabeledImage> scan(long firstId, int count) {
    return query(
        "reading a stream", snapshot -> readWhole(snapshot, snapshot.idsFrom(firstId, count)));
  }

  /**
   * As {@link #scan}, but goes on where the place that lists the ids is damaged, and calls an image
   * in a bad sector damaged. At the end it throws if images are lost that nothing names.
   */
  private List<LabeledImage> scanDamaged(long firstId, int count) {
    List<LabeledImage> images =
        query(
            "reading a stream",
            snapshot -> {
              long[] ids = snapshot.idsToCheck(firstId, count);
              try {
                return readWhole(snapshot, ids);
              } catch (UnreadableException e) {
                if (e.isDamage()) {
                  throw e.asDamage(location);
                }
                throw e;
              }
            });
    if (images.isEmpty()) {
      requireNoLostIds("reading a stream");
    }
    return images;
  }

  /** Those before the first that is damaged or can't be read, which throws if there is none. */
  private List<LabeledImage> readWhole(Snapshot snapshot, long[] ids) throws IOException {
    StoredImage[] stored = findWhole(snapshot, ids);
    List<LabeledImage> images = new ArrayList<>(stored.length);
    try {
      snapshot.readEach(stored, (i, bytes) -> images.add(labeled(snapshot, stored[i], bytes)));
    } catch (CorruptImageException e) {
      if (images.isEmpty()) {
        throw e;
      }
    } catch (IOException e) {
      if (images.isEmpty()) {
        throw new UnreadableException(stored[0].id(), e);
      }
    }
    return images;
  }

  /**
   * Those before the first damaged one, which throws if it is the first of all; and no more than
   * have room in memory together, but for a first one.
   */
  private StoredImage[] findWhole(Snapshot snapshot, long[] ids) throws IOException {
    List<StoredImage> images = new ArrayList<>(ids.length);
    long bytes = 0;
    try {
      for (long id : ids) {
        StoredImage image = foundOrDamaged(snapshot, id);
        bytes += image.shape().byteCount();
        if (bytes > BYTES_A_SCAN && !images.isEmpty()) {
          break;
        }
        images.add(image);
      }
    } catch (CorruptImageException e) {
      if (images.isEmpty()) {
        throw e;
      }
    }
    return images.toArray(StoredImage[]::new);
  }

  private StoredImage foundOrDamaged(Snapshot snapshot, long id) throws IOException {
    try {
      return found(snapshot, id);
    } catch (CorruptStoreException e) {
      throw new CorruptImageException(location, id, "what leads to it is damaged", e);
    }
  }

  @Override
  public StoreInfo info() {
    return calls.run("describing the store", reader::describe);
  }

  @Override
  public VerifyReport verify(Progress progress) {
    Objects.requireNonNull(progress, "progress");
    return new Verification(this, reader).run(progress);
  }

  @Override
  public void close() {
    calls.refuseInCallback("close");
    calls.close(reader::close);
  }

  /** Name and place, as {@code LmdbImageStore[/data/train]}. */
  @Override
  public final String toString() {
    return name + "[" + location + "]";
  }

  static void checkId(long id) {
    if (id < 0) {
      throw new IllegalArgumentException("id must be 0 or more, but is " + id);
    }
  }

  private static void checkIds(long[] ids, int from, int count) {
    Objects.checkFromIndexSize(from, count, ids.length);
    for (int i = from; i < from + count; i++) {
      checkId(ids[i]);
    }
  }
}
