package io.imagestore.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.translate.Batchifier;
import io.imagestore.ImageStoreException;
import io.imagestore.loader.Epoch;
import io.imagestore.loader.TensorBatch;
import io.imagestore.loader.TensorType;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;

/** The batches of an epoch as the library's own. */
final class Batches implements Iterator<Batch> {

  private final Epoch epoch;
  private final Iterator<TensorBatch> batches;
  private final NDManager manager;
  private long taken;

  Batches(Epoch epoch, NDManager manager) {
    this.epoch = epoch;
    this.manager = manager;
    batches = epoch.iterator();
  }

  @Override
  public boolean hasNext() {
    return batches.hasNext();
  }

  @Override
  public Batch next() {
    TensorBatch batch = batches.next();
    taken++;
    if (batch.size() == 0) {
      throw new ImageStoreException(
          "Batch %d of %s is empty, for each of its images failed and was left out"
              .formatted(taken, epoch));
    }
    NDManager own = manager.newSubManager();
    try {
      return batch(own, batch);
    } catch (Throwable e) {
      own.close();
      throw e;
    }
  }

  private Batch batch(NDManager own, TensorBatch batch) {
    return new Batch(
        own,
        new NDList(images(own, batch)),
        new NDList(labels(own, batch)),
        batch.size(),
        Batchifier.STACK,
        Batchifier.STACK,
        taken,
        epoch.batches(),
        ids(batch));
  }

  /** Made over the loader's memory where the engine can. */
  private static NDArray images(NDManager own, TensorBatch batch) {
    return own.create(batch.data(), new Shape(batch.shape()), dataType(batch.type()));
  }

  private static DataType dataType(TensorType type) {
    return switch (type) {
      case UINT8 -> DataType.UINT8;
      case FLOAT16 -> DataType.FLOAT16;
      case FLOAT32 -> DataType.FLOAT32;
    };
  }

  private static NDArray labels(NDManager own, TensorBatch batch) {
    return own.create(Arrays.stream(batch.labels()).asLongStream().toArray());
  }

  private static List<Long> ids(TensorBatch batch) {
    return LongStream.of(batch.ids()).boxed().toList();
  }
}
