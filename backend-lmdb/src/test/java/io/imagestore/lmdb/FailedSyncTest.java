package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.Durability;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.testkit.ChildJvm;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * After a sync has failed, the system may take pages for written that aren't on the device. So
 * another sync that succeeds proves nothing, unless they have been written once more.
 */
@EnabledIfEnvironmentVariable(
    named = "IMAGESTORE_PYTHON",
    matches = ".+",
    disabledReason = "IMAGESTORE_PYTHON isn't set, so the tools beside Java need not be there")
final class FailedSyncTest {

  private static final int META_PAGES = 2 * 4096;

  @TempDir Path folder;

  @Test
  void whatAFailedSyncMayHaveLostIsWrittenAgainBeforeAnotherCounts() throws IOException {
    Path log = folder.resolve("log");
    List<String> strace =
        List.of(
            "strace",
            "-qq",
            "--follow-forks",
            "--seccomp-bpf",
            "--output=" + log,
            "--trace=write,fsync,fdatasync",
            "--inject=fdatasync:error=EIO:when=8");

    try (ChildJvm child =
        ChildJvm.startUnder(strace, List.of(), Flushing.class, folder.resolve("store"))) {
      assertThat(child.succeed()).contains("refused").endsWith("stored");
    }

    List<String> calls = Files.readAllLines(log);
    int failed = indexOf(calls, 0, "(INJECTED)");
    int written = indexOf(calls, failed, "= " + META_PAGES);
    int synced = indexOf(calls, written, "fsync(");
    assertThat(calls.get(written)).contains("write(");
    assertThat(calls.get(synced)).endsWith("= 0");
    assertThat(indexOf(calls, failed + 1, "fdatasync(")).isGreaterThan(synced);
  }

  private static int indexOf(List<String> lines, int from, String text) {
    for (int i = from; i < lines.size(); i++) {
      if (lines.get(i).contains(text)) {
        return i;
      }
    }
    throw new AssertionError("no '" + text + "' from line " + from + " on in " + lines);
  }

  /** Stores images until that fails, then one more. */
  static final class Flushing {
    public static void main(String[] args) {
      LmdbOptions options = LmdbOptions.builder().durability(Durability.FLUSH).build();
      try (ImageStore store = LmdbImageStore.open(Path.of(args[0]), options)) {
        int id = 0;
        try {
          while (true) {
            store.put(id++, SampleImages.noise(new ImageShape(8, 8, 3), id), 0);
            store.flush();
          }
        } catch (ImageStoreException e) {
          System.out.println("refused");
        }
        store.put(id, SampleImages.noise(new ImageShape(8, 8, 3), id), 0);
      }
      System.out.println("stored");
    }
  }
}
