package io.imagestore.djl;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Dataset;
import ai.djl.util.Progress;
import io.imagestore.loader.DataLoader;
import io.imagestore.loader.Epoch;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link DataLoader} reads, as a data set that a Deep Java Library {@code Trainer} takes.
 *
 * <pre>{@code
 * DataLoader loader = DataLoader.builder(source)
 *     .batchSize(256).shuffle(seed)
 *     .transform(Transforms.randomFlip(), Transforms.toFloat())
 *     .build();
 * EasyTrain.fit(trainer, epochs, new ImageStoreDataset(loader), validation);
 * }</pre>
 *
 * <p>The loader does what the library's own data sets leave to a sampler and a batchifier: it fixes
 * the order, and makes whole batches ahead. Each of them is one array of images, of the shape,
 * layout and type that the loader was built with, and one of labels, {@code int64}. {@link
 * Batch#getIndices} are the ids.
 *
 * <p>Each call of {@link #getData} gives what is left of the epoch that the loader is in, and the
 * whole of the next one once nothing is. So a loader that was built to {@linkplain
 * DataLoader.Builder#resumeFrom resume} goes on with the very next image, and a loop that was left
 * goes on where it was left. {@link DataLoader#state} tells how far it has come.
 *
 * <p>On an engine that can use memory of the JVM, such as PyTorch on the CPU, the array of images
 * <b>is</b> the loader's memory, without a copy: it is valid until the next batch is taken, and
 * holds other images then. A trainer is done with a batch by that time; {@code duplicate()} keeps
 * an array for longer.
 *
 * <p>Belongs to one thread at a time. Closing the loader is up to the caller.
 */
public final class ImageStoreDataset implements Dataset {

  private final DataLoader loader;

  /**
   * Makes a data set.
   *
   * @param loader where its batches come from; not to be asked for epochs by others meanwhile
   */
  public ImageStoreDataset(DataLoader loader) {
    this.loader = Objects.requireNonNull(loader, "loader");
  }

  /**
   * The rest of the epoch, or the next one.
   *
   * @param manager which the arrays of each batch belong to, until the batch is closed
   * @return its batches, which can be iterated over again as long as no other epoch was begun. The
   *     iterator throws what {@link Epoch#iterator} says, and {@link
   *     io.imagestore.ImageStoreException} where all images of a batch were left out because they
   *     failed: no loss can be told of none
   * @throws IllegalStateException if the loader is closed
   * @throws io.imagestore.ImageStoreException if the source fails
   */
  @Override
  public Iterable<Batch> getData(NDManager manager) {
    Objects.requireNonNull(manager, "manager");
    Epoch epoch = restOrNext();
    return () -> new Batches(epoch, manager);
  }

  private Epoch restOrNext() {
    Epoch rest = loader.remaining();
    return rest.batches() > 0 ? rest : loader.epoch(rest.number() + 1);
  }

  /** Does nothing: a source is ready when it is open. */
  @Override
  public void prepare(@Nullable Progress progress) {}

  /** As {@code ImageStoreDataset[DataLoader[...]]}. */
  @Override
  public String toString() {
    return "ImageStoreDataset[" + loader + "]";
  }
}
