package io.imagestore.examples.training;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.translate.TranslateException;
import io.imagestore.djl.ImageStoreDataset;
import io.imagestore.examples.progress.Progress;
import io.imagestore.examples.timings.CheckFailedException;
import io.imagestore.examples.timings.Units;
import io.imagestore.loader.DataLoader;
import io.imagestore.loader.LoaderState;
import io.imagestore.loader.Transform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A run of training, epoch by epoch, with a checkpoint now and then and after each epoch. */
public final class Training {

  /** The name of the checkpoint's file. */
  public static final String CHECKPOINT = "checkpoint";

  private static final int BATCH_SIZE = 64;
  private static final int TEST_BATCH_SIZE = 256;
  private static final double NANOS = 1e9;

  private final TrainingImages images;
  private final Run run;
  private final Path out;
  private final int checkpointEvery;
  private final Progress progress;
  private final List<EpochResult> results = new ArrayList<>();

  /**
   * Prepares a run.
   *
   * @param backend which store the images lie in
   * @param out an existing folder, which takes {@code checkpoint}, {@code training.json} and {@code
   *     model.onnx}
   * @param checkpointEvery how many batches lie between two checkpoints
   */
  public Training(
      TrainingImages images,
      String backend,
      long seed,
      Path out,
      int checkpointEvery,
      Progress progress) {
    this.images = images;
    this.out = out;
    this.checkpointEvery = checkpointEvery;
    this.progress = progress;
    run =
        new Run(
            images.description(),
            images.synthetic(),
            backend,
            images.train().size(),
            images.test().size(),
            images.classes(),
            images.side(),
            BATCH_SIZE,
            seed);
  }

  /**
   * Trains.
   *
   * @param epochs how many epochs there are to be in the end
   * @param resume whether to go on from the checkpoint in the folder, which is there
   * @return what came out
   * @throws CheckFailedException if the checkpoint is of another run
   * @throws IOException if the checkpoint can't be read, or a file can't be written
   */
  public TrainingLog run(int epochs, boolean resume) throws IOException {
    try (Model model = Network.model(images.classes())) {
      Checkpoint checkpoint = resume ? checkpoint(model) : null;
      if (checkpoint != null) {
        results.addAll(checkpoint.epochs());
      }
      try (Trainer trainer = Network.trainer(model, images.side(), run.seed(), results::size);
          DataLoader loader = loader(checkpoint);
          DataLoader testLoader = testLoader()) {
        ImageStoreDataset dataset = new ImageStoreDataset(loader);
        ImageStoreDataset tests = new ImageStoreDataset(testLoader);
        Tally tally = checkpoint == null ? Tally.NOTHING : checkpoint.tally();
        if (results.size() >= epochs) {
          progress.note("All is done: %d epochs are through".formatted(results.size()));
        }
        while (results.size() < epochs) {
          epoch(trainer, loader, dataset, tests, tally, epochs);
          tally = Tally.NOTHING;
        }
      } catch (TranslateException e) {
        throw new IllegalStateException("our data sets translate nothing", e);
      }
      Files.write(
          out.resolve("model.onnx"),
          OnnxExport.of(model.getBlock(), images.classes(), images.side(), images.normalization()));
      return log();
    }
  }

  private Checkpoint checkpoint(Model model) throws IOException {
    Path file = checkpointFile();
    Checkpoint checkpoint = Checkpoint.load(file, model.getBlock(), model.getNDManager());
    if (!checkpoint.run().equals(run)) {
      throw new CheckFailedException(
          "%s is of another run: that was %s, this is %s. Give the same options, or another --out"
              .formatted(file, checkpoint.run(), run));
    }
    progress.note(
        "Going on in epoch %d, behind %s images"
            .formatted(
                checkpoint.epochs().size() + 1, Units.count((double) checkpoint.tally().images())));
    return checkpoint;
  }

  private DataLoader loader(@Nullable Checkpoint checkpoint) {
    DataLoader.Builder builder =
        DataLoader.builder(images.train())
            .batchSize(run.batchSize())
            .shuffle(run.seed())
            .transform(images.augment().toArray(Transform[]::new));
    if (checkpoint != null) {
      builder.resumeFrom(LoaderState.parse(checkpoint.loader()));
    }
    return builder.build();
  }

  private DataLoader testLoader() {
    return DataLoader.builder(images.test())
        .batchSize(TEST_BATCH_SIZE)
        .transform(images.prepare().toArray(Transform[]::new))
        .build();
  }

  /** Trains an epoch, or the rest of it, and tests what was learnt. */
  private void epoch(
      Trainer trainer,
      DataLoader loader,
      ImageStoreDataset dataset,
      ImageStoreDataset tests,
      Tally before,
      int epochs)
      throws IOException, TranslateException {
    Tally tally = before;
    String name = "Epoch %d of %d".formatted(results.size() + 1, epochs);
    try (Progress.Task task = progress.start(name, run.trainImages())) {
      task.advance(tally.images());
      long begin = System.nanoTime();
      for (Batch batch : trainer.iterateDataset(dataset)) {
        try (batch) {
          Answer answer = train(trainer, batch);
          long end = System.nanoTime();
          tally = tally.plus(ids(batch), answer.loss(), answer.right(), (end - begin) / NANOS);
          begin = end;
          if (batch.getProgress() % checkpointEvery == 0
              && batch.getProgress() < batch.getProgressTotal()) {
            save(trainer, loader, tally);
          }
          task.advance(batch.getSize());
        }
      }
      double accuracy = accuracy(trainer, tests);
      EpochResult result =
          tally.result(results.size(), accuracy, (System.nanoTime() - begin) / NANOS);
      results.add(result);
      save(trainer, loader, Tally.NOTHING);
      Files.writeString(out.resolve("training.json"), log().toJson());
      task.done(
          String.format(
              Locale.ROOT,
              "loss %.3f, test accuracy %.1f %%, %s",
              result.loss(),
              100 * result.testAccuracy(),
              Units.time(result.seconds())));
    }
  }

  /** How a batch was answered before the network learnt from it. */
  private record Answer(double loss, long right) {}

  private static Answer train(Trainer trainer, Batch batch) {
    NDList predictions;
    NDArray loss;
    try (GradientCollector gradients = trainer.newGradientCollector()) {
      predictions = trainer.forward(batch.getData(), batch.getLabels());
      loss = trainer.getLoss().evaluate(batch.getLabels(), predictions);
      gradients.backward(loss);
    }
    trainer.step();
    return new Answer(loss.getFloat(), right(batch, predictions));
  }

  private double accuracy(Trainer trainer, ImageStoreDataset tests)
      throws IOException, TranslateException {
    long right = 0;
    for (Batch batch : trainer.iterateDataset(tests)) {
      try (batch) {
        right += right(batch, trainer.evaluate(batch.getData()));
      }
    }
    return (double) right / run.testImages();
  }

  private static long right(Batch batch, NDList predictions) {
    NDArray answers = predictions.singletonOrThrow().argMax(1);
    return answers.eq(batch.getLabels().singletonOrThrow()).countNonzero().getLong();
  }

  private static List<Long> ids(Batch batch) {
    return batch.getIndices().stream().map(Long.class::cast).toList();
  }

  private void save(Trainer trainer, DataLoader loader, Tally tally) throws IOException {
    new Checkpoint(run, loader.state().toJson(), List.copyOf(results), tally)
        .save(checkpointFile(), trainer.getModel().getBlock());
  }

  private Path checkpointFile() {
    return out.resolve(CHECKPOINT);
  }

  private TrainingLog log() {
    return new TrainingLog(run, List.copyOf(results));
  }
}
