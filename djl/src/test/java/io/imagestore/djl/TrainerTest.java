package io.imagestore.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Model;
import ai.djl.metric.Metrics;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.listener.TrainingListenerAdapter;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.imagestore.Image;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.loader.DataLoader;
import io.imagestore.loader.LoaderState;
import io.imagestore.loader.TensorBatch;
import io.imagestore.loader.Transform;
import io.imagestore.loader.Transforms;
import io.imagestore.testkit.MemoryImageStore;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The library's own training loop on PyTorch. */
class TrainerTest {

  private static final int CLASSES = 3;
  private static final int IMAGES = 300;
  private static final int EPOCHS = 5;
  private static final Transform TO_FLOAT =
      Transforms.toFloat().normalize(new float[] {0.5f}, new float[] {0.25f});

  private final ImageStore store = MemoryImageStore.open();
  private final List<Long> trainedOn = new ArrayList<>();
  private Model model;
  private Trainer trainer;

  @BeforeEach
  void prepare() {
    SplittableRandom random = new SplittableRandom(3);
    store.putBatch(LongStream.range(0, IMAGES).mapToObj(id -> image(id, random)));
    model = Model.newInstance("linear", "PyTorch");
    model.setBlock(
        new SequentialBlock()
            .add(Blocks.batchFlattenBlock())
            .add(Linear.builder().setUnits(CLASSES).build()));
    trainer =
        model.newTrainer(
            new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.05f)).build())
                .addEvaluator(new Accuracy())
                .addTrainingListeners(TrainingListener.Defaults.basic())
                .addTrainingListeners(new Recorder()));
    trainer.setMetrics(new Metrics());
    trainer.initialize(new Shape(1, 3, 8, 8));
  }

  @AfterEach
  void close() {
    trainer.close();
    model.close();
    store.close();
  }

  /** Noise that is brighter in the channel of its class. */
  private static LabeledImage image(long id, SplittableRandom random) {
    int label = random.nextInt(CLASSES);
    byte[] pixels = new byte[8 * 8 * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (random.nextInt(180) + (i % 3 == label ? 60 : 0));
    }
    return new LabeledImage(id, Image.of(8, 8, 3, pixels), label);
  }

  private DataLoader.Builder loader() {
    return DataLoader.builder(store)
        .batchSize(16)
        .shuffle(11)
        .transform(Transforms.randomFlip(), TO_FLOAT);
  }

  @Test
  void learnsFromAStore() throws Exception {
    DataLoader validation = DataLoader.builder(store).batchSize(64).transform(TO_FLOAT).build();

    EasyTrain.fit(
        trainer,
        EPOCHS,
        new ImageStoreDataset(loader().build()),
        new ImageStoreDataset(validation));

    assertThat(trainer.getTrainingResult().getValidateEvaluation("Accuracy")).isGreaterThan(0.95f);
  }

  @Test
  void isFedTheEpochsOfTheLoaderInTheirOrder() throws Exception {
    EasyTrain.fit(trainer, 3, new ImageStoreDataset(loader().build()), null);

    assertThat(trainedOn).isEqualTo(idsOfEpochs(3));
  }

  @Test
  void goesOnWithTheNextImageWhenItWasKilled() throws Exception {
    DataLoader killed = loader().build();
    ImageStoreDataset dataset = new ImageStoreDataset(killed);
    EasyTrain.fit(trainer, 1, dataset, null);
    int batches = 0;
    for (Batch batch : trainer.iterateDataset(dataset)) {
      EasyTrain.trainBatch(trainer, batch);
      trainer.step();
      batch.close();
      if (++batches == 5) {
        break;
      }
    }
    LoaderState state = LoaderState.parse(killed.state().toJson());
    killed.close();

    EasyTrain.fit(trainer, 2, new ImageStoreDataset(loader().resumeFrom(state).build()), null);

    assertThat(trainedOn).isEqualTo(idsOfEpochs(3));
  }

  private List<Long> idsOfEpochs(int epochs) {
    List<Long> ids = new ArrayList<>();
    DataLoader loader = loader().build();
    for (int epoch = 0; epoch < epochs; epoch++) {
      for (TensorBatch batch : loader.epoch(epoch)) {
        LongStream.of(batch.ids()).forEach(ids::add);
      }
    }
    return ids;
  }

  /** Notes what the trainer was fed. */
  private final class Recorder extends TrainingListenerAdapter {
    @Override
    public void onTrainingBatch(Trainer trainer, BatchData batchData) {
      batchData.getBatch().getIndices().forEach(id -> trainedOn.add((Long) id));
    }
  }
}
