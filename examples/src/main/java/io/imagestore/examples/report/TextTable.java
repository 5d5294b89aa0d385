package io.imagestore.examples.report;

import io.imagestore.examples.timings.Result;
import io.imagestore.examples.timings.Timings;
import io.imagestore.examples.timings.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** All results as aligned text, a line each. */
public final class TextTable {
  private static final List<String> HEAD =
      List.of(
          "operation",
          "backend",
          "images",
          "threads",
          "median s",
          "min s",
          "max s",
          "closed s",
          "images/s",
          "on disk",
          "JVM",
          "cache");
  private static final Set<String> WORDS = Set.of("operation", "backend", "JVM", "cache");

  private TextTable() {}

  /** The table, headed by a line that says what the images were. */
  public static String of(Timings timings) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEAD);
    timings.results().forEach(result -> rows.add(row(result)));
    String table = align(rows);
    String rule = "-".repeat(table.lines().mapToInt(String::length).max().orElse(0));
    return timings.environment().data().description()
        + "\n\n"
        + table.replaceFirst("\n", "\n" + rule + "\n");
  }

  private static List<String> row(Result result) {
    return List.of(
        result.operation().text(),
        result.backend(),
        Units.count(result.images()),
        String.valueOf(result.threads()),
        seconds(result.median()),
        seconds(result.min()),
        seconds(result.max()),
        result.closedSeconds() == null ? "" : seconds(result.closedSeconds()),
        Units.rate(result.imagesPerSecond()),
        Units.bytes(result.bytes()),
        result.jvmWarm() ? "warm" : "cold",
        result.cacheHot() == null ? "" : "hot");
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.5f", seconds);
  }

  private static String align(List<List<String>> rows) {
    int[] widths =
        IntStream.range(0, HEAD.size())
            .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    return rows.stream().map(row -> line(row, widths)).collect(Collectors.joining("\n", "", "\n"));
  }

  private static String line(List<String> row, int[] widths) {
    return IntStream.range(0, row.size())
        .mapToObj(
            column -> {
              String fill = " ".repeat(widths[column] - row.get(column).length());
              return WORDS.contains(HEAD.get(column))
                  ? row.get(column) + fill
                  : fill + row.get(column);
            })
        .collect(Collectors.joining("  "))
        .stripTrailing();
  }
}
