package io.imagestore.examples.report;

import static io.imagestore.examples.report.Cell.escape;

import io.imagestore.examples.chart.Chart;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** A page in the making that needs nothing from elsewhere. */
final class Page {
  private final StringBuilder html = new StringBuilder();

  /**
   * @param eyebrow what stands small above the title
   */
  Page(String title, String eyebrow) {
    html.append(
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s</title>
        <style>
        %s</style>
        </head>
        <body>
        <main>
        <p class="eyebrow">%s</p>
        <h1>%s</h1>
        """
            .formatted(escape(title), resource("report.css"), escape(eyebrow), escape(title)));
  }

  /** Adds what is HTML already. */
  Page html(String fragment) {
    html.append(fragment);
    return this;
  }

  void heading(String heading, String text) {
    html.append("<h2>").append(escape(heading)).append("</h2>\n");
    if (!text.isEmpty()) {
      html.append("<p>").append(escape(text)).append("</p>\n");
    }
  }

  void figures(List<Chart> charts) {
    html.append("<div class=\"charts\">\n");
    charts.forEach(this::figure);
    html.append("</div>\n");
  }

  void figure(Chart chart) {
    html.append("<figure class=\"box\">\n").append(chart.toThemedSvg()).append("</figure>\n");
  }

  /** An entry of a list of definitions. */
  void entry(String name, String value) {
    html.append("<dt>%s</dt><dd>%s</dd>\n".formatted(escape(name), escape(value)));
  }

  void bullets(List<String> texts) {
    html.append("<ul>\n");
    texts.forEach(text -> html.append("<li>").append(escape(text)).append("</li>\n"));
    html.append("</ul>\n");
  }

  /**
   * @param head the cells of the first row, in HTML
   */
  void table(List<String> head, List<List<Cell>> rows) {
    html.append("<div class=\"box scroll\" tabindex=\"0\"><table>\n<thead><tr>");
    head.forEach(html::append);
    html.append("</tr></thead>\n<tbody>\n");
    for (List<Cell> row : rows) {
      html.append("<tr>");
      row.forEach(cell -> html.append(cell.html()));
      html.append("</tr>\n");
    }
    html.append("</tbody>\n</table></div>\n");
  }

  static String columnHead(String name) {
    return "<th scope=\"col\">" + escape(name) + "</th>";
  }

  String finish() {
    return html.append("</main>\n</body>\n</html>\n").toString();
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("can't read " + name + " on the class path", e);
    }
  }
}
