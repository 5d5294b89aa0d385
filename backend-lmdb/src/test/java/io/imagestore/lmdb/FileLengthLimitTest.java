package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.Durability;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.StoreFullException;
import io.imagestore.testkit.ChildJvm;
import io.imagestore.testkit.SampleImages;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a store when LMDB's own writes come to a limit of its file's length. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "limits files by prlimit")
final class FileLengthLimitTest {

  private static final ImageShape SHAPE = new ImageShape(100, 100, 3);
  private static final List<String> NO_FILE_OF_ITS_OWN = List.of("-XX:-UsePerfData");

  @TempDir Path folder;

  @Test
  void atTheLimitOfAFilesLengthNothingIsLostAndTheStoreGoesOnOnceItIsRaised()
      throws IOException, InterruptedException {
    List<String> limit = List.of("prlimit", "--fsize=4194304:unlimited");
    try (ChildJvm child = ChildJvm.startUnder(limit, NO_FILE_OF_ITS_OWN, Filler.class, folder)) {
      assertThat(child.readLine()).isEqualTo("full");
      assertThat(succeeds(List.of("prlimit", "--pid=" + child.pid()), "--fsize=unlimited"))
          .isTrue();
      child.writeLine("there is room");
      assertThat(child.succeed()).containsExactly("whole");
    }
  }

  private static boolean succeeds(List<String> command, String last)
      throws IOException, InterruptedException {
    List<String> whole = new ArrayList<>(command);
    whole.add(last);
    Process process =
        new ProcessBuilder(whole)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process.waitFor() == 0;
  }

  /** Fills the file, has the limit raised, and goes on. */
  static final class Filler {

    private static final int MORE = 40;

    // Which waits for the device less often, but writes no less.
    private static final LmdbOptions OPTIONS =
        LmdbOptions.builder().durability(Durability.FLUSH).build();

    public static void main(String[] args) throws IOException {
      Path store = Path.of(args[0], "store");
      int stored = 0;
      try (ImageStore opened = LmdbImageStore.open(store, OPTIONS)) {
        stored = fill(opened);
        requireContent(opened, stored);
        System.out.println("full");
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        for (int end = stored + MORE; stored < end; stored++) {
          opened.put(image(stored));
        }
        opened.putBatch(SampleImages.stream(stored, MORE, SHAPE, 1));
        stored += MORE;
      }
      try (ImageStore opened = LmdbImageStore.open(store, OPTIONS)) {
        requireContent(opened, stored);
        assertThat(opened.verify().isClean()).isTrue();
        System.out.println("whole");
      }
    }

    /** Single images, then a batch that there is no room for either; tells how many are stored. */
    private static int fill(ImageStore store) {
      int stored = 0;
      try {
        while (true) {
          store.put(image(stored));
          stored++;
        }
      } catch (StoreFullException e) {
        assertThat(e).hasMessageContaining("the store is as it was before this call");
      }
      try {
        store.putBatch(SampleImages.stream(0, 3000, SHAPE, 2));
        throw new AssertionError("a batch was stored where there was no room for an image");
      } catch (StoreFullException e) {
        assertThat(e).hasMessageContaining("the store is as it was before this call");
      }
      return stored;
    }

    private static LabeledImage image(int id) {
      return SampleImages.labeled(id, SHAPE, 1);
    }

    private static void requireContent(ImageStore store, int count) {
      assertThat(store.stream().toList()).isEqualTo(SampleImages.list(0, count, SHAPE, 1));
    }
  }
}
