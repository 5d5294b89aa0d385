package io.imagestore.examples;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** This project's version, as the jar's manifest tells it. */
final class Version implements IVersionProvider {

  /** The version, or "development" when not run from the jar. */
  static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return Objects.requireNonNullElse(version, "development");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"ImageStore " + text()};
  }
}
