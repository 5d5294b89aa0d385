package io.imagestore.examples.timings;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One measurement.
 *
 * @param operation what was done
 * @param backend by which backend
 * @param images how many images were stored or read, each with its label
 * @param seconds the median of the runs; from before the store was opened, and for storing until
 *     the images outlast the process, for reading until the store was closed
 * @param bytes what the store takes on disk
 * @param median the median of the runs, in seconds
 * @param min the fastest run, in seconds
 * @param max the slowest run, in seconds
 * @param runs all runs, in seconds, in the order in which they were made
 * @param imagesPerSecond by the median
 * @param threads how many threads called the store at once; those a backend starts itself not
 *     counted
 * @param jvmWarm whether the backend had been run in this JVM for the warm-up's time before
 * @param cacheHot whether the same process had just written what was read, so that it came from the
 *     operating system's page cache; null where nothing is read
 * @param firstUseSeconds how long the very first such operation of this backend in this JVM took,
 *     before the warm-up; null for operations on more than one image
 * @param closedSeconds the median until a store that was written was closed, too, so that the
 *     images outlast a loss of power; null for other operations
 * @param writerImagesPerSecond what the writer beside the readers stored; null where there is none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"operation", "backend", "images", "seconds", "bytes"})
public record Result(
    Operation operation,
    String backend,
    int images,
    double seconds,
    long bytes,
    double median,
    double min,
    double max,
    List<Double> runs,
    double imagesPerSecond,
    int threads,
    boolean jvmWarm,
    @Nullable Boolean cacheHot,
    @Nullable Double firstUseSeconds,
    @Nullable Double closedSeconds,
    @Nullable Double writerImagesPerSecond) {

  /** The same with the time until the store was closed. */
  Result closedAfter(double secondsUntilClosed) {
    return with(secondsUntilClosed, writerImagesPerSecond);
  }

  /** The same with the pace of a writer beside the readers. */
  Result beside(double imagesPerSecondWritten) {
    return with(closedSeconds, imagesPerSecondWritten);
  }

  private Result with(@Nullable Double secondsUntilClosed, @Nullable Double writtenPerSecond) {
    return new Result(
        operation,
        backend,
        images,
        seconds,
        bytes,
        median,
        min,
        max,
        runs,
        imagesPerSecond,
        threads,
        jvmWarm,
        cacheHot,
        firstUseSeconds,
        secondsUntilClosed,
        writtenPerSecond);
  }
}
