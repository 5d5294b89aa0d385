package io.imagestore.fuzz;

import io.imagestore.LabeledImage;
import io.imagestore.cifar.Cifar10;
import java.io.ByteArrayInputStream;
import java.util.stream.Stream;

/** Batches of CIFAR-10 as Python pickles them. */
public final class PickleTarget {

  private PickleTarget() {}

  /** Called once. */
  public static void fuzzerInitialize() {
    Outcome.warmUp(PickleTarget.class, PickleTarget::read);
  }

  /** Called with each input. */
  public static void fuzzerTestOneInput(byte[] input) {
    Outcome.of(() -> read(input));
  }

  private static void read(byte[] input) {
    try (Stream<LabeledImage> images = Cifar10.read(new ByteArrayInputStream(input))) {
      images.forEach(image -> {});
    }
  }
}
