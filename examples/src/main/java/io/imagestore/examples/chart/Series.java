package io.imagestore.examples.chart;

import java.util.List;

/**
 * One line of a chart.
 *
 * @param name what the legend calls it, unless it is dashed
 * @param index which colour and marker it has, counted from 0; lines that belong together share one
 * @param dashed whether the line is broken, to tell apart lines that share a colour
 * @param points in the order in which they are joined; at least one
 */
public record Series(String name, int index, boolean dashed, List<Point> points) {

  /** A data point, in the values of the axes. */
  public record Point(double x, double y) {}

  double[] xs() {
    return points.stream().mapToDouble(Point::x).toArray();
  }

  double[] ys() {
    return points.stream().mapToDouble(Point::y).toArray();
  }
}
