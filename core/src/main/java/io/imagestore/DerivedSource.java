package io.imagestore;

import io.imagestore.internal.InFlightCalls;
import io.imagestore.internal.Uninterruptibly;
import io.imagestore.spi.Batches;
import io.imagestore.spi.DirectSource;
import io.imagestore.spi.Pixels;
import io.imagestore.spi.Pool;
import io.imagestore.spi.StoredImage;
import java.io.Serial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Images of other sources: of several, numbered anew, or of one, under their own ids. */
final class DerivedSource implements DirectSource {

  private static final ImageShape NO_SHAPE = new ImageShape(1, 1, 1);

  /** As long as arrays get. */
  private static final long MOST_IMAGES = Integer.MAX_VALUE - 8;

  private static final int IDS_A_PORTION = 1 << 16;

  private final String name;
  private final Path location;
  private final List<Part> parts;
  private final boolean renumbered;
  private final int size;
  private final Pool<Asked> rooms =
      new Pool<>(Asked::new, Runtime.getRuntime().availableProcessors());
  private final InFlightCalls calls = new InFlightCalls();
  private final CountDownLatch drained = new CountDownLatch(1);

  /**
   * The images that come from one source.
   *
   * @param ids their ids there, ascending
   * @param begin how many images come from the sources before
   */
  private record Part(ImageSource source, Path location, Ids ids, int begin) {}

  /** Ascending ids. */
  private static final class Ids {
    private final long[] all;

    Ids(long[] all) {
      this.all = all;
    }

    int count() {
      return all.length;
    }

    long at(int place) {
      return all[place];
    }

    /** Where an id stands, or a negative number. */
    int place(long id) {
      return Arrays.binarySearch(all, id);
    }

    /** Where the first id stands that isn't lower. */
    int placeFrom(long id) {
      int place = place(id);
      return place >= 0 ? place : -place - 1;
    }
  }

  private DerivedSource(String name, Path location, List<Part> parts, boolean renumbered) {
    this.name = name;
    this.location = location;
    this.parts = parts;
    this.renumbered = renumbered;
    size = parts.stream().mapToInt(part -> part.ids().count()).sum();
  }

  static ImageSource concat(List<ImageSource> sources) {
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("there must be at least one source");
    }
    List<Part> parts = new ArrayList<>();
    long begin = 0;
    for (ImageSource source : sources) {
      long[] ids = source.ids();
      parts.add(new Part(source, source.info().location(), new Ids(ids), (int) begin));
      begin += ids.length;
      if (begin > MOST_IMAGES) {
        throw new IllegalArgumentException(
            "the sources hold more than " + MOST_IMAGES + " images together");
      }
    }
    return new DerivedSource("Concatenation", Path.of("concatenation"), parts, true);
  }

  static ImageSource subset(ImageSource source, long[] ids) {
    Arrays.sort(ids);
    Path location = source.info().location();
    Ids whole = new Ids(source.ids());
    for (int i = 0; i < ids.length; i++) {
      checkId(ids[i]);
      if (i > 0 && ids[i] == ids[i - 1]) {
        throw new IllegalArgumentException("id " + ids[i] + " stands there twice");
      }
      if (whole.place(ids[i]) < 0) {
        throw new ImageNotFoundException(location, ids[i]);
      }
    }
    return new DerivedSource(
        "Subset", location, List.of(new Part(source, location, new Ids(ids), 0)), false);
  }

  // From ids here to ids there.

  private long idAt(int place) {
    return renumbered ? place : parts.get(0).ids().at(place);
  }

  /** At which place of all images an id stands, or a negative number. */
  private int place(long id) {
    if (renumbered) {
      return id < size ? (int) id : -1;
    }
    return parts.get(0).ids().place(id);
  }

  private int requirePlace(long id) {
    checkId(id);
    int place = place(id);
    if (place < 0) {
      throw new ImageNotFoundException(location, id);
    }
    return place;
  }

  private Part partAt(int place) {
    int i = parts.size() - 1;
    while (parts.get(i).begin() > place) {
      i--;
    }
    return parts.get(i);
  }

  /** A call about one image, in the source that has it. */
  private interface OneImage<T> {
    T ask(ImageSource source, long id);
  }

  private <T> T one(long id, OneImage<T> question) {
    return call(
        () -> {
          int place = requirePlace(id);
          Part part = partAt(place);
          try {
            return question.ask(part.source(), part.ids().at(place - part.begin()));
          } catch (CorruptImageException e) {
            throw named(part, e);
          } catch (ImageNotFoundException e) {
            throw named(part, e);
          }
        });
  }

  /** A call about the images of one part. */
  private interface ManyImages {
    void ask(Part part, Asked asked);
  }

  /** Asks each part at once for its images. All ids must be known. */
  private void many(long[] ids, int from, int count, ManyImages question) {
    Asked asked = rooms.borrow();
    try {
      asked.makeRoom(count);
      for (int i = 0; i < count; i++) {
        asked.places[i] = requirePlace(ids[from + i]);
      }
      for (Part part : parts) {
        asked.choose(part, count);
        if (asked.count > 0) {
          askNamed(part, asked, question);
        }
      }
    } finally {
      rooms.giveBack(asked);
    }
  }

  /** What a call asks of its parts, one by one. Lent from call to call. */
  private static final class Asked implements Pool.Item {

    /** Of each image of the call, its place among all. */
    private int[] places = new int[0];

    // Of each image that the part has: its id there, and which of the call's it is.
    private long[] ids = new long[0];
    private int[] which = new int[0];
    private int count;

    private final Renumbered renumbered = new Renumbered();

    void makeRoom(int images) {
      if (places.length < images) {
        places = new int[images];
        ids = new long[images];
        which = new int[images];
      }
    }

    void choose(Part part, int images) {
      int end = part.begin() + part.ids().count();
      count = 0;
      for (int i = 0; i < images; i++) {
        if (places[i] >= part.begin() && places[i] < end) {
          ids[count] = part.ids().at(places[i] - part.begin());
          which[count++] = i;
        }
      }
    }

    long[] idsAlone() {
      return Arrays.copyOf(ids, count);
    }

    @Override
    public long heldBytes() {
      return (long) (Long.BYTES + 2 * Integer.BYTES) * places.length;
    }

    @Override
    public void close() {
      // The garbage collector takes the memory back.
    }
  }

  /** One image after another, under another id than where it lies. */
  private static final class Renumbered extends StoredImage {
    StoredImage of(long id, StoredImage image) {
      become(id, image.shape(), image.label(), image.format());
      return this;
    }
  }

  private void askNamed(Part part, Asked asked, ManyImages question) {
    try {
      question.ask(part, asked);
    } catch (CorruptImageException e) {
      throw named(part, e);
    } catch (ImageNotFoundException e) {
      throw named(part, e);
    }
  }

  private CorruptImageException named(Part part, CorruptImageException e) {
    return renumbered && part.ids().place(e.id()) >= 0
        ? new CorruptImageException(
            location, idHere(part, e.id()), "it comes from another store, where " + e.problem(), e)
        : e; // which may name an id that the source has got by its damage
  }

  private ImageNotFoundException named(Part part, ImageNotFoundException e) {
    if (!renumbered || part.ids().place(e.id()) < 0) {
      return e;
    }
    ImageNotFoundException named = new ImageNotFoundException(location, idHere(part, e.id()));
    named.initCause(e);
    return named;
  }

  private long idHere(Part part, long idThere) {
    return (long) part.begin() + part.ids().place(idThere);
  }

  private LabeledImage numbered(long id, LabeledImage image) {
    return renumbered
        ? new LabeledImage(id, image.image(), image.label(), image.metadata())
        : image;
  }

  // The source.

  @Override
  public LabeledImage get(long id) {
    return one(id, (source, there) -> numbered(id, source.get(there)));
  }

  @Override
  public Optional<LabeledImage> find(long id) {
    checkId(id);
    return call(
        () ->
            place(id) < 0
                ? Optional.empty()
                : one(id, ImageSource::find).map(image -> numbered(id, image)));
  }

  @Override
  public ImageBatch readBatch(long[] ids) {
    return call(
        () -> {
          ImageShape shape = ids.length == 0 ? NO_SHAPE : shape(ids[0]);
          ImageBatch batch = ImageBatch.allocate(shape, ids.length);
          readBatch(ids, batch);
          return batch;
        });
  }

  @Override
  public ImageBatch readBatch(long firstId, int count) {
    checkId(firstId);
    if (count < 0) {
      throw new IllegalArgumentException("count must be 0 or more, but is " + count);
    }
    int from = renumbered ? (int) Math.min(firstId, size) : parts.get(0).ids().placeFrom(firstId);
    long[] ids = new long[Math.min(count, size - from)];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = idAt(from + i);
    }
    return readBatch(ids);
  }

  @Override
  public void readBatch(long[] ids, int from, int count, ImageBatch into) {
    Objects.checkFromIndexSize(from, count, ids.length);
    if (count > into.capacity()) {
      throw new IllegalArgumentException(
          count + " images were asked for, but the batch has room for " + into.capacity());
    }
    call(
        () -> {
          requireShape(ids, from, count, into.shape());
          fill(ids, from, count, into);
          return count;
        });
  }

  /** Looks at each before the batch is touched. */
  private void requireShape(long[] ids, int from, int count, ImageShape wanted) {
    for (int i = from; i < from + count; i++) {
      ImageShape shape = shape(ids[i]);
      if (!shape.equals(wanted)) {
        throw new ShapeMismatchException(
            "image "
                + ids[i]
                + " in "
                + this
                + " is "
                + shape
                + ", but the batch holds images of "
                + wanted
                + "; read images of different shapes with readImages");
      }
    }
  }

  private void fill(long[] ids, int from, int count, ImageBatch into) {
    int imageBytes = (int) into.shape().byteCount();
    Batches.fill(
        into,
        count,
        (pixels, batchIds, labels) ->
            visit(
                ids,
                from,
                count,
                (i, image, bytes) -> {
                  Pixels.copy(location, image, bytes, pixels.slice(i * imageBytes, imageBytes));
                  batchIds[i] = image.id();
                  labels[i] = image.label();
                }));
  }

  @Override
  public List<LabeledImage> readImages(long[] ids) {
    return call(
        () -> {
          LabeledImage[] images = new LabeledImage[ids.length];
          many(
              ids,
              0,
              ids.length,
              (part, asked) -> {
                List<LabeledImage> read = part.source().readImages(asked.idsAlone());
                for (int i = 0; i < asked.count; i++) {
                  int which = asked.which[i];
                  images[which] = numbered(ids[which], read.get(i));
                }
              });
          return new ArrayList<>(Arrays.asList(images));
        });
  }

  @Override
  public void visit(long[] ids, int from, int count, Visitor visitor) {
    Objects.checkFromIndexSize(from, count, ids.length);
    call(
        () -> {
          visitParts(ids, from, count, visitor);
          return count;
        });
  }

  private void visitParts(long[] ids, int from, int count, Visitor visitor) {
    try {
      many(
          ids,
          from,
          count,
          (part, asked) ->
              DirectSource.visit(
                  part.source(),
                  asked.ids,
                  0,
                  asked.count,
                  (i, image, bytes) -> {
                    int which = asked.which[i];
                    StoredImage here =
                        renumbered ? asked.renumbered.of(ids[from + which], image) : image;
                    try {
                      visitor.visit(which, here, bytes);
                    } catch (ImageStoreException e) {
                      throw new VisitorFailure(e);
                    }
                  }));
    } catch (VisitorFailure e) {
      throw e.thrown;
    }
  }

  /** What a visitor throws names an image by its id here, and must not be renamed. */
  private static final class VisitorFailure extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    private final ImageStoreException thrown;

    VisitorFailure(ImageStoreException thrown) {
      super(thrown);
      this.thrown = thrown;
    }
  }

  @Override
  public boolean contains(long id) {
    checkId(id);
    return call(() -> place(id) >= 0 && one(id, ImageSource::contains));
  }

  @Override
  public long size() {
    return call(() -> (long) size);
  }

  @Override
  public long[] ids() {
    return call(
        () -> {
          long[] ids = new long[size];
          Arrays.setAll(ids, this::idAt);
          return ids;
        });
  }

  @Override
  public <T extends Consumer<long[]>> T listIds(Supplier<T> maker) {
    return call(
        () -> {
          T taker = maker.get();
          for (int from = 0; from < size; from += IDS_A_PORTION) {
            long[] portion = new long[Math.min(IDS_A_PORTION, size - from)];
            for (int i = 0; i < portion.length; i++) {
              portion[i] = idAt(from + i);
            }
            taker.accept(portion);
          }
          return taker;
        });
  }

  @Override
  public int label(long id) {
    return one(id, ImageSource::label);
  }

  @Override
  public int[] labels(long[] ids) {
    return call(
        () -> {
          int[] labels = new int[ids.length];
          many(
              ids,
              0,
              ids.length,
              (part, asked) -> {
                int[] read = part.source().labels(asked.idsAlone());
                for (int i = 0; i < asked.count; i++) {
                  labels[asked.which[i]] = read[i];
                }
              });
          return labels;
        });
  }

  @Override
  public ImageShape shape(long id) {
    return one(id, ImageSource::shape);
  }

  @Override
  public Optional<String> metadata(long id) {
    return one(id, ImageSource::metadata);
  }

  @Override
  public Stream<LabeledImage> stream() {
    return stream(
        damaged -> {
          throw damaged;
        });
  }

  @Override
  public Stream<LabeledImage> stream(Consumer<CorruptImageException> onDamage) {
    Objects.requireNonNull(onDamage, "onDamage");
    return call(() -> StreamSupport.stream(new InTurn(onDamage), false));
  }

  /** One image after the other. */
  private final class InTurn extends AbstractSpliterator<LabeledImage> {
    private final Consumer<CorruptImageException> onDamage;
    private int next;

    InTurn(Consumer<CorruptImageException> onDamage) {
      super(size, Spliterator.ORDERED | Spliterator.DISTINCT | Spliterator.NONNULL);
      this.onDamage = onDamage;
    }

    @Override
    public boolean tryAdvance(Consumer<? super LabeledImage> action) {
      while (next < size) {
        LabeledImage image = read(idAt(next++));
        if (image != null) {
          action.accept(image);
          return true;
        }
      }
      return false;
    }

    private @Nullable LabeledImage read(long id) {
      try {
        return find(id).orElse(null);
      } catch (CorruptImageException e) {
        onDamage.accept(e);
        return null;
      }
    }
  }

  /**
   * Counts the images held, and adds up the files of the sources, of which each is said to be able
   * to do what all of them are.
   */
  @Override
  public StoreInfo info() {
    return call(
        () -> {
          long bytes = 0;
          Set<Capability> capabilities = EnumSet.allOf(Capability.class);
          Set<List<String>> labelNames = new HashSet<>();
          for (Part part : parts) {
            StoreInfo info = part.source().info();
            bytes += info.bytesOnDisk();
            capabilities.retainAll(info.capabilities());
            labelNames.add(info.labelNames());
          }
          List<String> names = labelNames.size() == 1 ? labelNames.iterator().next() : List.of();
          return new StoreInfo(
              renumbered ? "concatenation" : "subset", location, size, bytes, names, capabilities);
        });
  }

  /** Verifies the sources as a whole, and tells of what belongs to this one. */
  @Override
  public VerifyReport verify(Progress progress) {
    Objects.requireNonNull(progress, "progress");
    return call(
        () -> {
          List<VerifyReport.Damage> damages = new ArrayList<>();
          List<String> problems = new ArrayList<>();
          for (Part part : parts) {
            VerifyReport report = part.source().verify(progress);
            problems.addAll(report.storeProblems());
            for (VerifyReport.Damage damage : report.damages()) {
              int place = part.ids().place(damage.id());
              if (place >= 0) {
                damages.add(new VerifyReport.Damage(idAt(part.begin() + place), damage.problem()));
              }
            }
          }
          return new VerifyReport(size, damages, problems);
        });
  }

  @Override
  public void close() {
    if (calls.close()) {
      calls.awaitDrained();
      drained.countDown();
    } else {
      Uninterruptibly.await(drained);
    }
  }

  private <T> T call(Supplier<T> action) {
    if (!calls.enter()) {
      throw new StoreClosedException(location);
    }
    try {
      return action.get();
    } finally {
      calls.exit();
    }
  }

  private static void checkId(long id) {
    if (id < 0) {
      throw new IllegalArgumentException("id must be 0 or more, but is " + id);
    }
  }

  /** As {@code Concatenation[LmdbImageStore[/data/a], LmdbImageStore[/data/b]]}. */
  @Override
  public String toString() {
    return name + parts.stream().map(part -> part.source().toString()).toList();
  }
}
