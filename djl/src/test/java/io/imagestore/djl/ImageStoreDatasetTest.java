package io.imagestore.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.loader.DataLoader;
import io.imagestore.loader.LoaderState;
import io.imagestore.loader.OnFailure;
import io.imagestore.loader.TensorBatch;
import io.imagestore.loader.Transforms;
import io.imagestore.testkit.MemoryImageStore;
import io.imagestore.testkit.SampleImages;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ImageStoreDatasetTest {

  private static final int IMAGES = 23;
  private static final int BATCH = 4;

  private final ImageStore store = MemoryImageStore.open();
  private NDManager manager;

  @BeforeEach
  void fill() {
    store.putBatch(SampleImages.list(100, IMAGES, new ImageShape(6, 5, 3), 1));
    manager = NDManager.newBaseManager("PyTorch");
  }

  @AfterEach
  void close() {
    manager.close();
    store.close();
  }

  private DataLoader.Builder loader() {
    return DataLoader.builder(store)
        .batchSize(BATCH)
        .shuffle(7)
        .transform(Transforms.randomFlip(), Transforms.toFloat());
  }

  @Test
  void givesTheLoadersImagesLabelsAndIds() {
    Iterator<TensorBatch> expected = loader().build().epoch(0).iterator();
    int images = 0;
    for (Batch batch : new ImageStoreDataset(loader().build()).getData(manager)) {
      TensorBatch same = expected.next();
      float[] floats = new float[same.floats().remaining()];
      same.floats().get(floats);
      NDArray pixels = batch.getData().singletonOrThrow();

      assertThat(pixels.getShape()).isEqualTo(new Shape(same.size(), 3, 6, 5));
      assertThat(pixels.toFloatArray()).isEqualTo(floats);
      assertThat(batch.getLabels().singletonOrThrow().toLongArray())
          .isEqualTo(LongStream.of(ids(batch)).map(id -> store.label(id)).toArray());
      assertThat(ids(batch)).isEqualTo(same.ids());
      assertThat(batch.getSize()).isEqualTo(same.size());
      images += batch.getSize();
      batch.close();
    }
    assertThat(images).isEqualTo(IMAGES);
  }

  @Test
  void keepsSamplesOfEightBits() {
    DataLoader loader = DataLoader.builder(store).batchSize(1).build();

    try (Batch batch = new ImageStoreDataset(loader).getData(manager).iterator().next()) {
      NDArray pixels = batch.getData().singletonOrThrow();

      assertThat(pixels.getDataType()).isEqualTo(DataType.UINT8);
      assertThat(pixels.get(0, 0, 1, 2).toUint8Array()[0])
          .isEqualTo(store.get(100).image().pixels()[(1 * 5 + 2) * 3] & 0xff);
    }
  }

  @Test
  void givesHalfPrecision() {
    DataLoader loader =
        DataLoader.builder(store).batchSize(2).transform(Transforms.toFloat().half()).build();

    try (Batch batch = new ImageStoreDataset(loader).getData(manager).iterator().next()) {
      NDArray pixels = batch.getData().singletonOrThrow();

      assertThat(pixels.getDataType()).isEqualTo(DataType.FLOAT16);
      assertThat(pixels.toType(DataType.FLOAT32, true).getFloat(0, 0, 0, 0))
          .isCloseTo((store.get(100).image().pixels()[0] & 0xff) / 255f, within(0.001f));
    }
  }

  @Test
  void copiesNothingSoThatTheNextBatchTakesTheSameMemory() {
    DataLoader loader = loader().workers(0).build();
    Iterator<Batch> batches = new ImageStoreDataset(loader).getData(manager).iterator();

    try (Batch first = batches.next();
        Batch second = batches.next()) {
      assertThat(first.getData().singletonOrThrow().toFloatArray())
          .isEqualTo(second.getData().singletonOrThrow().toFloatArray());
    }
  }

  @Test
  void outlivesTheLoaderWithoutHarm() {
    DataLoader loader = loader().build();
    try (Batch batch = new ImageStoreDataset(loader).getData(manager).iterator().next()) {
      loader.close();

      assertThat(batch.getData().singletonOrThrow().toFloatArray()).hasSize(BATCH * 90);
    }
  }

  @Test
  void eachCallGivesTheNextEpoch() {
    ImageStoreDataset dataset = new ImageStoreDataset(loader().build());

    assertThat(ids(dataset, 1000)).isEqualTo(ids(loader().build(), 0));
    assertThat(ids(dataset, 1000)).isEqualTo(ids(loader().build(), 1));
  }

  @Test
  void goesOnWhereALoopWasLeft() {
    List<Long> whole = ids(loader().build(), 0);
    ImageStoreDataset dataset = new ImageStoreDataset(loader().build());

    assertThat(ids(dataset, 2)).isEqualTo(whole.subList(0, 2 * BATCH));
    assertThat(ids(dataset, 1000)).isEqualTo(whole.subList(2 * BATCH, IMAGES));
  }

  @Test
  void resumesWithTheNextImageAndThenTheNextEpoch() {
    DataLoader killed = loader().build();
    List<Long> seen = ids(new ImageStoreDataset(killed), 3);
    String state = killed.state().toJson();
    killed.close();

    ImageStoreDataset resumed =
        new ImageStoreDataset(loader().resumeFrom(LoaderState.parse(state)).build());
    seen.addAll(ids(resumed, 1000));

    assertThat(seen).isEqualTo(ids(loader().build(), 0));
    assertThat(ids(resumed, 1000)).isEqualTo(ids(loader().build(), 1));
  }

  @Test
  void refusesABatchOfWhichNothingIsLeft() {
    DataLoader loader = loader().onFailure(OnFailure.skip()).workers(0).build();
    Iterator<Batch> batches = new ImageStoreDataset(loader).getData(manager).iterator();
    for (long id : store.ids()) {
      store.delete(id);
    }

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(batches::next)
        .withMessageContaining("Batch 1 of Epoch[0: 6 batches] is empty");
  }

  @Test
  void leavesNoArrayBehindWhenBatchesAreClosed() {
    ids(new ImageStoreDataset(loader().build()), 1000);

    assertThat(manager.getManagedArrays()).isEmpty();
  }

  private List<Long> ids(ImageStoreDataset dataset, int atMostBatches) {
    List<Long> ids = new ArrayList<>();
    int batches = 0;
    for (Batch batch : dataset.getData(manager)) {
      for (long id : ids(batch)) {
        ids.add(id);
      }
      batch.close();
      if (++batches == atMostBatches) {
        break;
      }
    }
    return ids;
  }

  private static List<Long> ids(DataLoader loader, long epoch) {
    List<Long> ids = new ArrayList<>();
    for (TensorBatch batch : loader.epoch(epoch)) {
      LongStream.of(batch.ids()).forEach(ids::add);
    }
    return ids;
  }

  private static long[] ids(Batch batch) {
    return batch.getIndices().stream().mapToLong(id -> (Long) id).toArray();
  }
}
