package io.imagestore.examples.chart;

/** The sign at a data point; its form repeats what the colour says. */
public enum Marker {
  CIRCLE,
  SQUARE,
  TRIANGLE,
  DIAMOND;

  /** The marker of the series number {@code index}, counted from 0; the forms recur. */
  public static Marker series(int index) {
    return values()[Math.floorMod(index, values().length)];
  }
}
