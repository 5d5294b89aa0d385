package io.imagestore.examples.chart;

import java.util.List;

/** Horizontal bars from 0, each with its name before and its value behind. */
public final class BarChart extends Chart {
  private static final double ROW = 44;
  private static final double THICKNESS = 24;
  private static final double NAMES = 98;
  private static final double VALUES = 92;

  private final List<Bar> bars;

  /**
   * A bar.
   *
   * @param name stands before it
   * @param value its length, at least 0
   * @param text the value in words, stands behind it
   */
  public record Bar(String name, double value, String text, Ink ink) {}

  /**
   * @param subtitle one line that says what the values are
   * @throws IllegalArgumentException when there is no bar
   */
  public BarChart(String title, String subtitle, List<Bar> bars) {
    super(title, subtitle);
    if (bars.isEmpty()) {
      throw new IllegalArgumentException("no bar for the chart '" + title + "'");
    }
    this.bars = List.copyOf(bars);
  }

  @Override
  double height() {
    return 72 + ROW * bars.size() + MARGIN;
  }

  @Override
  void draw(Canvas canvas, double top) {
    double longest = bars.stream().mapToDouble(Bar::value).max().orElse(1);
    double room = WIDTH - 2 * MARGIN - NAMES - VALUES;
    double left = MARGIN + NAMES;
    double y = top + 16;
    for (Bar bar : bars) {
      double length = longest > 0 ? Math.max(1, room * bar.value() / longest) : 1;
      double baseline = y + THICKNESS / 2 + 5;
      String hint = bar.name() + ": " + bar.text();
      canvas.text(bar.name(), left - 10, baseline, Anchor.END, Canvas.BODY, false, Ink.TEXT);
      canvas.bar(left, y, length, THICKNESS, bar.ink(), hint);
      canvas.text(
          bar.text(), left + length + 8, baseline, Anchor.START, Canvas.BODY, true, Ink.TEXT);
      y += ROW;
    }
    canvas.line(left, top + 8, left, y - ROW + THICKNESS + 8, Ink.AXIS, 1.2);
  }
}
