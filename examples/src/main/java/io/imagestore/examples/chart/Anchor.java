package io.imagestore.examples.chart;

/** Which point of a text stands at the position given. */
enum Anchor {
  START,
  MIDDLE,
  END
}
