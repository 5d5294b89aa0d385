package io.imagestore.fuzz;

import com.sun.management.ThreadMXBean;
import io.imagestore.ImageStoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.function.Consumer;

/** Input may be read or refused by a typed exception, in little memory; all else is a finding. */
final class Outcome {

  private static final long MAX_ALLOCATED = 64L << 20;
  private static final ThreadMXBean THREADS =
      (ThreadMXBean) ManagementFactory.getPlatformMXBean(java.lang.management.ThreadMXBean.class);

  private Outcome() {}

  /** Reads sound and cut files, so that no input's time and memory are those of loading classes. */
  static void warmUp(Class<?> target, Consumer<byte[]> read) {
    try {
      for (byte[] seed : Seeds.of(target)) {
        for (int length : new int[] {seed.length, seed.length / 2, 1, 0}) {
          try {
            read.accept(Arrays.copyOf(seed, length));
          } catch (ImageStoreException refused) {
            requireMessage(refused);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the seeds can't be made", e);
    }
  }

  /**
   * Reads input.
   *
   * @throws AssertionError if that takes too much memory, and not just for classes still unloaded
   */
  static void of(Runnable reading) {
    if (allocatedBy(reading) > MAX_ALLOCATED) {
      long again = allocatedBy(reading);
      if (again > MAX_ALLOCATED) {
        throw new AssertionError("reading took " + again + " bytes of memory");
      }
    }
  }

  private static long allocatedBy(Runnable reading) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      reading.run();
    } catch (ImageStoreException refused) {
      requireMessage(refused);
    }
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  private static void requireMessage(ImageStoreException refused) {
    String message = refused.getMessage();
    if (message == null || message.isBlank()) {
      throw new AssertionError("refused without a word", refused);
    }
  }
}
