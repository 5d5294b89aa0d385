package io.imagestore.examples.report;

import io.imagestore.examples.chart.Axis;
import io.imagestore.examples.chart.Chart;
import io.imagestore.examples.chart.LineChart;
import io.imagestore.examples.chart.Series;
import io.imagestore.examples.timings.Units;
import io.imagestore.examples.training.EpochResult;
import io.imagestore.examples.training.Run;
import io.imagestore.examples.training.TrainingLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** Writes {@code training.json}, the charts of loss and accuracy, and {@code report.html}. */
public final class TrainingReport {
  private final TrainingLog log;
  private final Run run;
  private final Map<String, Chart> charts = new LinkedHashMap<>();

  private TrainingReport(TrainingLog log) {
    this.log = log;
    this.run = log.run();
    charts.put(
        "loss",
        chart(
            "Loss",
            "mean cross entropy of the training images; lower is better",
            "loss",
            TrainingReport::shortNumber,
            line("training", EpochResult::loss)));
    charts.put(
        "accuracy",
        chart(
            "Accuracy",
            "share of images told right; higher is better",
            "accuracy",
            TrainingReport::percent,
            line("training", EpochResult::trainAccuracy),
            new Series("test", 1, false, points(EpochResult::testAccuracy))));
  }

  /**
   * Writes all files, over those that are there.
   *
   * @param version of this project
   * @param folder an existing folder
   * @return why there are no PNGs, where Java has no fonts to draw with
   * @throws IOException when a file can't be written
   */
  public static Optional<String> write(TrainingLog log, String version, Path folder)
      throws IOException {
    TrainingReport report = new TrainingReport(log);
    Files.writeString(folder.resolve("training.json"), log.toJson());
    Files.writeString(folder.resolve("report.html"), report.html(version));
    return ReportFiles.write(report.charts, folder);
  }

  private static Chart chart(
      String title, String subtitle, String unit, DoubleFunction<String> format, Series... lines) {
    return new LineChart(
        title,
        subtitle,
        Axis.linear("epochs", TrainingReport::shortNumber),
        Axis.linear(unit, format),
        List.of(lines));
  }

  private Series line(String name, ToDoubleFunction<EpochResult> value) {
    return new Series(name, 0, false, points(value));
  }

  private List<Series.Point> points(ToDoubleFunction<EpochResult> value) {
    return log.epochs().stream()
        .map(result -> new Series.Point(result.epoch() + 1, value.applyAsDouble(result)))
        .toList();
  }

  private String html(String version) {
    Page page =
        new Page(
            String.format(
                Locale.ROOT,
                "Training from %s: %s test accuracy after %d epochs",
                Backends.title(run.backend()),
                percent(last().testAccuracy()),
                log.epochs().size()),
            "ImageStore for Java " + version);
    if (run.synthetic()) {
      page.html(
          """
          <p class="warning"><strong>Synthetic data.</strong> The images were made up by a program; \
          what a network reaches on them says nothing of real ones.</p>
          """);
    }
    page.html(
        """
        <p class="lede">A small convolutional network, trained by PyTorch on the processor, with \
        images that came shuffled and augmented from a store.</p>
        """);
    page.figures(List.copyOf(charts.values()));
    page.table(
        Stream.of("epoch", "loss", "training accuracy", "test accuracy", "time", "ids in order")
            .map(Page::columnHead)
            .toList(),
        log.epochs().stream().map(TrainingReport::row).toList());
    page.heading("How it was trained", "");
    page.html("<dl class=\"box\">\n");
    page.entry("Images", run.data());
    page.entry(
        "Trained on",
        String.format(
            Locale.ROOT,
            "%s images of %d classes, %d×%d, in batches of %d",
            Units.count((double) run.trainImages()),
            run.classes(),
            run.side(),
            run.side(),
            run.batchSize()));
    page.entry("Tested with", Units.count((double) run.testImages()) + " images");
    page.entry("Seed", String.valueOf(run.seed()));
    page.html("</dl>\n");
    page.heading("What to keep in mind", "");
    page.bullets(
        List.of(
            "Loss and training accuracy are those of each image when it was trained on, so they"
                + " trail behind the network at the end of the epoch.",
            "The digest tells in which order the images came: runs of one seed have the same ones,"
                + " whether or not they were killed on the way."));
    return page.finish();
  }

  private EpochResult last() {
    return log.epochs().get(log.epochs().size() - 1);
  }

  private static List<Cell> row(EpochResult result) {
    return List.of(
        Cell.head(String.valueOf(result.epoch() + 1)),
        Cell.number(String.format(Locale.ROOT, "%.3f", result.loss())),
        Cell.number(percent(result.trainAccuracy())),
        Cell.number(percent(result.testAccuracy())),
        Cell.number(Units.time(result.seconds())),
        Cell.words(result.idsDigest().substring(0, 16) + "…"));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  private static String shortNumber(double number) {
    return number == Math.rint(number)
        ? String.valueOf((long) number)
        : String.format(Locale.ROOT, "%.2f", number);
  }
}
