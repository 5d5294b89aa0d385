package io.imagestore.examples.timings;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.examples.progress.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.PrimitiveIterator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RemovedFilesTest {
  private static final long QUICK = 20_000;
  private static final long SLOW = 1_000_000;
  private static final Progress NOBODY =
      Progress.plain(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));

  private long millisWaited;

  @Test
  void aFileSystemThatMakesFilesQuicklyIsNotWaitedFor() throws InterruptedException {
    await(LongStream.of(QUICK));
    assertThat(millisWaited).isZero();
  }

  @Test
  void aSlowOneIsWaitedForUntilItIsQuick() throws InterruptedException {
    await(LongStream.of(SLOW, SLOW, SLOW, QUICK));
    assertThat(millisWaited).isEqualTo(1500);
  }

  @Test
  void oneThatIsAlwaysSlowIsWaitedForTwoMinutesInAll() throws InterruptedException {
    RemovedFiles files = removedFiles(LongStream.generate(() -> SLOW));
    files.await();
    files.await();
    assertThat(millisWaited).isEqualTo(120_000);
  }

  private void await(LongStream nanosToMakeFile) throws InterruptedException {
    removedFiles(nanosToMakeFile).await();
  }

  private RemovedFiles removedFiles(LongStream nanosToMakeFile) {
    PrimitiveIterator.OfLong times = nanosToMakeFile.iterator();
    return new RemovedFiles(times::nextLong, millis -> millisWaited += millis, NOBODY);
  }
}
