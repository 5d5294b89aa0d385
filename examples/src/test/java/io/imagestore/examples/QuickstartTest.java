package io.imagestore.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class QuickstartTest {
  private static final Path README = Path.of("../README.md");
  private static final Path SOURCE =
      Path.of("src/main/java/io/imagestore/examples/Quickstart.java");

  @Test
  void theReadmesFirstExampleIsTheOneThatRuns() throws IOException {
    String shown = first("```java\n(.*?)```", README).replace("Path.of(\"train\")", "path");
    String run = first("void run\\(Path path\\) \\{(.*)\\}\\s*\\}\\s*$", SOURCE);
    assertThat(bare(shown)).isEqualTo(bare(run));
  }

  private static String first(String pattern, Path file) throws IOException {
    Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(Files.readString(file));
    assertThat(matcher.find()).as("%s in %s", pattern, file).isTrue();
    return matcher.group(1);
  }

  /** Without comments and white space, which lines of another length force to differ. */
  private static String bare(String code) {
    return code.replaceAll("//[^\n]*", "").replaceAll("\\s+", "");
  }
}
