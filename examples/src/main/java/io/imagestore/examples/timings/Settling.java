package io.imagestore.examples.timings;

/** Waits until the machine is fit for a measurement. */
@FunctionalInterface
public interface Settling {
  /** Doesn't wait. */
  Settling NONE = () -> {};

  void await() throws InterruptedException;
}
