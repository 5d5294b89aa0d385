package io.imagestore.examples.chart;

/** The corners of a marker, one form for every canvas. */
final class Outline {
  private static final double RADIUS = 4.6;

  private Outline() {}

  /** The corners' xs and ys. */
  static double[][] of(Marker marker, double x, double y) {
    return switch (marker) {
      case CIRCLE -> polygon(24, 0, RADIUS, x, y);
      case SQUARE -> polygon(4, Math.PI / 4, RADIUS * 1.25, x, y);
      case TRIANGLE -> polygon(3, -Math.PI / 2, RADIUS * 1.4, x, y);
      case DIAMOND -> polygon(4, 0, RADIUS * 1.35, x, y);
    };
  }

  private static double[][] polygon(int corners, double start, double radius, double x, double y) {
    double[][] outline = new double[2][corners];
    for (int i = 0; i < corners; i++) {
      double angle = start + 2 * Math.PI * i / corners;
      outline[0][i] = x + radius * Math.cos(angle);
      outline[1][i] = y + radius * Math.sin(angle);
    }
    return outline;
  }
}
