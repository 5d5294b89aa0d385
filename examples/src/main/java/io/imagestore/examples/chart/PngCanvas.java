package io.imagestore.examples.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.GraphicsEnvironment;
import java.awt.RenderingHints;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/** Draws into memory through Java2D, {@value #SCALE} dots a unit, and writes a PNG. */
final class PngCanvas implements Canvas {
  private static final int SCALE = 3;
  private static final List<String> FAMILIES =
      List.of("Inter", "Helvetica Neue", "Segoe UI", "Roboto", "Liberation Sans", "DejaVu Sans");

  private final BufferedImage image;
  private final Graphics2D graphics;
  private final String family;

  PngCanvas(double width, double height) {
    image =
        new BufferedImage(
            (int) Math.ceil(width * SCALE),
            (int) Math.ceil(height * SCALE),
            BufferedImage.TYPE_INT_RGB);
    graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    graphics.setColor(colour(Ink.PAPER));
    graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
    graphics.scale(SCALE, SCALE);
    family = firstInstalledFamily();
  }

  void write(Path file) throws IOException {
    graphics.dispose();
    try (var out = Files.newOutputStream(file)) {
      ImageIO.write(image, "png", out);
    }
  }

  @Override
  public void line(double x1, double y1, double x2, double y2, Ink ink, double width) {
    graphics.setColor(colour(ink));
    graphics.setStroke(new BasicStroke((float) width));
    graphics.draw(new Line2D.Double(x1, y1, x2, y2));
  }

  @Override
  public void polyline(double[] xs, double[] ys, Ink ink, boolean dashed) {
    graphics.setColor(colour(ink));
    float[] dashes = dashed ? new float[] {2, 6} : null;
    graphics.setStroke(
        new BasicStroke(2.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND, 1, dashes, 0));
    graphics.draw(path(xs, ys));
  }

  @Override
  public void marker(Marker marker, double x, double y, Ink ink, String hint) {
    double[][] corners = Outline.of(marker, x, y);
    Path2D outline = path(corners[0], corners[1]);
    outline.closePath();
    graphics.setColor(colour(ink));
    graphics.fill(outline);
    graphics.setColor(colour(Ink.PAPER));
    graphics.setStroke(new BasicStroke(1.2f));
    graphics.draw(outline);
  }

  @Override
  public void bar(double x, double y, double width, double height, Ink ink, String hint) {
    graphics.setColor(colour(ink));
    graphics.fill(new RoundRectangle2D.Double(x, y, width, height, 6, 6));
  }

  @Override
  public void text(
      String text, double x, double y, Anchor anchor, double size, boolean bold, Ink ink) {
    graphics.setColor(colour(ink));
    graphics.setFont(new Font(family, bold ? Font.BOLD : Font.PLAIN, 1).deriveFont((float) size));
    FontMetrics metrics = graphics.getFontMetrics();
    double width = metrics.getStringBounds(text, graphics).getWidth();
    double left =
        switch (anchor) {
          case START -> x;
          case MIDDLE -> x - width / 2;
          case END -> x - width;
        };
    graphics.drawString(text, (float) left, (float) y);
  }

  private static Path2D path(double[] xs, double[] ys) {
    Path2D path = new Path2D.Double();
    path.moveTo(xs[0], ys[0]);
    for (int i = 1; i < xs.length; i++) {
      path.lineTo(xs[i], ys[i]);
    }
    return path;
  }

  private static Color colour(Ink ink) {
    return new Color(ink.rgb());
  }

  private static String firstInstalledFamily() {
    List<String> installed =
        Arrays.asList(
            GraphicsEnvironment.getLocalGraphicsEnvironment()
                .getAvailableFontFamilyNames(Locale.ROOT));
    return FAMILIES.stream().filter(installed::contains).findFirst().orElse(Font.SANS_SERIF);
  }
}
