package io.imagestore.loader;

import io.imagestore.ImageSource;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a training run from a store: shuffled, sharded, transformed batches, made ahead by threads,
 * and a state of a few numbers from which another process goes on with the very next sample.
 *
 * <pre>{@code
 * DataLoader loader = DataLoader.builder(source)
 *     .batchSize(256).shuffle(seed)
 *     .transform(Transforms.randomResizedCrop(224), Transforms.randomFlip(), Transforms.toFloat())
 *     .build();
 * for (TensorBatch batch : loader.epoch(0)) {
 *   train(batch.floats(), batch.labels());
 *   LoaderState state = loader.state();
 * }
 * }</pre>
 *
 * <p>The same builder calls with {@link Builder#resumeFrom} and {@link #remaining} give the rest of
 * that epoch. Nothing depends on the number of threads or on what was prefetched: not the order,
 * not the augmentations, not the state.
 *
 * <p>Raw images are copied once from where they lie into the transforms, encoded ones are decoded
 * there: only the rectangle that a crop asks for, and at a half, a quarter or an eighth of its size
 * where it is going to be resized to no more than that, as far as the codec can. A decoder that
 * scales averages pixels in its own way, so the result differs from that of decoding in full, by
 * two gray levels on average and by forty at a sharp edge, and depends on which codec is installed;
 * {@link Builder#scaledDecoding} turns it off.
 *
 * <p>Samples of 8 bits come into the batch as they are, or as floats after {@link
 * Transforms#toFloat}. Those of 16 bits and floats always come as floats; they can be cropped,
 * padded and flipped, but not resized, nor changed in color. {@link ToFloat#half} makes floats of
 * 16 bits.
 *
 * <p>A loader runs one epoch at a time: the next one ends the one before. Its memory is {@code
 * prefetch + 1} batches outside of the heap, taken when the first image is done, and for each
 * thread what the largest image takes a few times, or the few MiB that a backend of files reads
 * ahead. {@link #state} and {@link #stats} may be called from any thread, all else from one at a
 * time, a virtual one too; but any may close the loader, whose consumer then gets an {@link
 * IllegalStateException}. An interrupt ends no call. Closing the loader doesn't close the source. A
 * loader that is forgotten keeps nothing running.
 */
public final class DataLoader implements AutoCloseable {

  private final Settings settings;
  private final Ring ring;
  private final List<Worker> workers = new ArrayList<>();
  private final Counters counters = new Counters();
  private final ReentrantLock lock = new ReentrantLock();

  /** The epoch that was asked for last. */
  private volatile Epoch current;

  // Not under the lock: a transform may close the loader while the consumer waits for its thread.
  private volatile boolean closed;

  private DataLoader(Settings settings, EpochSamples samples, long seen) {
    this.settings = settings;
    int threads = settings.workers();
    ring = new Ring(threads == 0 ? 1 : settings.prefetch() + 1, settings);
    Path location = settings.source().info().location();
    for (int i = 0; i < Math.max(threads, 1); i++) {
      workers.add(
          new Worker(
              settings.source(),
              location,
              ring,
              settings.transforms().toArray(Transform[]::new),
              settings.layout(),
              settings.scaledDecoding(),
              settings.batchSize()));
    }
    current = epochOf(samples, seen);
  }

  /**
   * Prepares a loader.
   *
   * @param source what is read; not closed by the loader, which it must outlive
   * @return a builder that needs a batch size, at least
   */
  public static Builder builder(ImageSource source) {
    return new Builder(source);
  }

  /**
   * Begins an epoch, whose images are those that the source holds now.
   *
   * @param number at least 0; each has an order and augmentations of its own
   * @return its batches, for this rank
   * @throws IllegalArgumentException if the number is negative, or the order was made for another
   *     number of samples than the source has now
   * @throws IllegalStateException if the loader is closed
   * @throws io.imagestore.ImageStoreException if the source fails
   */
  public Epoch epoch(long number) {
    Arguments.notNegative(number, "epoch");
    return become(samplesOf(number, settings.samples()), 0);
  }

  /**
   * Begins with what {@link #state} says is left of the epoch: of that of the state that was
   * resumed from, of one that was left early, or the whole of epoch 0 if none was begun.
   *
   * @return the batches behind those that were handed out, for this rank; none if the epoch is
   *     through
   * @throws IllegalStateException if the loader is closed
   */
  public Epoch remaining() {
    Epoch epoch = current;
    return become(epoch.samples(), epoch.seen());
  }

  private Epoch become(EpochSamples samples, long seen) {
    lock.lock();
    try {
      requireOpen();
      current.close();
      current = epochOf(samples, seen);
      return current;
    } finally {
      lock.unlock();
    }
  }

  private EpochSamples samplesOf(long number, Samples samples) {
    return EpochSamples.of(number, settings.seed(), samples, settings.order());
  }

  private Epoch epochOf(EpochSamples samples, long seen) {
    EpochPlan plan =
        new EpochPlan(
            samples.size(), seen, settings.shard(), settings.batchSize(), settings.lastBatch());
    return new Epoch(this, samples, plan, settings.onFailure(), counters);
  }

  /** Starts to make the batches of an epoch. */
  Pipeline begin(Epoch epoch) {
    lock.lock();
    try {
      requireOpen();
      if (epoch != current) {
        throw new IllegalStateException(
            epoch + " was ended by a later one; a loader runs one epoch at a time");
      }
      epoch.close();
      Pipeline pipeline =
          new Pipeline(epoch.samples(), epoch.plan(), ring, workers, settings.workers());
      epoch.begun(pipeline);
      if (closed) { // meanwhile, by one who may have seen nothing to close
        epoch.close();
      }
      requireOpen();
      return pipeline;
    } finally {
      lock.unlock();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The loader is closed");
    }
  }

  /**
   * How far the run has come: behind the batch that was handed out last, whatever is prefetched.
   * Where {@link LastBatch#DROP} leaves out the rest of an epoch, that counts as seen behind the
   * last batch.
   *
   * @return the state, to be kept with a checkpoint of the model
   */
  public LoaderState state() {
    Epoch epoch = current;
    EpochSamples samples = epoch.samples();
    return settings.state(samples.epoch(), epoch.seen(), samples.samples());
  }

  /**
   * What the loader has done since it was built, and how long the consumer waited.
   *
   * @return the numbers of this moment
   */
  public LoaderStats stats() {
    return counters.toStats();
  }

  /**
   * Ends the epoch that runs, if one does, and its threads. A second call does nothing. In a
   * transform it doesn't wait for the threads, of which it is one.
   */
  @Override
  public void close() {
    closed = true;
    current.close();
  }

  /** The source, batch size and order, such as {@code DataLoader[LmdbImageStore[/data], ...]}. */
  @Override
  public String toString() {
    return "DataLoader[%s, batchSize=%d, %s, %s, %s]"
        .formatted(
            settings.source(),
            settings.batchSize(),
            settings.order(),
            settings.shard(),
            settings.transforms());
  }

  /** Prepares a {@link DataLoader}. Nothing is checked before {@link #build}. */
  public static final class Builder {

    private static final int MAX_WORKERS = 1024;
    private static final int MAX_PREFETCH = 1024;

    private final ImageSource source;
    private OptionalLong firstSamples = OptionalLong.empty();
    private @Nullable LongSequence part;
    private int batchSize;
    private Order order = Order.sequential();
    private long seed;
    private boolean seedGiven;
    private int rank;
    private int worldSize = 1;
    private LastBatch lastBatch = LastBatch.SHORT;
    private int workers = Math.min(Runtime.getRuntime().availableProcessors(), MAX_WORKERS);
    private int prefetch = 2;
    private List<Transform> transforms = List.of();
    private Layout layout = Layout.NCHW;
    private boolean mixedShapes;
    private boolean scaledDecoding = true;
    private IntFunction<ByteBuffer> allocator = ByteBuffer::allocateDirect;
    private OnFailure onFailure = OnFailure.fail();
    private @Nullable LoaderState resumed;

    private Builder(ImageSource source) {
      this.source = Objects.requireNonNull(source, "source");
    }

    /**
     * How many images make a batch of one rank. Must be given.
     *
     * @param images at least 1
     * @return this builder
     */
    public Builder batchSize(int images) {
      batchSize = images;
      return this;
    }

    /**
     * All images in another random order each epoch: {@link Order#shuffled}. The seed is also that
     * of the augmentations, unless another one is given.
     *
     * @param shuffleSeed any number, the same on each rank
     * @return this builder
     */
    public Builder shuffle(long shuffleSeed) {
      if (!seedGiven) {
        seed = shuffleSeed;
      }
      return order(Order.shuffled(shuffleSeed));
    }

    /**
     * In which order the images come. By default {@link Order#sequential}.
     *
     * @param newOrder the same on each rank
     * @return this builder
     */
    public Builder order(Order newOrder) {
      order = Objects.requireNonNull(newOrder, "order");
      return this;
    }

    /**
     * The seed of the augmentations. By default that of {@link #shuffle}, else 0.
     *
     * @param augmentationSeed any number, the same on each rank
     * @return this builder
     */
    public Builder seed(long augmentationSeed) {
      seed = augmentationSeed;
      seedGiven = true;
      return this;
    }

    /**
     * Only the first images of the source, by their ids: so that epochs stay as long as they are
     * though a writer adds images of higher ids, and ranks that begin at different moments see the
     * same ones. By default all that the source holds when an epoch begins.
     *
     * @param count at most as many as there are when an epoch begins
     * @return this builder
     */
    public Builder samples(long count) {
      firstSamples = OptionalLong.of(count);
      return this;
    }

    /**
     * Only a part of the source, as one of {@link Subset#split}.
     *
     * @param positions where in the ascending ids of the source, or in those that {@link #samples}
     *     leaves of it, each sample of the part is
     * @return this builder
     */
    public Builder subset(LongSequence positions) {
      part = Objects.requireNonNull(positions, "positions");
      return this;
    }

    /**
     * Which of the processes that train together this one is. By default the only one. All have as
     * many batches as the others, and together each image once, if they see the same images: where
     * a writer goes on meanwhile, give {@link #samples} to all.
     *
     * @param newRank from 0 to {@code newWorldSize - 1}
     * @param newWorldSize how many there are, at least 1
     * @return this builder
     */
    public Builder shard(int newRank, int newWorldSize) {
      rank = newRank;
      worldSize = newWorldSize;
      return this;
    }

    /**
     * What becomes of the images at the end of an epoch that don't fill a batch on each rank. By
     * default {@link LastBatch#SHORT}.
     *
     * @param what the same on each rank
     * @return this builder
     */
    public Builder lastBatch(LastBatch what) {
      lastBatch = Objects.requireNonNull(what, "lastBatch");
      return this;
    }

    /**
     * Whether the images at the end of an epoch that don't fill a batch on each rank are left out.
     *
     * @param drop true for {@link LastBatch#DROP}, false for {@link LastBatch#SHORT}
     * @return this builder
     */
    public Builder dropLast(boolean drop) {
      return lastBatch(drop ? LastBatch.DROP : LastBatch.SHORT);
    }

    /**
     * How many threads make the batches. By default as many as there are processors.
     *
     * @param threads from 1 to 1,024, or 0 to have each batch made when it is asked for, by the
     *     thread that asks
     * @return this builder
     */
    public Builder workers(int threads) {
      workers = threads;
      return this;
    }

    /**
     * How many batches are made ahead of the one that the caller has. By default 2. Without threads
     * none is.
     *
     * @param batches from 1 to 1,024
     * @return this builder
     */
    public Builder prefetch(int batches) {
      prefetch = batches;
      return this;
    }

    /**
     * What is done to each image, in this order; replaces what was given before. By default
     * nothing.
     *
     * @param steps {@link ToFloat} last, if it is among them
     * @return this builder
     */
    public Builder transform(Transform... steps) {
      transforms = List.of(steps);
      return this;
    }

    /**
     * In which order the samples of a batch follow each other. By default {@link Layout#NCHW}.
     *
     * @param newLayout the order
     * @return this builder
     */
    public Builder layout(Layout newLayout) {
      layout = Objects.requireNonNull(newLayout, "layout");
      return this;
    }

    /**
     * Whether images may come into a batch in shapes of their own, which is then a list of them
     * rather than one tensor: {@link TensorBatch#data(int)}, {@link TensorBatch#shape(int)}. Each
     * place of a batch then has memory for the largest image that has come there. By default the
     * first image decides the shape of all.
     *
     * @param allowed whether they may
     * @return this builder
     */
    public Builder mixedShapes(boolean allowed) {
      mixedShapes = allowed;
      return this;
    }

    /**
     * Whether an image that is going to be made smaller may be decoded at a half, a quarter or an
     * eighth of its size, where its codec can. By default it may, which is much faster. Without,
     * resized images are Pillow's to within a gray level, as a model needs that was trained on
     * such, and the same whatever codec is installed.
     *
     * @param allowed whether it may
     * @return this builder
     */
    public Builder scaledDecoding(boolean allowed) {
      scaledDecoding = allowed;
      return this;
    }

    /**
     * Where the memory of the batches comes from, such as pinned memory, or a file that other
     * processes map. By default {@link ByteBuffer#allocateDirect}.
     *
     * @param newAllocator is given a number of bytes, and gives a direct buffer with as many from
     *     its position on, which is then the loader's. It is called {@code prefetch + 1} times when
     *     the first image is done, or where shapes are mixed, now and then for each image; by any
     *     thread
     * @return this builder
     */
    public Builder memory(IntFunction<ByteBuffer> newAllocator) {
      allocator = Objects.requireNonNull(newAllocator, "allocator");
      return this;
    }

    /**
     * What becomes of images that can't be had. By default {@link OnFailure#fail}.
     *
     * @param decision called for each
     * @return this builder
     */
    public Builder onFailure(OnFailure decision) {
      onFailure = Objects.requireNonNull(decision, "onFailure");
      return this;
    }

    /**
     * Goes on where another loader was, with {@link DataLoader#remaining}. That one must have had
     * the same order, seed and batch size; the number of ranks may be another. The source may have
     * grown by higher ids since, which come into later epochs only.
     *
     * @param state what {@link DataLoader#state} gave
     * @return this builder
     */
    public Builder resumeFrom(LoaderState state) {
      resumed = Objects.requireNonNull(state, "state");
      return this;
    }

    /**
     * Makes the loader.
     *
     * @return a loader, to be closed when it is no longer needed
     * @throws IllegalArgumentException if what was given is out of its range or doesn't fit
     *     together, or the state to resume from is another run's; the message tells everything that
     *     is wrong
     * @throws io.imagestore.ImageStoreException if the source fails
     */
    public DataLoader build() {
      requireValid();
      Settings settings =
          new Settings(
              source,
              firstSamples,
              part,
              batchSize,
              order,
              seed,
              new Shard(rank, worldSize),
              lastBatch,
              workers,
              prefetch,
              transforms,
              layout,
              mixedShapes,
              scaledDecoding,
              allocator,
              onFailure);
      return resumed == null
          ? new DataLoader(settings, first(settings), 0)
          : new DataLoader(settings, resumed(settings, resumed), resumed.seen());
    }

    private static EpochSamples first(Settings settings) {
      return EpochSamples.of(0, settings.seed(), settings.samples(), settings.order());
    }

    private static EpochSamples resumed(Settings settings, LoaderState state) {
      Samples samples = settings.samples().first(state.samples());
      state.requireFits(settings.state(state.epoch(), state.seen(), samples));
      EpochSamples epoch =
          EpochSamples.of(state.epoch(), settings.seed(), samples, settings.order());
      if (state.seen() > epoch.size()) {
        throw new IllegalArgumentException(
            "The state says that %d samples were seen, but an epoch has %d"
                .formatted(state.seen(), epoch.size()));
      }
      return epoch;
    }

    private void requireValid() {
      List<String> problems = new ArrayList<>();
      check(batchSize >= 1, "batchSize must be at least 1, but is " + batchSize, problems);
      check(
          firstSamples.orElse(0) >= 0,
          "samples must be at least 0, but is " + firstSamples.orElse(0),
          problems);
      check(worldSize >= 1, "worldSize must be at least 1, but is " + worldSize, problems);
      check(
          rank >= 0 && rank < Math.max(worldSize, 1),
          "rank must be from 0 to worldSize - 1, but is " + rank + " of " + worldSize,
          problems);
      check(
          workers >= 0 && workers <= MAX_WORKERS,
          "workers must be from 0 to " + MAX_WORKERS + ", but is " + workers,
          problems);
      check(
          prefetch >= 1 && prefetch <= MAX_PREFETCH,
          "prefetch must be from 1 to " + MAX_PREFETCH + ", but is " + prefetch,
          problems);
      check(
          !order
              .toString()
              .equals(order.getClass().getName() + "@" + Integer.toHexString(order.hashCode())),
          "the order needs a text that tells what decides on it, by a toString() of its own, or no"
              + " run could be resumed with it",
          problems);
      for (int i = 0; i < transforms.size() - 1; i++) {
        check(
            !(transforms.get(i) instanceof ToFloat),
            transforms.get(i)
                + " must be the last transform, but "
                + transforms.get(i + 1)
                + " comes behind it",
            problems);
      }
      if (!problems.isEmpty()) {
        throw new IllegalArgumentException(
            "The loader can't be built: " + String.join("; ", problems));
      }
    }

    private static void check(boolean holds, String problem, List<String> problems) {
      if (!holds) {
        problems.add(problem);
      }
    }
  }
}
