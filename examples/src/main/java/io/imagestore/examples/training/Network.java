package io.imagestore.examples.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import java.util.function.IntSupplier;

/**
 * A network small enough for two processors: three convolutions, each with batch normalization and
 * pooling, then the mean over the picture, then one linear layer. It is trained by gradient descent
 * without momentum, so that its weights are all there is to keep.
 */
final class Network {

  private static final String ENGINE = "PyTorch";
  private static final int[] FILTERS = {16, 32, 64};
  static final int CONVOLUTIONS = FILTERS.length;
  private static final float LEARNING_RATE = 0.1f;

  static {
    // The library must neither fetch its engine, which is here, nor report where it runs.
    System.setProperty("ai.djl.offline", "true");
    // One processor is left to the loader: PyTorch's threads wait for each other without rest.
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
    System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(threads));
  }

  private Network() {}

  /** A model whose weights are drawn when a trainer is made. */
  static Model model(int classes) {
    Model model = Model.newInstance("small", Device.cpu(), ENGINE);
    SequentialBlock layers = new SequentialBlock();
    for (int filters : FILTERS) {
      layers.add(convolution(filters));
    }
    layers.add(Pool.globalAvgPool2dBlock());
    layers.add(Blocks.batchFlattenBlock());
    layers.add(Linear.builder().setUnits(classes).build());
    model.setBlock(layers);
    return model;
  }

  private static Block convolution(int filters) {
    return new SequentialBlock()
        .add(
            Conv2d.builder()
                .setKernelShape(new Shape(3, 3))
                .optPadding(new Shape(1, 1))
                .optBias(false)
                .setFilters(filters)
                .build())
        .add(BatchNorm.builder().build())
        .add((NDList images) -> Activation.relu(images))
        .add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)));
  }

  /**
   * A trainer of a model; weights that weren't loaded are drawn from the seed.
   *
   * @param epoch tells which epoch it is, on which alone the size of the steps depends
   */
  static Trainer trainer(Model model, int side, long seed, IntSupplier epoch) {
    model.getNDManager().getEngine().setRandomSeed((int) seed);
    Trainer trainer =
        model.newTrainer(
            new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optDevices(new Device[] {Device.cpu()})
                .optOptimizer(
                    Optimizer.sgd()
                        .setLearningRateTracker(
                            (parameter, update) -> LEARNING_RATE / (1 + epoch.getAsInt()))
                        .build()));
    trainer.initialize(new Shape(1, 3, side, side));
    return trainer;
  }
}
