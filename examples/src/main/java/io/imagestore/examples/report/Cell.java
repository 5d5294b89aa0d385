package io.imagestore.examples.report;

import static java.util.stream.Collectors.joining;

import java.util.List;

/**
 * A cell of a table in HTML.
 *
 * @param text what stands in it
 * @param below smaller lines beneath
 * @param value what cells of one row are compared by
 * @param kind how it looks
 */
record Cell(String text, List<String> below, double value, Kind kind) {

  enum Kind {
    HEAD,
    WORDS,
    NUMBER,
    LEAST
  }

  /** The head of a row. */
  static Cell head(String text) {
    return new Cell(text, List.of(), 0, Kind.HEAD);
  }

  static Cell words(String text) {
    return new Cell(text, List.of(), 0, Kind.WORDS);
  }

  static Cell number(String text) {
    return of(text, List.of(), 0);
  }

  static Cell of(String text, double value) {
    return of(text, List.of(), value);
  }

  static Cell of(String text, List<String> below, double value) {
    return new Cell(text, below, value, Kind.NUMBER);
  }

  /** Makes the least number of each row stand out, if there are several to choose from. */
  static List<List<Cell>> markLeast(List<List<Cell>> rows) {
    return rows.stream().map(Cell::markLeastOfRow).toList();
  }

  private static List<Cell> markLeastOfRow(List<Cell> row) {
    List<Cell> numbers = row.stream().filter(cell -> cell.kind == Kind.NUMBER).toList();
    double least = numbers.stream().mapToDouble(Cell::value).min().orElse(0);
    return row.stream()
        .map(cell -> numbers.size() > 1 && cell.isNumber(least) ? cell.marked() : cell)
        .toList();
  }

  private boolean isNumber(double number) {
    return kind == Kind.NUMBER && value == number;
  }

  private Cell marked() {
    return new Cell(text, below, value, Kind.LEAST);
  }

  String html() {
    String small =
        below.stream().map(line -> "<small>" + escape(line) + "</small>").collect(joining());
    return switch (kind) {
      case HEAD -> "<th scope=\"row\">" + escape(text) + "</th>";
      case WORDS -> "<td class=\"words\">" + escape(text) + "</td>";
      case NUMBER -> "<td>" + escape(text) + small + "</td>";
      case LEAST -> "<td class=\"best\">" + escape(text) + small + "</td>";
    };
  }

  /** Text as it may stand in HTML, between tags or quotes. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
