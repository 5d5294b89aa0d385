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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a store when LMDB's own writes find no room. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "mounts a file system, or limits files by prlimit")
final class FullDeviceTest {

  private static final ImageShape SHAPE = new ImageShape(100, 100, 3);
  private static final List<String> NO_FILE_OF_ITS_OWN = List.of("-XX:-UsePerfData");

  @TempDir Path folder;

  /**
   * A file system of 8 MiB of its own, where this process may mount one: as root, or as root of a
   * user namespace. Where it may not, as in a container, a limit to the length of files.
   */
  @Test
  void aFullDeviceLosesNothingAndTheStoreGoesOnOnceThereIsRoom()
      throws IOException, InterruptedException {
    List<String> mount = mountingTmpfs();
    if (succeeds(mount, "true")) {
      try (ChildJvm child =
          ChildJvm.startUnder(mount, NO_FILE_OF_ITS_OWN, Filler.class, folder, "ballast")) {
        assertThat(child.succeed()).containsExactly("full", "whole");
      }
    } else {
      fillUpToALimit();
    }
  }

  @Test
  void atTheLimitOfAFilesLengthNothingIsLostAndTheStoreGoesOnOnceItIsRaised()
      throws IOException, InterruptedException {
    fillUpToALimit();
  }

  private void fillUpToALimit() throws IOException, InterruptedException {
    List<String> limit = List.of("prlimit", "--fsize=4194304:unlimited");
    try (ChildJvm child =
        ChildJvm.startUnder(limit, NO_FILE_OF_ITS_OWN, Filler.class, folder, "wait")) {
      assertThat(child.readLine()).isEqualTo("full");
      assertThat(succeeds(List.of("prlimit", "--pid=" + child.pid()), "--fsize=unlimited"))
          .isTrue();
      child.writeLine("there is room");
      assertThat(child.succeed()).containsExactly("whole");
    }
  }

  /** A command that mounts one over the folder, which is there only for what it then starts. */
  private List<String> mountingTmpfs() throws IOException, InterruptedException {
    String script = "mount -t tmpfs -o size=8m tmpfs '" + folder + "' && exec \"$@\"";
    List<String> asRoot = List.of("unshare", "--mount", "sh", "-c", script, "sh");
    return succeeds(asRoot, "true")
        ? asRoot
        : List.of("unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh");
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

  /** Fills the device, has room made, and goes on. */
  static final class Filler {

    private static final int MORE = 40;

    // Which waits for the device less often, but writes no less.
    private static final LmdbOptions OPTIONS =
        LmdbOptions.builder().durability(Durability.FLUSH).build();

    public static void main(String[] args) throws IOException {
      Path store = Path.of(args[0], "store");
      Path ballast = Path.of(args[0], "ballast");
      boolean waits = args[1].equals("wait");
      if (!waits) {
        Files.write(ballast, new byte[4 << 20]);
      }
      int stored = 0;
      try (ImageStore opened = LmdbImageStore.open(store, OPTIONS)) {
        stored = fill(opened);
        requireContent(opened, stored);
        System.out.println("full");
        if (waits) {
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        } else {
          Files.delete(ballast);
        }
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
