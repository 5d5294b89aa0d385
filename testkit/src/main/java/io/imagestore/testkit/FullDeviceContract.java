package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.imagestore.spi.ImageStoreProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a store keeps to on a real file system that is full: of 8 MiB, mounted for the test alone.
 * Calls that find no room are refused with a {@link io.imagestore.StoreFullException} and change
 * nothing, and all go on once there is room. A backend's test extends this class.
 *
 * <p>Needs Linux. Where this process may mount nothing, as in many containers, a limit to the
 * length of files is all it comes to. {@code -Dtrials=100} runs the long form, {@code -Dseed} one
 * of its trials again.
 */
@Timeout(3600)
@EnabledOnOs(value = OS.LINUX, disabledReason = "mounts a file system in memory")
public abstract class FullDeviceContract {

  private static final int TRIALS = Integer.getInteger("trials", 2);
  private static final long FIRST_SEED = Long.getLong("seed", 1);

  @TempDir Path device;

  /** For subclasses. */
  protected FullDeviceContract() {}

  /**
   * The backend under test.
   *
   * @return a public class with a public constructor without parameters
   */
  protected abstract ImageStoreProvider provider();

  @Test
  void aFullDeviceLosesNothingAndTheStoreGoesOnOnceThereIsRoom()
      throws IOException, InterruptedException {
    List<List<String>> mounts =
        List.of( // as root, or as root of a user namespace
            mounting(List.of("unshare", "--mount")),
            mounting(List.of("unshare", "--map-root-user", "--mount")));
    for (List<String> mount : mounts) {
      if (succeeds(mount)) {
        fill(mount);
        return;
      }
    }
    comeToALimit();
  }

  private void fill(List<String> mount) {
    try (ChildJvm child =
        ChildJvm.startUnder(
                mount,
                List.of("-XX:-UsePerfData"), // which would be a file, too
                FilledDevice.class,
                provider().getClass().getName(),
                device,
                FIRST_SEED,
                TRIALS)
            .waitingLongerBy(Duration.ofSeconds(10L * TRIALS))) {
      assertThat(child.succeed()).containsExactly("whole after " + TRIALS + " trials");
    }
  }

  private void comeToALimit() {
    try (ChildJvm child =
        ChildJvm.startWithLittleRoom(
            LittleRoom.MEBIBYTES,
            LittleRoom.class,
            provider().getClass().getName(),
            device.resolve("store"))) {
      assertThat(child.succeed())
          .hasSize(2)
          .first(STRING)
          .contains("the store is as it was before this call");
    }
  }

  /** A command that mounts it over the folder for what it then starts, and for nothing else. */
  private List<String> mounting(List<String> unshare) {
    List<String> command = new ArrayList<>(unshare);
    command.addAll(
        List.of("sh", "-c", "mount -t tmpfs -o size=8m tmpfs \"$0\" && exec \"$@\"", "" + device));
    return command;
  }

  private static boolean succeeds(List<String> mount) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(mount);
    command.add("true");
    return new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }
}
