package io.imagestore.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.imagestore.StoreLockedException;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreLockTest {

  @TempDir Path folder;

  @Test
  void isHeldByOneInThisProcess() throws IOException {
    try (StoreLock held = StoreLock.acquire(folder.resolve("lock"), folder)) {
      assertThat(held).isNotNull();
      assertThatExceptionOfType(StoreLockedException.class)
          .isThrownBy(() -> StoreLock.acquire(folder.resolve("lock"), folder))
          .withMessageContaining("this process")
          .withMessageContaining(folder.toString());
    }
  }

  @Test
  void isOneLockByWhateverNameTheFolderGoes() throws IOException {
    Path link =
        Files.createSymbolicLink(
            folder.resolve("link"), Files.createDirectory(folder.resolve("real")));
    try (StoreLock held = StoreLock.acquire(folder.resolve("real/lock"), folder)) {
      assertThat(held).isNotNull();
      assertThatExceptionOfType(StoreLockedException.class)
          .isThrownBy(() -> StoreLock.acquire(link.resolve("lock"), folder));
    }
  }

  @Test
  void mayBeTakenAgainOnceItIsReleasedAndLeavesNoFile() throws IOException {
    StoreLock.acquire(folder.resolve("lock"), folder).close();
    StoreLock.acquire(folder.resolve("lock"), folder).close();

    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aFileLeftByAProcessThatDiedIsNoLock() throws IOException {
    Files.writeString(folder.resolve("lock"), "process 1 left-behind");

    try (StoreLock held = StoreLock.acquire(folder.resolve("lock"), folder)) {
      assertThat(held).isNotNull();
    }
  }

  @Test
  void keepsOtherProcessesOut() throws Exception {
    try (StoreLock held = StoreLock.acquire(folder.resolve("lock"), folder)) {
      assertThat(held).isNotNull();
      assertThat(takenByAnotherProcess()).isFalse();
    }
    assertThat(takenByAnotherProcess()).isTrue();
  }

  @Test
  void anInterruptNeitherPreventsItNorGivesItBack() throws Exception {
    Thread.currentThread().interrupt();
    try (StoreLock held = StoreLock.acquire(folder.resolve("lock"), folder)) {
      assertThat(held).isNotNull();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(takenByAnotherProcess()).isFalse();
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void anotherClassLoaderIsKeptOutAndTakesNothingAway() throws Exception {
    try (StoreLock held = StoreLock.acquire(folder.resolve("lock"), folder);
        URLClassLoader other = copyOfTheseClasses()) {
      assertThat(held).isNotNull();
      assertThatThrownBy(() -> takeIn(other))
          .hasToString(
              "io.imagestore.StoreLockedException: store "
                  + folder.resolve("lock")
                  + " is already open for writing in this process, in another class loader;"
                  + " close it there");
      assertThat(takenByAnotherProcess()).isFalse();
    }
    assertThat(takenByAnotherProcess()).isTrue();
  }

  @Test
  void isHeldEvenIfTheSystemPropertiesAreSetBack() throws Exception {
    try (StoreLock held = StoreLock.acquire(folder.resolve("lock"), folder)) {
      assertThat(held).isNotNull();
      withOtherSystemProperties(
          () ->
              assertThatExceptionOfType(StoreLockedException.class)
                  .isThrownBy(() -> StoreLock.acquire(folder.resolve("lock"), folder))
                  .withMessageContaining("this process"));
      assertThat(takenByAnotherProcess()).isFalse();
    }
  }

  @Test
  void leavesNoTraceInTheSystemProperties() throws IOException {
    Set<String> before = System.getProperties().stringPropertyNames();
    StoreLock.acquire(folder.resolve("lock"), folder).close();

    assertThat(System.getProperties().stringPropertyNames()).isEqualTo(before);
  }

  @Test
  void namesTheProcessThatHoldsIt() throws Exception {
    try (StoreLock held = StoreLock.acquire(folder.resolve("lock"), folder)) {
      assertThat(held).isNotNull();
      assertThat(saidByAnotherProcess())
          .contains("in another process (process " + ProcessHandle.current().pid() + ")");
    }
  }

  @Test
  void needsNoRoomOnTheDevice() throws Exception {
    // No file may grow, as on a device that is full.
    Process process = process("sh", "-c", "ulimit -f 0 && exec \"$@\"", "sh");

    assertThat(outputOf(process)).endsWith(Taker.TAKEN);
  }

  @Test
  void aLockThatAnotherTookInItsPlaceIsLeftAlone() throws IOException {
    try (StoreLock held = StoreLock.acquire(folder.resolve("lock"), folder)) {
      assertThat(held).isNotNull();
      Files.delete(folder.resolve("lock"));
      Files.writeString(folder.resolve("lock"), "process 1");
    }
    assertThat(folder.resolve("lock")).hasContent("process 1");
  }

  private boolean takenByAnotherProcess() throws IOException, InterruptedException {
    return saidByAnotherProcess().endsWith(Taker.TAKEN);
  }

  private String saidByAnotherProcess() throws IOException, InterruptedException {
    return outputOf(process());
  }

  private Process process(String... wrapper) throws IOException {
    List<String> command = new ArrayList<>(List.of(wrapper));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:-UsePerfData"); // which would be a file, too
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Taker.class.getName(), folder.resolve("lock").toString()));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static String outputOf(Process process) throws IOException, InterruptedException {
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private static URLClassLoader copyOfTheseClasses() throws IOException {
    List<URL> classPath = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      classPath.add(Path.of(entry).toUri().toURL());
    }
    return new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  private void takeIn(ClassLoader loader) throws Throwable {
    try {
      Path lock = folder.resolve("lock");
      Class.forName(StoreLock.class.getName(), true, loader)
          .getMethod("acquire", Path.class, Path.class)
          .invoke(null, lock, lock);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static void withOtherSystemProperties(Runnable code) {
    Properties own = System.getProperties();
    Properties others = new Properties();
    own.stringPropertyNames().stream()
        .filter(name -> !name.startsWith("io.imagestore."))
        .forEach(name -> others.setProperty(name, own.getProperty(name)));
    System.setProperties(others);
    try {
      code.run();
    } finally {
      System.setProperties(own);
    }
  }

  /** Takes the lock if it is free, and gives it back. */
  static final class Taker {
    private Taker() {}

    static final String TAKEN = "taken";

    public static void main(String[] arguments) throws IOException {
      Path lock = Path.of(arguments[0]);
      try {
        StoreLock.acquire(lock, lock).close();
        System.out.print(TAKEN);
      } catch (StoreLockedException e) {
        System.out.print(e.getMessage());
      }
    }
  }
}
