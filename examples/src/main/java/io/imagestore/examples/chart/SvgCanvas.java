package io.imagestore.examples.chart;

import java.util.Locale;

/** Draws as SVG 1.1 text. */
final class SvgCanvas implements Canvas {
  private static final String FONTS =
      "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial,"
          + " sans-serif";

  private final StringBuilder out = new StringBuilder();
  private final boolean themed;

  /**
   * @param themed whether colours are left to CSS custom properties of the page around, as only a
   *     browser understands them; otherwise they are fixed and the paper is white
   */
  SvgCanvas(String title, double width, double height, boolean themed) {
    this.themed = themed;
    append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %s %s\"", num(width), num(height));
    if (!themed) {
      append(" width=\"%s\" height=\"%s\"", num(width), num(height));
    }
    append(" role=\"img\" font-family=\"%s\">\n<title>%s</title>\n", FONTS, escape(title));
    if (!themed) {
      append("<rect width=\"100%%\" height=\"100%%\" fill=\"%s\"/>\n", colour(Ink.PAPER));
    }
  }

  /** Ends the drawing and gives its text. */
  String finish() {
    return out.append("</svg>\n").toString();
  }

  @Override
  public void line(double x1, double y1, double x2, double y2, Ink ink, double width) {
    append(
        "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" style=\"stroke:%s\" stroke-width=\"%s\"/>\n",
        num(x1), num(y1), num(x2), num(y2), colour(ink), num(width));
  }

  @Override
  public void polyline(double[] xs, double[] ys, Ink ink, boolean dashed) {
    append(
        "<polyline points=\"%s\" style=\"stroke:%s\" fill=\"none\" stroke-width=\"2.2\""
            + " stroke-linejoin=\"round\" stroke-linecap=\"round\"%s/>\n",
        points(xs, ys), colour(ink), dashed ? " stroke-dasharray=\"2 6\"" : "");
  }

  @Override
  public void marker(Marker marker, double x, double y, Ink ink, String hint) {
    double[][] outline = Outline.of(marker, x, y);
    append(
        "<polygon points=\"%s\" style=\"fill:%s;stroke:%s\" stroke-width=\"1.2\"><title>%s</title>"
            + "</polygon>\n",
        points(outline[0], outline[1]), colour(ink), colour(Ink.PAPER), escape(hint));
  }

  @Override
  public void bar(double x, double y, double width, double height, Ink ink, String hint) {
    append(
        "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"3\" style=\"fill:%s\">"
            + "<title>%s</title></rect>\n",
        num(x), num(y), num(width), num(height), colour(ink), escape(hint));
  }

  @Override
  public void text(
      String text, double x, double y, Anchor anchor, double size, boolean bold, Ink ink) {
    append(
        "<text x=\"%s\" y=\"%s\" font-size=\"%s\"%s text-anchor=\"%s\" style=\"fill:%s\">%s"
            + "</text>\n",
        num(x),
        num(y),
        num(size),
        bold ? " font-weight=\"600\"" : "",
        anchor.name().toLowerCase(Locale.ROOT),
        colour(ink),
        escape(text));
  }

  private String colour(Ink ink) {
    return themed
        ? "var(--" + ink.property() + ")"
        : String.format(Locale.ROOT, "#%06x", ink.rgb());
  }

  private void append(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values));
  }

  private static String points(double[] xs, double[] ys) {
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < xs.length; i++) {
      points.append(i == 0 ? "" : " ").append(num(xs[i])).append(',').append(num(ys[i]));
    }
    return points.toString();
  }

  private static String num(double value) {
    String text = String.format(Locale.ROOT, "%.2f", value);
    return text.replaceFirst("\\.?0+$", "").replaceFirst("^-0$", "0");
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
