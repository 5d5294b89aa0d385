package io.imagestore.examples.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.imagestore.examples.timings.Timings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportFilesTest {
  private static final Timings TIMINGS = SampleTimings.of(true, "disk", "lmdb", "hdf5");

  @TempDir private static Path folder;

  @BeforeAll
  static void write() throws IOException {
    assertThat(ReportFiles.write(TIMINGS, folder)).as("a reason for missing PNGs").isEmpty();
  }

  @Test
  void jsonHoldsEnvironmentAndResultsAndNothingElse() throws IOException {
    assertThat(json().fieldNames()).toIterable().containsExactly("environment", "results");
  }

  @Test
  void eachResultHasTheFieldsThatScriptsRelyOn() throws IOException {
    for (JsonNode result : json().get("results")) {
      assertThat(result.get("operation").isTextual()).isTrue();
      assertThat(result.get("backend").isTextual()).isTrue();
      assertThat(result.get("images").isInt()).isTrue();
      assertThat(result.get("seconds").isDouble()).isTrue();
      assertThat(result.get("bytes").isIntegralNumber()).isTrue();
    }
  }

  @Test
  void theSecondsAreTheMedian() throws IOException {
    JsonNode result = json().get("results").get(0);
    assertThat(result.get("seconds")).isEqualTo(result.get("median"));
  }

  @Test
  void jsonSaysThatDataAreSynthetic() throws IOException {
    assertThat(json().at("/environment/data/synthetic").booleanValue()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "storage-time",
        "log-storage-time",
        "read-time",
        "log-read-time",
        "disk-usage",
        "parallel-reading"
      })
  void eachChartIsThereAsSvgAndAsPng(String chart) throws Exception {
    assertThat(ImageIO.read(folder.resolve(chart + ".png").toFile())).isNotNull();
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(folder.resolve(chart + ".svg").toFile());
  }

  @Test
  void thePageNeedsNothingFromElsewhere() throws IOException {
    assertThat(page())
        .doesNotContainPattern("(?i)(src|href)\\s*=")
        .doesNotContainPattern("(?i)@import|url\\(|<script|<link|<iframe");
  }

  @Test
  void thePageShowsEveryChart() throws IOException {
    assertThat(page().split("<svg ", -1)).hasSize(6 + 1);
  }

  @Test
  void thePageSaysThatDataAreSynthetic() throws IOException {
    assertThat(page()).contains("<strong>Synthetic data.</strong>");
  }

  @Test
  void thePageDoesNotCallRealDataSynthetic() throws IOException {
    Timings real = SampleTimings.of(false, "disk");
    assertThat(HtmlReport.of(real, Charts.of(real))).doesNotContainIgnoringCase("synthetic");
  }

  @Test
  void thePageEscapesWhatTheMachineSays() throws IOException {
    assertThat(page()).contains("a processor with &lt;angle brackets&gt;");
  }

  @Test
  void thePageIsTheSameInEachLocale() {
    String page = HtmlReport.of(TIMINGS, Charts.of(TIMINGS));
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    try {
      assertThat(HtmlReport.of(TIMINGS, Charts.of(TIMINGS))).isEqualTo(page);
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void theTablesColumnsAreAligned() {
    String[] lines = TextTable.of(TIMINGS).split("\n");
    int end = lines[2].indexOf("images") + "images".length();
    assertThat(lines)
        .filteredOn(line -> line.startsWith("store-") || line.startsWith("read-"))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line.substring(0, end)).matches(".* \\d+$"));
  }

  @Test
  void theTableSaysWhatTheImagesWere() {
    assertThat(TextTable.of(TIMINGS)).startsWith("SYNTHETIC images\n");
  }

  private static JsonNode json() throws IOException {
    return new ObjectMapper().readTree(folder.resolve("timings.json").toFile());
  }

  private static String page() throws IOException {
    return Files.readString(folder.resolve("report.html"));
  }
}
