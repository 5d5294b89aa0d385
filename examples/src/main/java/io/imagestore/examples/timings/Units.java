package io.imagestore.examples.timings;

import java.util.Locale;

/** Numbers as people read them: three digits that count, and a unit that fits. */
public final class Units {
  private Units() {}

  /** A time, as {@code 1.23 ms}. */
  public static String time(double seconds) {
    return seconds >= 1 ? digits(seconds) + " s" : digits(seconds * 1e3) + " ms";
  }

  /** The times from one to another, as {@code 1.23–4.56 ms}. */
  public static String range(double least, double most) {
    String from = time(least);
    String to = time(most);
    String unit = to.substring(to.indexOf(' '));
    boolean oneUnit = from.endsWith(unit) && from.length() - from.indexOf(' ') == unit.length();
    return (oneUnit ? from.substring(0, from.indexOf(' ')) : from) + "–" + to;
  }

  /** A size, as {@code 1.23 MB}; a MB is a million bytes. */
  public static String bytes(long bytes) {
    if (bytes >= 1e9) {
      return digits(bytes / 1e9) + " GB";
    }
    return bytes >= 1e6 ? digits(bytes / 1e6) + " MB" : digits(bytes / 1e3) + " kB";
  }

  /** A number of images a second, to three digits, as {@code 12,300}. */
  public static String rate(double perSecond) {
    if (perSecond < 1000) {
      return digits(perSecond);
    }
    double unit = Math.pow(10, Math.floor(Math.log10(perSecond)) - 2);
    return count(Math.round(perSecond / unit) * unit);
  }

  /** A whole number, as {@code 100,000}. */
  public static String count(double number) {
    return String.format(Locale.ROOT, "%,.0f", number);
  }

  /** How many times one number is another, as {@code 12.3}. */
  public static String ratio(double ratio) {
    return digits(ratio);
  }

  private static String digits(double value) {
    int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : value >= 0.1 ? 2 : 3;
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }
}
