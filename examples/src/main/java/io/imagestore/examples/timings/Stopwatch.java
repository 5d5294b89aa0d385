package io.imagestore.examples.timings;

/** Adds up the time between start and stop; what lies outside, such as checking, doesn't count. */
final class Stopwatch {
  private long nanos;
  private long started;

  void start() {
    started = System.nanoTime();
  }

  void stop() {
    nanos += System.nanoTime() - started;
  }

  double seconds() {
    return nanos / 1e9;
  }
}
