package io.imagestore.examples.timings;

import java.time.Duration;
import java.util.List;

/**
 * What to measure.
 *
 * @param backends in the order in which they take their turns
 * @param cutoffs how many images to store and read at once, ascending
 * @param repeat how often each measurement is made; at least 1
 * @param threads the most threads to read with at once; at least 1
 * @param warmUp how long each backend is run before anything counts; may be zero
 */
public record Settings(
    List<String> backends, List<Integer> cutoffs, int repeat, int threads, Duration warmUp) {

  /** Whether anything is run before it counts. */
  public boolean warmsUp() {
    return !warmUp.isZero();
  }

  /** The largest cutoff. */
  public int mostImages() {
    return cutoffs.get(cutoffs.size() - 1);
  }

  /** 1, 2, 4 and so on up to {@link #threads}, which is the last. */
  List<Integer> threadCounts() {
    List<Integer> counts = new java.util.ArrayList<>();
    for (int count = 1; count < threads; count *= 2) {
      counts.add(count);
    }
    counts.add(threads);
    return counts;
  }
}
