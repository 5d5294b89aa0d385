package io.imagestore.examples.report;

import io.imagestore.examples.chart.Chart;
import io.imagestore.examples.timings.Timings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Writes {@code timings.json}, the charts as SVG and PNG, and {@code report.html}. */
public final class ReportFiles {
  private ReportFiles() {}

  /**
   * Writes all files, over those that are there.
   *
   * @param folder an existing folder
   * @return why there are no PNGs, where Java has no fonts to draw with
   * @throws IOException when a file can't be written
   */
  public static Optional<String> write(Timings timings, Path folder) throws IOException {
    Files.writeString(folder.resolve("timings.json"), timings.toJson());
    Map<String, Chart> charts = Charts.of(timings);
    Files.writeString(folder.resolve("report.html"), HtmlReport.of(timings, charts));
    return write(charts, folder);
  }

  /** Writes charts as SVG and PNG; gives why there are no PNGs. */
  static Optional<String> write(Map<String, Chart> charts, Path folder) throws IOException {
    for (Map.Entry<String, Chart> chart : charts.entrySet()) {
      Files.writeString(folder.resolve(chart.getKey() + ".svg"), chart.getValue().toSvg());
    }
    return writePngs(charts, folder);
  }

  private static Optional<String> writePngs(Map<String, Chart> charts, Path folder)
      throws IOException {
    try {
      for (Map.Entry<String, Chart> chart : charts.entrySet()) {
        chart.getValue().writePng(folder.resolve(chart.getKey() + ".png"));
      }
      return Optional.empty();
    } catch (RuntimeException | LinkageError | InternalError e) {
      // What Java2D throws on a machine without fontconfig or without fonts, by version.
      return Optional.of(
          "no PNG charts: Java can't draw text here (" + e + "); install fontconfig and a font");
    }
  }
}
