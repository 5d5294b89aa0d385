package io.imagestore.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs what the README shows: its Java snippets one after the other in one folder, then the Python
 * ones beside them.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReadmeTest {

  private static final Path ROOT = Path.of("..");
  private static final String IMPORTS =
      """
      import io.imagestore.*;
      import io.imagestore.cifar.*;
      import io.imagestore.disk.*;
      import io.imagestore.hdf5.*;
      import io.imagestore.lmdb.*;
      import io.imagestore.loader.*;
      import java.nio.ByteBuffer;
      import java.nio.file.Path;
      import java.util.*;
      import java.util.stream.*;
      """;

  private static final String ALL_RAN = "all snippets ran to their ends";

  @TempDir static Path folder;

  private static String readme;

  @BeforeAll
  static void read() throws IOException {
    readme = Files.readString(ROOT.resolve("README.md"));
    photograph("pets/cat/1.jpg", 40, 30);
    photograph("pets/dog/rex/2.jpg", 25, 50);
  }

  private static void photograph(String name, int width, int height) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    assertThat(ImageIO.write(image, "jpg", file.toFile())).isTrue();
  }

  @Test
  @Order(1)
  void everyJavaSnippetCompilesAndRuns() throws IOException {
    List<String> snippets = blocks("java");
    assertThat(snippets).hasSizeGreaterThanOrEqualTo(4);
    List<Path> sources = new ArrayList<>();
    StringBuilder calls = new StringBuilder();
    for (int i = 0; i < snippets.size(); i++) {
      sources.add(write("Snippet" + i, IMPORTS, snippets.get(i)));
      calls.append("Snippet" + i + ".main(args);\n");
    }
    sources.add(write("Snippets", "", calls + "System.out.println(\"" + ALL_RAN + "\");\n"));
    compile(sources);

    assertThat(runInFolder("Snippets").lines()).endsWith(ALL_RAN);
  }

  @Test
  @Order(2)
  @EnabledIfEnvironmentVariable(named = "IMAGESTORE_PYTHON", matches = ".+")
  void everyPythonSnippetReadsWhatTheJavaSnippetsWrote() {
    List<String> snippets = blocks("python");
    assertThat(snippets).hasSizeGreaterThanOrEqualTo(4);
    for (String snippet : snippets) {
      assertThat(Python.run(folder, snippet)).isNotBlank();
    }
  }

  @Test
  void theTestCommandIsWhatTheCiScriptRuns() throws IOException {
    assertThat(blocks("sh")).contains("mvn verify\n");
    assertThat(Files.readString(ROOT.resolve(".ci/run")))
        .containsPattern("mvn( -[\\w]+)*( clean)? verify");
  }

  @Test
  void theVersionIsTheOneBeingBuilt() throws IOException {
    String version =
        firstMatch(Files.readString(ROOT.resolve("pom.xml")), "<version>([^<]+)</version>");

    assertThat(firstMatch(String.join("", blocks("xml")), "<version>([^<]+)</version>"))
        .isEqualTo(version);
    assertThat(readme).contains("| " + version + " | 17 and newer |");
  }

  /** Writes the source of a program with these statements. */
  private static Path write(String name, String imports, String statements) throws IOException {
    String program =
        imports
            + "public class "
            + name
            + " {\n"
            + "  public static void main(String[] args) throws Exception {\n"
            + statements
            + "  }\n}\n";
    return Files.writeString(folder.resolve(name + ".java"), program);
  }

  private static void compile(List<Path> sources) {
    List<String> arguments =
        new ArrayList<>(List.of("-proc:none", "-cp", System.getProperty("java.class.path")));
    sources.forEach(source -> arguments.add(source.toString()));
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    assertThat(result).as("compiling the snippets").isZero();
  }

  private static String runInFolder(String program) {
    String classPath =
        folder + System.getProperty("path.separator") + System.getProperty("java.class.path");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return Command.run(folder, List.of(java, "-cp", classPath, program));
  }

  private static List<String> blocks(String language) {
    List<String> blocks = new ArrayList<>();
    for (MatchResult block :
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
            .matcher(readme)
            .results()
            .toList()) {
      blocks.add(block.group(1));
    }
    return blocks;
  }

  private static String firstMatch(String text, String pattern) {
    return Pattern.compile(pattern).matcher(text).results().findFirst().orElseThrow().group(1);
  }
}
