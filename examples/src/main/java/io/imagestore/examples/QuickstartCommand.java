package io.imagestore.examples;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** Runs the README's example. */
@Command(
    name = "quickstart",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Runs the ten lines of the README: stores a thousand images in LMDB and reads some back.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:all went well", "1:it failed", "2:wrong usage"})
final class QuickstartCommand implements Callable<Integer> {

  @Option(
      names = "--store",
      paramLabel = "DIR",
      defaultValue = "train",
      description = "Where the store is or will be. Default: ${DEFAULT-VALUE}.")
  private Path store = Path.of("train");

  @Override
  public Integer call() {
    Quickstart.run(store);
    return ExitCode.OK;
  }
}
