package io.imagestore.examples.report;

import static io.imagestore.examples.timings.Operation.READ_MANY;
import static io.imagestore.examples.timings.Operation.READ_PARALLEL;
import static io.imagestore.examples.timings.Operation.READ_PARALLEL_WHILE_WRITING;
import static io.imagestore.examples.timings.Operation.READ_SINGLE;
import static io.imagestore.examples.timings.Operation.STORE_MANY;
import static io.imagestore.examples.timings.Operation.STORE_SINGLE;

import io.imagestore.examples.chart.Axis;
import io.imagestore.examples.chart.BarChart;
import io.imagestore.examples.chart.Chart;
import io.imagestore.examples.chart.Ink;
import io.imagestore.examples.chart.LineChart;
import io.imagestore.examples.chart.Series;
import io.imagestore.examples.timings.Operation;
import io.imagestore.examples.timings.Result;
import io.imagestore.examples.timings.Timings;
import io.imagestore.examples.timings.Units;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The charts of an experiment, by the names of their files. */
final class Charts {
  private final Timings timings;
  private final String subtitle;

  private Charts(Timings timings) {
    this.timings = timings;
    this.subtitle =
        timings.environment().data().synthetic()
            ? "synthetic images; lower is better"
            : "lower is better";
  }

  /** All charts; the key is the file's name without its ending. */
  static Map<String, Chart> of(Timings timings) {
    return new Charts(timings).all();
  }

  private Map<String, Chart> all() {
    Map<String, Chart> charts = new LinkedHashMap<>();
    charts.put("storage-time", linear("Storage time", STORE_MANY));
    charts.put("log-storage-time", log("Log storage time", STORE_SINGLE, STORE_MANY));
    charts.put("read-time", linear("Read time", READ_MANY));
    charts.put("log-read-time", log("Log read time", READ_SINGLE, READ_MANY));
    charts.put("disk-usage", diskUsage());
    charts.put("parallel-reading", parallelReading());
    return charts;
  }

  private Chart linear(String title, Operation operation) {
    Axis images = Axis.linear("images", Charts::shortCount);
    Axis seconds = Axis.linear("seconds", Charts::plainSeconds);
    return new LineChart(title, subtitle, images, seconds, lines(operation));
  }

  private Chart log(String title, Operation... operations) {
    List<Double> counts =
        timings.of(operations).map(result -> (double) result.images()).distinct().sorted().toList();
    Axis images = Axis.marked("images (log scale)", counts, Charts::shortCount);
    Axis seconds = Axis.logarithmic("seconds", Charts::powerOfTenSeconds);
    return new LineChart(title, subtitle, images, seconds, lines(operations));
  }

  private List<Series> lines(Operation... operations) {
    List<Series> lines = new ArrayList<>();
    List<String> backends = timings.backends();
    for (int i = 0; i < backends.size(); i++) {
      List<Series.Point> points =
          ofBackend(backends.get(i), operations)
              .map(result -> new Series.Point(result.images(), result.median()))
              .toList();
      lines.add(new Series(Backends.title(backends.get(i)), i, false, points));
    }
    return lines;
  }

  private Chart diskUsage() {
    List<BarChart.Bar> bars = new ArrayList<>();
    List<String> backends = timings.backends();
    int images = timings.mostImages();
    for (int i = 0; i < backends.size(); i++) {
      long bytes = timings.find(STORE_MANY, backends.get(i), images).orElseThrow().bytes();
      bars.add(
          new BarChart.Bar(
              Backends.title(backends.get(i)), bytes, Units.bytes(bytes), Ink.series(i)));
    }
    long pixels = (long) images * timings.environment().data().bytesPerImage();
    bars.add(new BarChart.Bar("pixels alone", pixels, Units.bytes(pixels), Ink.AXIS));
    return new BarChart("Disk usage", Units.count(images) + " images; " + subtitle, bars);
  }

  private Chart parallelReading() {
    List<Double> threads =
        timings.of(READ_PARALLEL).map(result -> (double) result.threads()).distinct().toList();
    Axis across = Axis.marked("threads", threads, Units::count);
    Axis up = Axis.logarithmic("images a second", Charts::shortCount);
    List<Series> lines = new ArrayList<>();
    List<String> backends = timings.backends();
    for (int i = 0; i < backends.size(); i++) {
      String backend = backends.get(i);
      lines.add(new Series(Backends.title(backend), i, false, pace(backend, READ_PARALLEL)));
    }
    for (int i = 0; i < backends.size(); i++) {
      String backend = backends.get(i);
      List<Series.Point> points = pace(backend, READ_PARALLEL_WHILE_WRITING);
      lines.add(new Series(Backends.title(backend) + " beside a writer", i, true, points));
    }
    String what = "images a second; dotted: beside a writer; higher is better";
    return new LineChart("Parallel reading", what, across, up, lines);
  }

  private List<Series.Point> pace(String backend, Operation operation) {
    return ofBackend(backend, operation)
        .map(result -> new Series.Point(result.threads(), result.imagesPerSecond()))
        .toList();
  }

  private Stream<Result> ofBackend(String backend, Operation... operations) {
    return timings.of(operations).filter(result -> result.backend().equals(backend));
  }

  private static String shortCount(double number) {
    if (number >= 1e6) {
      return trimmed(number / 1e6) + "M";
    }
    return number >= 1000 ? trimmed(number / 1000) + "k" : trimmed(number);
  }

  private static String plainSeconds(double seconds) {
    return trimmed(seconds) + " s";
  }

  private static String powerOfTenSeconds(double seconds) {
    if (seconds >= 0.999) {
      return trimmed(seconds) + " s";
    }
    return seconds >= 0.999e-3 ? trimmed(seconds * 1e3) + " ms" : trimmed(seconds * 1e6) + " µs";
  }

  /** To three digits, without zeros behind the point. */
  private static String trimmed(double number) {
    return new BigDecimal(number).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }
}
