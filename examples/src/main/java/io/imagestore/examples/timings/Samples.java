package io.imagestore.examples.timings;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The times of one measurement's repeats, in seconds. */
final class Samples {
  private final List<Double> seconds = new ArrayList<>();

  void add(double seconds) {
    this.seconds.add(seconds);
  }

  /** In the order in which they were taken. */
  List<Double> all() {
    return List.copyOf(seconds);
  }

  double min() {
    return Collections.min(seconds);
  }

  double max() {
    return Collections.max(seconds);
  }

  /** The middle one, or the mean of the two in the middle. */
  double median() {
    List<Double> sorted = seconds.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
