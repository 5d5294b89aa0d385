package io.imagestore.examples.timings;

import io.imagestore.examples.progress.Progress;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Waits until the file system has forgotten files that were removed, but for no more than two
 * minutes in all.
 *
 * <p>Before ext4 makes a file, it looks at each inode that was given up and isn't written back yet,
 * which takes it up to a minute. Thousands of them, of whatever program, make a new file cost a
 * millisecond in place of 20 microseconds, and a new store is a few new files.
 */
public final class RemovedFiles implements Settling {
  private static final long QUICK_NANOS = 80_000;
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

  private final LongSupplier nanosToMakeFile;
  private final Pause pause;
  private final Progress progress;

  /** Of all waits together, so that where files are always made slowly the experiment goes on. */
  private long looksLeft = LONGEST.dividedBy(BETWEEN_LOOKS);

  /**
   * For one folder.
   *
   * @param folder where files are to be made
   * @param progress is told when there is something to wait for
   */
  public RemovedFiles(WorkFolder folder, Progress progress) {
    this(folder::nanosToMakeFile, Thread::sleep, progress);
  }

  RemovedFiles(LongSupplier nanosToMakeFile, Pause pause, Progress progress) {
    this.nanosToMakeFile = nanosToMakeFile;
    this.pause = pause;
    this.progress = progress;
  }

  /** Lets time pass. */
  interface Pause {
    void of(long millis) throws InterruptedException;
  }

  @Override
  public void await() throws InterruptedException {
    if (looksLeft == 0 || makesFilesQuickly()) {
      return;
    }
    try (Progress.Task task = progress.start("waiting for the file system", looksLeft)) {
      do {
        pause.of(BETWEEN_LOOKS.toMillis());
        looksLeft--;
        task.advance(1);
      } while (looksLeft > 0 && !makesFilesQuickly());
    }
  }

  private boolean makesFilesQuickly() {
    return nanosToMakeFile.getAsLong() <= QUICK_NANOS;
  }
}
