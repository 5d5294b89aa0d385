package io.imagestore.testkit;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A JVM of its own, with the class path of this one, for tests of what one process can't show: its
 * death, and its neighbours. Closing it kills it, and so does the end of this one. Should its main
 * method throw, it ends with exit code 1 whatever threads it has left.
 *
 * <p>One that says nothing for ten minutes hangs: it is killed, and the call that waits for it
 * fails.
 */
public final class ChildJvm implements AutoCloseable {

  private static final int BLOCKS_A_MEBIBYTE = 2048; // POSIX counts files in blocks of 512 bytes

  private final Process process;
  private final BufferedReader output;
  private Duration longestSilence = Duration.ofMinutes(10);

  private ChildJvm(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Starts one.
   *
   * @param jvmOptions such as {@code -Xmx64m}
   * @param main the class whose main method runs
   * @param arguments what it is given
   * @return the running JVM; its standard error is mixed into its output, but for the JVM's own
   *     warnings
   */
  public static ChildJvm start(List<String> jvmOptions, Class<?> main, Object... arguments) {
    return startUnder(List.of(), jvmOptions, main, arguments);
  }

  /**
   * Starts one whose files may grow only so far, as on a device that is full. Needs a POSIX shell.
   *
   * @param mebibytes so far
   * @param main the class whose main method runs
   * @param arguments what it is given
   * @return the running JVM, as from {@link #start}
   */
  public static ChildJvm startWithLittleRoom(int mebibytes, Class<?> main, Object... arguments) {
    String limit = "ulimit -f " + mebibytes * BLOCKS_A_MEBIBYTE + " && exec \"$@\"";
    return startUnder(
        List.of("sh", "-c", limit, "sh"),
        List.of("-XX:-UsePerfData"), // which would be a file, too
        main,
        arguments);
  }

  /**
   * Starts one that may do with files what their modes allow, even if this one is root's and may do
   * all. Needs a POSIX shell, and for root {@code setpriv} of util-linux.
   *
   * @param main the class whose main method runs
   * @param arguments what it is given
   * @return the running JVM, as from {@link #start}
   */
  public static ChildJvm startWithoutPrivileges(Class<?> main, Object... arguments) {
    String without = "-dac_override,-dac_read_search";
    String asAnyone =
        "if [ \"$(id -u)\" = 0 ]; then exec setpriv --bounding-set "
            + without
            + " --inh-caps "
            + without
            + " \"$@\"; else exec \"$@\"; fi";
    return startUnder(List.of("sh", "-c", asAnyone, "sh"), List.of(), main, arguments);
  }

  /**
   * Starts one by another program.
   *
   * @param wrapper the program and its arguments, such as {@code strace}; it is given the command
   *     that starts the JVM
   * @param jvmOptions such as {@code -Xmx64m}
   * @param main the class whose main method runs
   * @param arguments what it is given
   * @return the running JVM, as from {@link #start}
   */
  public static ChildJvm startUnder(
      List<String> wrapper, List<String> jvmOptions, Class<?> main, Object... arguments) {
    List<String> command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.add(
        "-XX:ErrorFile=" + new File(System.getProperty("java.io.tmpdir"), "hs_err_child_%p.log"));
    command.add("-D" + ChildMain.PARENT + "=" + ProcessHandle.current().pid());
    command.add(ChildMain.class.getName());
    command.add(main.getName());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    try {
      return new ChildJvm(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException("a JVM can't be started: " + command, e);
    }
  }

  /**
   * Waits longer for a word of it.
   *
   * @param more how long beside the ten minutes
   * @return this
   */
  public ChildJvm waitingLongerBy(Duration more) {
    longestSilence = longestSilence.plus(more);
    return this;
  }

  /**
   * The next line of its output.
   *
   * @return the line
   * @throws AssertionError if there is none, because it ended or hangs
   */
  public String readLine() {
    try {
      String line = nextLine();
      if (line == null) {
        throw new AssertionError("the child JVM ended with exit code " + process.waitFor());
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for the child JVM", e);
    }
  }

  /** Null at the end of its output. */
  private @Nullable String nextLine() throws IOException {
    CompletableFuture<Void> read = new CompletableFuture<>();
    CompletableFuture<Void> watch =
        read.orTimeout(longestSilence.toNanos(), TimeUnit.NANOSECONDS)
            .whenComplete(
                (done, silence) -> {
                  if (silence != null) {
                    close(); // which ends its output
                  }
                });
    String line = output.readLine();
    while (line != null && isOfTheJvm(line)) {
      line = output.readLine();
    }
    read.complete(null);
    if (watch.isCompletedExceptionally()) {
      throw new AssertionError("the child JVM said nothing for " + longestSilence);
    }
    return line;
  }

  /**
   * Its process id.
   *
   * @return that of the program that started it, if that didn't become it
   */
  public long pid() {
    return process.pid();
  }

  /**
   * Says something to it.
   *
   * @param line what it reads from its input
   */
  public void writeLine(String line) {
    try {
      process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException("the child JVM can't be told: " + line, e);
    }
  }

  /**
   * Kills it as {@code kill -9} does, and gives what it had written by then.
   *
   * @return the lines not read before; the last one may be cut
   */
  public List<String> kill() {
    // Not the process's own method, which would close its output before it is read.
    process.toHandle().destroyForcibly();
    return awaitEnd();
  }

  /**
   * Waits for its end and checks that it went well.
   *
   * @return the lines not read before
   * @throws AssertionError if its exit code isn't 0, with its output in the message; or if it hangs
   */
  public List<String> succeed() {
    List<String> lines = awaitEnd();
    if (process.exitValue() != 0) {
      throw new AssertionError(
          "the child JVM ended with exit code "
              + process.exitValue()
              + ":\n"
              + String.join("\n", lines));
    }
    return lines;
  }

  private List<String> awaitEnd() {
    try {
      List<String> lines = new ArrayList<>();
      for (String line = nextLine(); line != null; line = nextLine()) {
        lines.add(line);
      }
      if (!process.waitFor(longestSilence.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new AssertionError("the child JVM didn't end within " + longestSilence);
      }
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for the child JVM", e);
    }
  }

  /** From Java 24 on a JVM warns of native libraries; the program's own lines are what counts. */
  private static boolean isOfTheJvm(String line) {
    return line.isEmpty() || line.startsWith("WARNING: "); // an empty line ends the warnings
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly); // of a program that started it
    process.destroyForcibly();
  }
}
