package io.imagestore.examples.timings;

import java.util.Map;

/**
 * On what and how it was measured.
 *
 * @param date when the measurements began, in ISO 8601
 * @param imageStoreVersion the version of this project
 * @param machine the machine and the JVM
 * @param data what the images were
 * @param durability for each backend, when by default what it stores outlives a loss of power
 * @param repeat how often each measurement was made
 * @param warmUpSeconds how long each backend was run before
 * @param peakHeapBytes the most Java heap seen in use, garbage included
 * @param peakDirectBytes the most memory seen in direct buffers, which is beside the heap
 * @param elapsedSeconds how long the experiment took altogether
 */
public record Environment(
    String date,
    String imageStoreVersion,
    Machine machine,
    Data data,
    Map<String, String> durability,
    int repeat,
    double warmUpSeconds,
    long peakHeapBytes,
    long peakDirectBytes,
    double elapsedSeconds) {

  /**
   * The images.
   *
   * @param description where they came from
   * @param synthetic whether they were made up
   * @param images how many different ones there were; beyond that they were repeated
   * @param shape height, width and channels, as {@code 32x32x3}
   * @param bytesPerImage of its pixels
   */
  public record Data(
      String description, boolean synthetic, int images, String shape, long bytesPerImage) {}
}
