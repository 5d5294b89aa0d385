package io.imagestore.examples.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/**
 * A direction of a line chart: how values are spread and how ticks are written.
 *
 * @param label what the values are; shown beside the axis
 * @param logarithmic whether equal steps are equal ratios; all values must then be above 0
 * @param ticks the values to mark, or none to have round ones chosen
 * @param format how a tick's value is written
 */
public record Axis(
    String label, boolean logarithmic, List<Double> ticks, DoubleFunction<String> format) {

  /** From 0, with round ticks. */
  public static Axis linear(String label, DoubleFunction<String> format) {
    return new Axis(label, false, List.of(), format);
  }

  /** With a tick at each power of ten. */
  public static Axis logarithmic(String label, DoubleFunction<String> format) {
    return new Axis(label, true, List.of(), format);
  }

  /** Logarithmic, with ticks at these values alone. */
  public static Axis marked(String label, List<Double> ticks, DoubleFunction<String> format) {
    return new Axis(label, true, List.copyOf(ticks), format);
  }

  /** The axis laid out for data from {@code least} to {@code most}. */
  Range over(double least, double most) {
    if (!ticks.isEmpty()) {
      return padded(least, most);
    }
    return logarithmic ? decades(least, most) : fromZero(most);
  }

  private Range padded(double least, double most) {
    double low = Math.log10(least);
    double high = Math.log10(most);
    double pad = Math.max(0.06 * (high - low), 0.05);
    return new Range(this, low - pad, high + pad, ticks);
  }

  private Range decades(double least, double most) {
    int low = (int) Math.floor(Math.log10(least) + 1e-9);
    int high = Math.max(low + 1, (int) Math.ceil(Math.log10(most) - 1e-9));
    List<Double> powers = new ArrayList<>();
    for (int exponent = low; exponent <= high; exponent++) {
      powers.add(Math.pow(10, exponent));
    }
    return new Range(this, low, high, powers);
  }

  private Range fromZero(double most) {
    double step = roundStep(most / 5);
    int steps = Math.max(1, (int) Math.ceil(most / step - 1e-9));
    List<Double> multiples = new ArrayList<>();
    for (int i = 0; i <= steps; i++) {
      multiples.add(i * step);
    }
    return new Range(this, 0, steps * step, multiples);
  }

  /** The least of 1, 2 or 5 times a power of ten that isn't below {@code atLeast}. */
  private static double roundStep(double atLeast) {
    if (!(atLeast > 0)) {
      return 1;
    }
    double power = Math.pow(10, Math.floor(Math.log10(atLeast)));
    for (int factor : new int[] {1, 2, 5}) {
      if (factor * power >= atLeast * (1 - 1e-9)) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  /** An axis with its ends; {@code low} and {@code high} are exponents where it is logarithmic. */
  record Range(Axis axis, double low, double high, List<Double> ticks) {

    /** Where a value lies, from 0 at the low end to 1 at the high end. */
    double place(double value) {
      double position = axis.logarithmic() ? Math.log10(value) : value;
      return (position - low) / (high - low);
    }

    String text(double tick) {
      return axis.format().apply(tick);
    }
  }
}
