package io.imagestore.examples.chart;

/** Where a chart is drawn. Units are CSS pixels, x to the right, y down. */
interface Canvas {
  double BODY = 14;
  double TITLE = 17;

  void line(double x1, double y1, double x2, double y2, Ink ink, double width);

  /** A line through the points {@code (xs[i], ys[i])}. */
  void polyline(double[] xs, double[] ys, Ink ink, boolean dashed);

  /** A data point's sign; {@code hint} is shown by renderers that have a way to. */
  void marker(Marker marker, double x, double y, Ink ink, String hint);

  void bar(double x, double y, double width, double height, Ink ink, String hint);

  /** Text whose baseline is at {@code y}. */
  void text(String text, double x, double y, Anchor anchor, double size, boolean bold, Ink ink);

  /** About how wide a text comes out, a little more rather than less. */
  static double widthOf(String text, double size) {
    return text.length() * size * 0.57;
  }
}
