package io.imagestore.loader;

import io.imagestore.ImageStoreException;
import java.lang.ref.Cleaner;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The batches of one epoch, or what is left of it. Which images they are was fixed when it was
 * made, though a writer goes on; an image that is deleted meanwhile is a failure.
 *
 * <p>The batches are made ahead by the loader's threads, from {@link #iterator} on. These end with
 * the last batch, with an exception, at {@link #close}, when the loader begins another epoch, and
 * when the iterator is garbage; so a loop may just be left.
 *
 * <p>Belongs to one thread at a time, but for {@link #close}, which any thread may call.
 */
public final class Epoch implements Iterable<TensorBatch>, AutoCloseable {

  private static final Cleaner CLEANER = Cleaner.create();

  private final DataLoader loader;
  private final EpochSamples samples;
  private final EpochPlan plan;
  private final OnFailure onFailure;
  private final Counters counters;

  private volatile long handedOut;
  private volatile @Nullable Pipeline pipeline;

  Epoch(
      DataLoader loader,
      EpochSamples samples,
      EpochPlan plan,
      OnFailure onFailure,
      Counters counters) {
    this.loader = loader;
    this.samples = samples;
    this.plan = plan;
    this.onFailure = onFailure;
    this.counters = counters;
  }

  /**
   * Which epoch it is.
   *
   * @return at least 0
   */
  public long number() {
    return samples.epoch();
  }

  /**
   * How many batches there are, the same on each rank.
   *
   * @return at least 0
   */
  public long batches() {
    return plan.batches();
  }

  /**
   * Begins with the first batch. A second call begins anew, and ends the first iterator.
   *
   * @return the batches, each valid until the next one is taken. {@code next} throws what {@link
   *     OnFailure} throws, which by default is the exception of the first image that can't be had;
   *     {@link io.imagestore.ShapeMismatchException} if images come into a batch in different
   *     shapes; other {@link ImageStoreException} if the source fails; {@link
   *     IllegalStateException} if the epoch has ended otherwise. After an exception the epoch has
   *     ended
   * @throws IllegalStateException if the loader has begun another epoch, or is closed
   */
  @Override
  public Iterator<TensorBatch> iterator() {
    return new Batches(loader.begin(this));
  }

  /**
   * Called by the loader, which lets no other epoch begin meanwhile, and isn't closed meanwhile.
   */
  void begun(Pipeline newPipeline) {
    handedOut = 0;
    pipeline = newPipeline;
  }

  /** Ends the threads that make the batches, and waits until they are gone. */
  @Override
  public void close() {
    Pipeline running = pipeline;
    if (running != null) {
      running.close();
    }
  }

  EpochSamples samples() {
    return samples;
  }

  EpochPlan plan() {
    return plan;
  }

  /** How many samples of the epoch all ranks have been handed, if they keep step. */
  long seen() {
    return plan.seenAfter(handedOut);
  }

  /** Such as {@code Epoch[3: 196 batches]}. */
  @Override
  public String toString() {
    return "Epoch[" + number() + ": " + batches() + " batches]";
  }

  private final class Batches implements Iterator<TensorBatch> {

    private final Pipeline source;
    private final Cleaner.Cleanable stopping;
    private long next;

    Batches(Pipeline source) {
      this.source = source;
      stopping = CLEANER.register(this, source::stop);
    }

    @Override
    public boolean hasNext() {
      return next < batches();
    }

    @Override
    public TensorBatch next() {
      if (!hasNext()) {
        throw new NoSuchElementException("The epoch has no more than " + batches() + " batches");
      }
      Slot slot = take();
      try {
        requireMade(slot);
        settleFailures(slot);
      } catch (Throwable e) {
        source.close();
        throw e;
      }
      handedOut = ++next;
      counters.handedOut(slot.batch);
      if (!hasNext()) {
        stopping.clean();
      }
      return slot.batch;
    }

    private Slot take() {
      long begin = System.nanoTime();
      Slot slot = source.take(next);
      counters.waited(System.nanoTime() - begin, slot);
      return slot;
    }

    private void settleFailures(Slot slot) {
      boolean[] kept = null;
      int size = slot.batch.size();
      int skipped = 0;
      int samples = slot.batch.samples();
      for (int place = 0; place < size; place++) {
        ImageStoreException cause = slot.failures[place];
        if (cause != null) {
          onFailure.failed(slot.batch.ids()[place], cause);
          if (kept == null) {
            kept = new boolean[size];
            Arrays.fill(kept, true);
          }
          kept[place] = false;
          skipped += place < samples ? 1 : 0;
        }
      }
      if (kept != null) {
        slot.batch.keepOnly(kept);
        counters.skipped(skipped);
      }
    }
  }

  private static void requireMade(Slot slot) {
    Throwable error = slot.error;
    if (error instanceof Error e) {
      throw e;
    }
    if (error instanceof RuntimeException e) {
      throw e;
    }
    if (error != null) { // checked, and of a source in a language that doesn't declare such
      throw new ImageStoreException("a batch can't be made: " + error, error);
    }
  }
}
