package io.imagestore.examples.chart;

/**
 * What a stroke or a text is for. The canvas turns it into a colour, so a chart in a page can
 * follow the page's light or dark scheme.
 *
 * <p>The series colours are from the palette of Okabe and Ito, which people with the common colour
 * deficiencies can tell apart.
 */
public enum Ink {
  PAPER("paper", 0xffffff),
  TEXT("text", 0x1f2933),
  MUTED("muted", 0x5b6774),
  GRID("grid", 0xe3e8ee),
  AXIS("axis", 0x9aa5b1),
  SERIES_1("series-1", 0xd55e00),
  SERIES_2("series-2", 0x0072b2),
  SERIES_3("series-3", 0x009e73),
  SERIES_4("series-4", 0xcc79a7);

  private static final Ink[] SERIES = {SERIES_1, SERIES_2, SERIES_3, SERIES_4};

  private final String property;
  private final int rgb;

  Ink(String property, int rgb) {
    this.property = property;
    this.rgb = rgb;
  }

  /** The colour of the series number {@code index}, counted from 0; the colours recur. */
  public static Ink series(int index) {
    return SERIES[Math.floorMod(index, SERIES.length)];
  }

  /** The CSS custom property, without its dashes, under which a page may set another colour. */
  public String property() {
    return property;
  }

  /** The colour on white paper, as 0xRRGGBB. */
  int rgb() {
    return rgb;
  }
}
