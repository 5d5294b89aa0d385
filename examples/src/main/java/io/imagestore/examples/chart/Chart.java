package io.imagestore.examples.chart;

import java.io.IOException;
import java.nio.file.Path;

/** A picture of numbers: {@value #WIDTH} units wide, so that its text stays readable on a phone. */
public abstract class Chart {
  static final double WIDTH = 480;
  static final double MARGIN = 16;

  private final String title;
  private final String subtitle;

  Chart(String title, String subtitle) {
    this.title = title;
    this.subtitle = subtitle;
  }

  /** The heading. */
  public final String title() {
    return title;
  }

  /** A file of its own: fixed colours on white paper, readable by any SVG program. */
  public final String toSvg() {
    return svg(false);
  }

  /**
   * For a page that sets the custom properties {@code --paper}, {@code --text} and so on, one for
   * each {@link Ink}.
   */
  public final String toThemedSvg() {
    return svg(true);
  }

  /**
   * Writes a PNG, three dots a unit.
   *
   * @throws IOException when the file can't be written
   * @throws java.awt.AWTError or another {@link Error} or {@link RuntimeException} of Java2D when
   *     this machine's Java has no fonts to draw with
   */
  public final void writePng(Path file) throws IOException {
    PngCanvas canvas = new PngCanvas(WIDTH, height());
    drawAll(canvas);
    canvas.write(file);
  }

  abstract double height();

  /** Draws what lies below the headings, which end at {@code top}. */
  abstract void draw(Canvas canvas, double top);

  private String svg(boolean themed) {
    SvgCanvas canvas = new SvgCanvas(title, WIDTH, height(), themed);
    drawAll(canvas);
    return canvas.finish();
  }

  private void drawAll(Canvas canvas) {
    canvas.text(title, MARGIN, 27, Anchor.START, Canvas.TITLE, true, Ink.TEXT);
    canvas.text(subtitle, MARGIN, 47, Anchor.START, Canvas.BODY, false, Ink.MUTED);
    draw(canvas, 56);
  }
}
