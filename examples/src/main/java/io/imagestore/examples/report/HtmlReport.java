package io.imagestore.examples.report;

import static io.imagestore.examples.report.Cell.escape;
import static io.imagestore.examples.timings.Operation.READ_MANY;
import static io.imagestore.examples.timings.Operation.READ_PARALLEL;
import static io.imagestore.examples.timings.Operation.READ_PARALLEL_WHILE_WRITING;
import static io.imagestore.examples.timings.Operation.READ_SINGLE;
import static io.imagestore.examples.timings.Operation.STORE_MANY;
import static io.imagestore.examples.timings.Operation.STORE_SINGLE;

import io.imagestore.examples.chart.Chart;
import io.imagestore.examples.chart.Ink;
import io.imagestore.examples.timings.Environment;
import io.imagestore.examples.timings.Operation;
import io.imagestore.examples.timings.Result;
import io.imagestore.examples.timings.Timings;
import io.imagestore.examples.timings.Units;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One page that holds everything, and needs nothing from elsewhere. */
final class HtmlReport {
  private final Timings timings;
  private final Environment environment;
  private final Map<String, Chart> charts;
  private final Page page;

  private HtmlReport(Timings timings, Map<String, Chart> charts) {
    this.timings = timings;
    this.environment = timings.environment();
    this.charts = charts;
    this.page =
        new Page(
            "Storing and reading %s images: %s"
                .formatted(Units.count(timings.mostImages()), listed(timings.backends())),
            "ImageStore for Java %s · %s"
                .formatted(environment.imageStoreVersion(), environment.date().substring(0, 10)));
  }

  /** The page's text. */
  static String of(Timings timings, Map<String, Chart> charts) {
    return new HtmlReport(timings, charts).write();
  }

  private String write() {
    introduction();
    glance();
    storing();
    reading();
    onDisk();
    threads();
    method();
    caveats();
    everything();
    return page.finish();
  }

  private static String listed(List<String> backends) {
    List<String> titles = backends.stream().map(Backends::title).toList();
    int last = titles.size() - 1;
    return last == 0
        ? titles.get(0)
        : String.join(", ", titles.subList(0, last)) + " and " + titles.get(last);
  }

  private void introduction() {
    if (environment.data().synthetic()) {
      page.html(
          """
          <p class="warning"><strong>Synthetic data.</strong> The images were made up by a program, \
          in CIFAR-10's shape and about as compressible. Sizes and times of PNG files in particular \
          depend on what is in the images: for figures to rely on, run it on the real data set.</p>
          """);
    }
    page.html(
        """
        <p class="lede">How long does it take to store labelled images and to read them back, and \
        how much room do they take, as PNG files, in LMDB or in HDF5? Each backend was given the \
        same images in the same order, through the same interface.</p>
        """);
  }

  private void glance() {
    int most = timings.mostImages();
    page.html("<section class=\"cards\" aria-label=\"At a glance\">\n");
    String count = Units.count(most);
    card("Fastest to store " + count, of(STORE_MANY, most), Result::median, Units::time);
    card("Fastest to read " + count, of(READ_MANY, most), Result::median, Units::time);
    card("Smallest on disk", of(STORE_MANY, most), Result::bytes, size -> Units.bytes((long) size));
    card("Fastest to read one", of(READ_SINGLE, 1), Result::median, Units::time);
    page.html("</section>\n");
  }

  private List<Result> of(Operation operation, int images) {
    return timings.of(operation).filter(result -> result.images() == images).toList();
  }

  /** The least value, and how many times as much the others have. */
  private void card(
      String heading,
      List<Result> results,
      ToDoubleFunction<Result> value,
      DoubleFunction<String> text) {
    List<Result> ranked = results.stream().sorted(Comparator.comparingDouble(value)).toList();
    double least = value.applyAsDouble(ranked.get(0));
    String others =
        ranked.stream()
            .skip(1)
            .map(
                other ->
                    Backends.title(other.backend())
                        + " "
                        + Units.ratio(value.applyAsDouble(other) / least)
                        + "×")
            .collect(Collectors.joining("<br>"));
    page.html(
        """
        <div class="card"><h3>%s</h3><div class="big">%s</div><p><strong>%s</strong><br>%s</p></div>
        """
            .formatted(
                escape(heading),
                text.apply(least),
                escape(Backends.title(ranked.get(0).backend())),
                others));
  }

  private void storing() {
    page.heading(
        "Storing",
        "From an empty folder until all images are stored with their labels and outlast the"
            + " process. One image by put, more by one putBatch, of an ImageBatch in hdf5. What"
            + " closing adds, which waits for the device so that they outlast a loss of power, is"
            + " in the small figures.");
    figures("storage-time", "log-storage-time");
    byBackend(STORE_SINGLE, STORE_MANY);
  }

  private void reading() {
    page.heading(
        "Reading",
        "Open, read all images with their labels in order, close. One image by get, more by"
            + " readBatch into one batch used again and again, by one calling thread.");
    figures("read-time", "log-read-time");
    byBackend(READ_SINGLE, READ_MANY);
  }

  private void onDisk() {
    page.heading(
        "Room on disk", "All files of the closed store, in whole blocks of the file system.");
    List<List<Cell>> rows = new ArrayList<>();
    for (int images : timings.counts()) {
      List<Cell> row = new ArrayList<>(List.of(Cell.head(Units.count(images))));
      for (String backend : timings.backends()) {
        Result result =
            timings.find(images == 1 ? STORE_SINGLE : STORE_MANY, backend, images).orElseThrow();
        row.add(Cell.of(Units.bytes(result.bytes()), (double) result.bytes()));
      }
      rows.add(row);
    }
    figureBesideTable("disk-usage", backendHead("images"), Cell.markLeast(rows));
  }

  private void threads() {
    page.heading(
        "Reading with several threads",
        "The %s images in shuffled batches, each image once, by 1, 2, 4 … threads that share one"
                .formatted(Units.count(timings.mostImages()))
            + " open store; alone, and beside one thread that goes on storing batches into the same"
            + " store. A backend may use threads of its own besides. In images a second.");
    List<List<Cell>> rows = new ArrayList<>();
    for (Result first : timings.of(READ_PARALLEL, READ_PARALLEL_WHILE_WRITING).toList()) {
      if (first.backend().equals(timings.backends().get(0))) {
        rows.add(paceRow(first));
      }
    }
    figureBesideTable("parallel-reading", backendHead("threads"), rows);
  }

  private List<Cell> paceRow(Result first) {
    boolean alone = first.operation() == READ_PARALLEL;
    List<Cell> row = new ArrayList<>();
    row.add(Cell.head(first.threads() + (alone ? "" : " + writer")));
    timings
        .of(first.operation())
        .filter(result -> result.threads() == first.threads())
        .forEach(
            result ->
                row.add(
                    Cell.of(
                        Units.rate(result.imagesPerSecond()),
                        writerPace(result.writerImagesPerSecond()),
                        0)));
    return row;
  }

  private static List<String> writerPace(@Nullable Double imagesPerSecond) {
    return imagesPerSecond == null ? List.of() : List.of("writer " + Units.rate(imagesPerSecond));
  }

  private void method() {
    page.heading("How it was measured", "");
    page.html("<dl class=\"box\">\n");
    page.entry("Images", environment.data().description());
    page.entry(
        "Training set",
        "%s images of %s, repeated from the first where more were needed"
            .formatted(Units.count(environment.data().images()), environment.data().shape()));
    page.entry(
        "Machine",
        environment.machine().processor()
            + ", "
            + environment.machine().processors()
            + " processors for the JVM, "
            + Units.bytes(environment.machine().memoryBytes())
            + " of memory");
    page.entry(
        "System",
        environment.machine().operatingSystem()
            + ", file system "
            + environment.machine().fileSystem());
    page.entry("Java", environment.machine().java());
    page.entry(
        "Memory used",
        "at most %s of heap (limit %s) and %s of direct buffers, the training set among them"
            .formatted(
                Units.bytes(environment.peakHeapBytes()),
                Units.bytes(environment.machine().maxHeapBytes()),
                Units.bytes(environment.peakDirectBytes())));
    environment
        .durability()
        .forEach((backend, text) -> page.entry(Backends.title(backend) + ": durability", text));
    page.entry(
        "Runs",
        environment.repeat() == 1
            ? "each measurement once"
            : "each measurement "
                + environment.repeat()
                + " times; the figures are medians, with the fastest and the slowest run below");
    page.entry("Whole experiment", Units.time(environment.elapsedSeconds()));
    page.html("</dl>\n");
  }

  private void caveats() {
    page.heading("What to keep in mind", "");
    page.bullets(
        List.of(
            "Every image, label and id that was read was compared with what had been stored, while"
                + " the clock stood.",
            "Each pair of storing and reading had a fresh store, and so had each number of"
                + " threads.",
            environment.warmUpSeconds() > 0
                ? "The JVM was warm: each backend had stored and read for %s before anything"
                        .formatted(Units.time(environment.warmUpSeconds()))
                    + " counted, and again for a moment just before each pair, with up to 10,000"
                    + " images. What its very first use took, with classes and native libraries to"
                    + " load, stands in the rows “1, first use”."
                : "The JVM was not warmed up: the early figures hold the loading of classes and the"
                    + " compiler's work.",
            "The page cache was hot: each store was read right after it had been written, from"
                + " memory as far as memory reaches, not from the disk. A data set larger than"
                + " memory reads at the disk's pace.",
            "Storing is timed until the images outlast the death of the process. Closing the"
                + " store makes them outlast a loss of power; what that adds, stands beside it.",
            "Checksums were written, and verified on each read, as is the default. The one batch"
                + " that HDF5 stores had made them when it was filled, before the clock ran.",
            "Other programs on the machine weren't kept still by this one. Trust ratios more than"
                + " figures, and small differences not at all."));
  }

  private void everything() {
    List<List<Cell>> rows = new ArrayList<>();
    for (Result result : timings.results()) {
      rows.add(
          List.of(
              Cell.head(result.operation().text()),
              Cell.words(result.backend()),
              Cell.number(Units.count(result.images())),
              Cell.number(String.valueOf(result.threads())),
              Cell.number(Units.time(result.median())),
              Cell.number(Units.time(result.min())),
              Cell.number(Units.time(result.max())),
              Cell.number(result.closedSeconds() == null ? "" : Units.time(result.closedSeconds())),
              Cell.number(Units.rate(result.imagesPerSecond())),
              Cell.number(Units.bytes(result.bytes())),
              Cell.words(result.jvmWarm() ? "warm" : "cold"),
              Cell.words(result.cacheHot() == null ? "" : "hot")));
    }
    page.html("<details>\n<summary>Every measurement</summary>\n");
    table(
        List.of(
            "operation",
            "backend",
            "images",
            "threads",
            "median",
            "min",
            "max",
            "closed after",
            "images/s",
            "on disk",
            "JVM",
            "cache"),
        rows);
    page.html("</details>\n");
  }

  /** Times by number of images, a column for each backend. */
  private void byBackend(Operation single, Operation many) {
    List<List<Cell>> rows = new ArrayList<>();
    rows.add(firstUseRow(single));
    for (int images : timings.counts()) {
      List<Cell> row = new ArrayList<>(List.of(Cell.head(Units.count(images))));
      timings
          .of(single, many)
          .filter(result -> result.images() == images)
          .forEach(result -> row.add(timeCell(result)));
      rows.add(row);
    }
    table(backendHead("images"), Cell.markLeast(rows));
  }

  private List<Cell> firstUseRow(Operation single) {
    List<Cell> row = new ArrayList<>(List.of(Cell.head("1, first use")));
    timings
        .of(single)
        .forEach(
            result -> {
              double seconds = Objects.requireNonNull(result.firstUseSeconds());
              row.add(Cell.of(Units.time(seconds), seconds));
            });
    return row;
  }

  private static Cell timeCell(Result result) {
    List<String> below = new ArrayList<>();
    if (result.runs().size() > 1) {
      below.add(Units.range(result.min(), result.max()));
    }
    if (result.closedSeconds() != null) {
      below.add("closed " + Units.time(result.closedSeconds()));
    }
    return Cell.of(Units.time(result.median()), below, result.median());
  }

  private List<String> backendHead(String first) {
    return Stream.concat(Stream.of(first), timings.backends().stream()).toList();
  }

  private void figures(String... names) {
    page.figures(Stream.of(names).map(this::chart).toList());
  }

  private void figureBesideTable(String name, List<String> head, List<List<Cell>> rows) {
    page.html("<div class=\"charts\">\n");
    page.figure(chart(name));
    table(head, rows);
    page.html("</div>\n");
  }

  private Chart chart(String name) {
    return Objects.requireNonNull(charts.get(name));
  }

  private void table(List<String> head, List<List<Cell>> rows) {
    page.table(head.stream().map(this::columnHead).toList(), rows);
  }

  /** A backend's column has the colour that it has in the charts. */
  private String columnHead(String name) {
    int series = timings.backends().indexOf(name);
    return series < 0
        ? Page.columnHead(name)
        : "<th scope=\"col\"><span class=\"key\" style=\"background:var(--%s)\"></span>%s</th>"
            .formatted(Ink.series(series).property(), escape(Backends.title(name)));
  }
}
