package io.imagestore.examples;

import ai.onnxruntime.OrtException;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import io.imagestore.ShapeMismatchException;
import io.imagestore.StoreOptions;
import io.imagestore.cifar.SyntheticCifar;
import io.imagestore.examples.timings.CheckFailedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Classifies the images of a store with ONNX Runtime. */
@Command(
    name = "infer",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Has ONNX Runtime classify all images of a store, and tells how many it got right.",
      "Without --store they are made up (synthetic) and stored in LMDB first; without --model, one"
          + " that was trained on such images is used."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:all went well", "1:it failed", "2:wrong usage"})
final class InferCommand implements Callable<Integer> {
  private static final long SYNTHETIC_SEED = 7;
  private static final int SYNTHETIC_IMAGES = 2000;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description =
          "An ONNX model of pixels [N, H, W, C], 8 bits a sample, such as model.onnx of \"train\".")
  private @Nullable Path model;

  @Option(
      names = "--store",
      paramLabel = "PATH",
      description = "A store of images of one shape, such as \"stores/test\" of \"train\".")
  private @Nullable Path store;

  @Override
  public Integer call() throws IOException {
    if (model != null && !Files.isRegularFile(model)) {
      throw new ParameterException(
          spec.commandLine(), "there is no file --model %s".formatted(model));
    }
    byte[] bytes = model == null ? shippedModel() : Files.readAllBytes(model);
    if (store != null) {
      classify(store, bytes);
      return ExitCode.OK;
    }
    Path folder = Files.createTempDirectory("imagestore-infer-");
    try {
      Path made = folder.resolve("synthetic");
      try (ImageStore synthetic = ImageStores.open("lmdb", made, StoreOptions.defaults())) {
        synthetic.putBatch(SyntheticCifar.ofSize(5, SYNTHETIC_IMAGES, SYNTHETIC_SEED).test());
      }
      classify(made, bytes);
    } finally {
      TrainCommand.remove(folder);
    }
    return ExitCode.OK;
  }

  private void classify(Path path, byte[] bytes) {
    try (ImageSource source = ImageStores.open(path)) {
      long right = right(source, bytes);
      spec.commandLine()
          .getOut()
          .printf(
              Locale.ROOT,
              "%,d of %,d images told right: %.1f %%%n",
              right,
              source.size(),
              100.0 * right / source.size());
      spec.commandLine().getOut().flush();
    }
  }

  private long right(ImageSource source, byte[] bytes) {
    try {
      return Inference.right(source, bytes);
    } catch (OrtException e) {
      throw new CheckFailedException(
          "ONNX Runtime can't run %s on the images of %s: %s"
              .formatted(model == null ? "its model" : model, source, e.getMessage()));
    } catch (ShapeMismatchException e) {
      throw new CheckFailedException(
          "only images of one shape can be classified at once: " + e.getMessage());
    }
  }

  /** Trained by {@code train} without any option. */
  private static byte[] shippedModel() throws IOException {
    try (InputStream in = InferCommand.class.getResourceAsStream("synthetic.onnx")) {
      return Objects.requireNonNull(in, "synthetic.onnx").readAllBytes();
    }
  }
}
