package io.imagestore.examples.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class ChartTest {
  private static final LineChart LINES =
      new LineChart(
          "Time & <effort>",
          "lower is better",
          Axis.marked("images", List.of(1.0, 10.0, 100.0), x -> "n" + x),
          Axis.logarithmic("seconds", y -> "t" + y),
          List.of(
              new Series("one", 0, false, List.of(point(1, 0.001), point(100, 1))),
              new Series("two", 1, true, List.of(point(10, 0.5)))));
  private static final BarChart BARS =
      new BarChart("Sizes", "smaller", List.of(new BarChart.Bar("a", 3, "3 MB", Ink.SERIES_1)));

  @Test
  void svgIsWellFormedWhateverTheTextsHold() throws Exception {
    assertThat(parse(LINES.toSvg()).getDocumentElement().getTagName()).isEqualTo("svg");
  }

  @Test
  void svgKeepsToItsViewBox() throws Exception {
    Document svg = parse(LINES.toSvg());
    var lines = svg.getElementsByTagName("line");
    for (int i = 0; i < lines.getLength(); i++) {
      Element line = (Element) lines.item(i);
      assertThat(Double.parseDouble(line.getAttribute("x2"))).isBetween(0.0, Chart.WIDTH);
      assertThat(Double.parseDouble(line.getAttribute("y2"))).isBetween(0.0, LINES.height());
    }
  }

  @Test
  void eachPointHasAMarkerAndEachUnbrokenLineAnother() throws Exception {
    int markers = parse(LINES.toSvg()).getElementsByTagName("polygon").getLength();
    assertThat(markers).isEqualTo(3 + 1);
  }

  @Test
  void aFileOfItsOwnHasFixedColours() {
    assertThat(BARS.toSvg()).contains("#d55e00").doesNotContain("var(");
  }

  @Test
  void aPageMaySetTheColours() {
    assertThat(BARS.toThemedSvg()).contains("var(--series-1)").doesNotContain("#d55e00");
  }

  @Test
  void pngHasThreeDotsAUnit(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("chart.png");
    LINES.writePng(file);
    BufferedImage image = ImageIO.read(file.toFile());
    assertThat(image.getWidth()).isEqualTo(3 * 480);
  }

  @Test
  void pngShowsTheSeriesInItsColour(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("chart.png");
    BARS.writePng(file);
    BufferedImage image = ImageIO.read(file.toFile());
    int[] pixels =
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    assertThat(pixels).contains(0xff000000 | Ink.SERIES_1.rgb());
  }

  @Test
  void aChartOfNothingIsRefused() {
    Axis axis = Axis.linear("x", x -> "");
    assertThatThrownBy(() -> new LineChart("Empty", "", axis, axis, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'Empty'");
  }

  private static Series.Point point(double x, double y) {
    return new Series.Point(x, y);
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }
}
