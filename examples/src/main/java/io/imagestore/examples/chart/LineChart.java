package io.imagestore.examples.chart;

import java.util.List;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/** Lines over two axes, with a legend above that names the unbroken ones. */
public final class LineChart extends Chart {
  private static final double HEIGHT = 360;
  private static final double LEFT = 72;
  private static final double RIGHT = 22;
  private static final double BOTTOM = 52;
  private static final double LEGEND_ROW = 21;

  private final Axis xAxis;
  private final Axis yAxis;
  private final List<Series> series;

  /**
   * @param subtitle one line that says what the values are
   * @throws IllegalArgumentException when there is no data point
   */
  public LineChart(String title, String subtitle, Axis xAxis, Axis yAxis, List<Series> series) {
    super(title, subtitle);
    if (series.stream().allMatch(line -> line.points().isEmpty())) {
      throw new IllegalArgumentException("no data point for the chart '" + title + "'");
    }
    this.xAxis = xAxis;
    this.yAxis = yAxis;
    this.series = List.copyOf(series);
  }

  @Override
  double height() {
    return HEIGHT;
  }

  @Override
  void draw(Canvas canvas, double top) {
    double plotTop = drawLegend(canvas, top) + 14;
    Plot plot = new Plot(range(xAxis, Series::xs), range(yAxis, Series::ys), plotTop);
    drawTicks(canvas, plot);
    for (Series line : series) {
      drawLine(canvas, plot, line);
    }
  }

  private static double max(double[] values) {
    return DoubleStream.of(values).max().orElse(0);
  }

  private Axis.Range range(Axis axis, Function<Series, double[]> values) {
    double[] all = series.stream().map(values).flatMapToDouble(DoubleStream::of).toArray();
    return axis.over(DoubleStream.of(all).min().orElse(0), max(all));
  }

  /** The unbroken lines by name; a broken one belongs to the unbroken one of its colour. */
  private double drawLegend(Canvas canvas, double top) {
    List<Series> named = series.stream().filter(line -> !line.dashed()).toList();
    double widest =
        named.stream()
            .mapToDouble(line -> Canvas.widthOf(line.name(), Canvas.BODY))
            .max()
            .orElse(0);
    double column = 30 + widest + 18;
    double x = MARGIN;
    double y = top + 10;
    for (Series line : named) {
      if (x > MARGIN && x + column > WIDTH) {
        x = MARGIN;
        y += LEGEND_ROW;
      }
      Ink ink = Ink.series(line.index());
      canvas.polyline(new double[] {x, x + 24}, new double[] {y, y}, ink, false);
      canvas.marker(Marker.series(line.index()), x + 12, y, ink, line.name());
      canvas.text(line.name(), x + 30, y + 5, Anchor.START, Canvas.BODY, false, Ink.TEXT);
      x += column;
    }
    return y + LEGEND_ROW / 2;
  }

  private void drawTicks(Canvas canvas, Plot plot) {
    for (double tick : plot.yRange.ticks()) {
      double y = plot.y(tick);
      canvas.line(plot.left(), y, plot.right(), y, Ink.GRID, 1);
      String text = plot.yRange.text(tick);
      canvas.text(text, plot.left() - 8, y + 5, Anchor.END, Canvas.BODY, false, Ink.MUTED);
    }
    double free = Double.NEGATIVE_INFINITY;
    for (double tick : plot.xRange.ticks()) {
      double x = plot.x(tick);
      String text = plot.xRange.text(tick);
      double half = Canvas.widthOf(text, Canvas.BODY) / 2;
      canvas.line(x, plot.bottom(), x, plot.bottom() + 4, Ink.AXIS, 1);
      if (x - half >= free) {
        double y = plot.bottom() + 19;
        canvas.text(text, x, y, Anchor.MIDDLE, Canvas.BODY, false, Ink.MUTED);
        free = x + half + 6;
      }
    }
    canvas.line(plot.left(), plot.bottom(), plot.right(), plot.bottom(), Ink.AXIS, 1.2);
    double middle = (plot.left() + plot.right()) / 2;
    canvas.text(xAxis.label(), middle, HEIGHT - 12, Anchor.MIDDLE, Canvas.BODY, false, Ink.MUTED);
  }

  private void drawLine(Canvas canvas, Plot plot, Series line) {
    if (line.points().isEmpty()) {
      return;
    }
    Ink ink = Ink.series(line.index());
    double[] xs = DoubleStream.of(line.xs()).map(plot::x).toArray();
    double[] ys = DoubleStream.of(line.ys()).map(plot::y).toArray();
    canvas.polyline(xs, ys, ink, line.dashed());
    for (int i = 0; i < xs.length; i++) {
      Series.Point point = line.points().get(i);
      canvas.marker(Marker.series(line.index()), xs[i], ys[i], ink, hint(line, point));
    }
  }

  private String hint(Series line, Series.Point point) {
    String x = xAxis.format().apply(point.x());
    String y = yAxis.format().apply(point.y());
    return line.name() + ", " + x + " " + xAxis.label() + ": " + y;
  }

  /** The area between the axes. */
  private record Plot(Axis.Range xRange, Axis.Range yRange, double top) {
    double left() {
      return LEFT;
    }

    double right() {
      return WIDTH - RIGHT;
    }

    double bottom() {
      return HEIGHT - BOTTOM;
    }

    double x(double value) {
      return left() + xRange.place(value) * (right() - left());
    }

    double y(double value) {
      return bottom() - yRange.place(value) * (bottom() - top);
    }
  }
}
