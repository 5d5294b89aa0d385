package io.imagestore.examples.progress;

import java.io.PrintStream;
import picocli.CommandLine.Help.Ansi;

/**
 * Where work tells how far it is. One task runs at a time; {@link Task#advance} may be called from
 * any thread and costs one addition, so it may stand inside what is being timed.
 */
public interface Progress extends AutoCloseable {

  /** On standard error: bars where that is a terminal, plain lines otherwise. */
  static Progress onConsole() {
    return Ansi.AUTO.enabled() ? new TerminalProgress(System.err) : new PlainProgress(System.err);
  }

  /** Plain lines. */
  static Progress plain(PrintStream out) {
    return new PlainProgress(out);
  }

  /** One line of text that stays. */
  void note(String line);

  /**
   * Begins a task.
   *
   * @param name what is being done
   * @param total how many units it takes; more than 0
   */
  Task start(String name, long total);

  /** Ends the display; a task under way is left as it is. */
  @Override
  void close();

  /** Something with a beginning and an end. */
  interface Task extends AutoCloseable {

    /** Tells nobody. */
    Task SILENT = new SilentTask();

    /** Adds units done. */
    void advance(long units);

    /** Ends the task with a line that says what came out. */
    void done(String outcome);

    /** Ends the task, if {@link #done} hasn't. */
    @Override
    void close();
  }
}
