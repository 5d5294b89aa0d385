package io.imagestore.loader;

/** Checks of arguments whose messages hold the value. */
final class Arguments {

  private Arguments() {}

  static void notNegative(long value, String name) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " must be at least 0, but is " + value);
    }
  }

  static void positive(long value, String name) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, but is " + value);
    }
  }

  static void within(double value, double from, double to, String name) {
    if (!(value >= from && value <= to)) {
      throw new IllegalArgumentException(
          name + " must be from " + from + " to " + to + ", but is " + value);
    }
  }
}
