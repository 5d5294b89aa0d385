package io.imagestore.examples;

import io.imagestore.ImageStoreException;
import io.imagestore.examples.timings.CheckFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Says in one line what went wrong, and gives the exit code. */
final class Failures {
  private Failures() {}

  static int wrongUsage(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    String help = command.getCommandSpec().qualifiedName() + " --help";
    command.getErr().println("error: " + oneLine(e) + " (see " + help + ")");
    command.getErr().flush();
    return ExitCode.USAGE;
  }

  static int failed(Exception e, CommandLine command, ParseResult parsed) {
    if (isExpected(e)) {
      command.getErr().println("failed: " + oneLine(e));
    } else {
      // Nobody foresaw it, so whoever looks into it needs it all.
      e.printStackTrace(command.getErr());
    }
    command.getErr().flush();
    return ExitCode.SOFTWARE;
  }

  private static boolean isExpected(Exception e) {
    return e instanceof ImageStoreException
        || e instanceof CheckFailedException
        || e instanceof CancellationException
        || e instanceof UncheckedIOException
        || e instanceof IOException;
  }

  /** An exception's message; file exceptions tell no more than a path in theirs. */
  static String oneLine(Exception e) {
    String message = e.getMessage();
    String text =
        message == null || e instanceof java.nio.file.FileSystemException
            ? e.getClass().getSimpleName() + ": " + message
            : message;
    return text.replaceAll("\\s*\\R\\s*", " ");
  }
}
