package io.imagestore.testkit;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own, with the class path of this one, for tests of what one process can't show: its
 * death, and its neighbours. Closing it kills it.
 */
public final class ChildJvm implements AutoCloseable {

  private static final long MINUTES_TO_END = 5;
  private static final int BLOCKS_A_MEBIBYTE = 2048; // POSIX counts files in blocks of 512 bytes

  private final Process process;
  private final BufferedReader output;

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
   * The next line of its output.
   *
   * @return the line
   * @throws AssertionError if there is none, because it ended
   */
  public String readLine() {
    try {
      String line = output.readLine();
      while (line != null && isOfTheJvm(line)) {
        line = output.readLine();
      }
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
   * @throws AssertionError if its exit code isn't 0; the message holds its output
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
      List<String> lines = output.lines().filter(line -> !isOfTheJvm(line)).toList();
      if (!process.waitFor(MINUTES_TO_END, TimeUnit.MINUTES)) {
        throw new AssertionError("the child JVM didn't end within " + MINUTES_TO_END + " minutes");
      }
      return lines;
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
    process.destroyForcibly();
  }
}
