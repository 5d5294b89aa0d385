package io.imagestore.examples;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program's entry. */
@Command(
    name = "imagestore-examples",
    description = "Examples for ImageStore, the SDK that keeps images for machine learning.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      TimingsCommand.class,
      TrainCommand.class,
      InferCommand.class,
      QuickstartCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:all went well", "1:an experiment or a check failed", "2:wrong usage"})
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    // Charts are drawn into memory; on a Mac a Dock icon would appear otherwise.
    System.setProperty("java.awt.headless", "true");
    System.exit(commandLine().execute(arguments));
  }

  /** The program, ready to be run with arguments. */
  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(Failures::wrongUsage)
        .setExecutionExceptionHandler(Failures::failed);
  }
}
