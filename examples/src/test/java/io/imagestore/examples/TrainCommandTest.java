package io.imagestore.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import io.imagestore.StoreOptions;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--backend=tape | unknown backend 'tape'",
        "--epochs=0 | --epochs must be at least 1, but is 0",
        "--images=4 | --images must be at least 5, but is 4",
        "--images=1000001 | --images must be at most 1000000, but is 1000001",
        "--checkpoint-every=0 | --checkpoint-every must be at least 1, but is 0",
        "--data=no/such/folder | no file or folder --data no/such/folder",
        "--photos=no/such/folder | no folder --photos no/such/folder",
      })
  void badInputIsOneLineThatNamesItAndExitCode2(String option, String message) {
    assertThat(run("train", option, "--out=" + folder)).isEqualTo(2);
    assertThat(err.toString()).startsWith("error: ").contains(message).hasLineCount(1);
  }

  @Test
  void aFolderThatIsNoCifarIsOneLineAndExitCode2() {
    assertThat(run("train", "--data=" + folder, "--out=" + folder)).isEqualTo(2);
    assertThat(err.toString()).contains("--data is not CIFAR-10").hasLineCount(1);
  }

  @Test
  void whatIsNoDataLeavesTheLastRunAlone() throws IOException {
    run("train", "--images=100", "--epochs=1", "--out=" + folder);
    Path photos = Files.createDirectory(folder.resolve("none"));

    assertThat(run("train", "--photos=" + photos, "--out=" + folder)).isEqualTo(1);
    assertThat(err.toString()).contains("no .jpg, .jpeg or .png").hasLineCount(1);
    assertThat(testStore()).exists();
    assertThat(folder.resolve("checkpoint")).exists();
  }

  @Test
  void aFolderOfStoresThatAnotherMadeIsNotEmptied() throws IOException {
    Path other = Files.createDirectories(folder.resolve("stores")).resolve("precious");
    Files.writeString(other, "mine");

    assertThat(run("train", "--images=100", "--out=" + folder)).isEqualTo(2);
    assertThat(err.toString()).contains("stores was not made by train").hasLineCount(1);
    assertThat(other).hasContent("mine");
  }

  @Test
  void photographsAreNotTrainedOnFromAFolderThatTakesTheResults() {
    assertThat(run("train", "--photos=" + folder, "--out=" + folder.resolve("out"))).isEqualTo(2);
    assertThat(err.toString()).contains("--out").contains("--photos").hasLineCount(1);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void theNumberOfImagesIsRefusedWhereTheyAreNotMadeUp() {
    assertThat(run("train", "--photos=" + folder, "--images=10", "--out=other")).isEqualTo(2);
    assertThat(err.toString()).contains("--images").contains("--photos").hasLineCount(1);
  }

  /** A run that goes on elsewhere compares it. */
  @Test
  void whatIsTrainedOnIsToldAlikeInEachLocale() throws IOException {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    try {
      assertThat(run("train", "--images=100", "--epochs=1", "--out=" + folder)).isZero();
    } finally {
      Locale.setDefault(before);
    }

    assertThat(training().at("/run/data").textValue()).startsWith("100 SYNTHETIC images");
    assertThat(folder.resolve("report.html")).content().contains("100 images of 10 classes");
  }

  /** As when it was killed before its first checkpoint. */
  @Test
  void withoutACheckpointARunThatResumesBeginsWithItsOwnImages() throws IOException {
    run("train", "--images=100", "--epochs=1", "--out=" + folder);
    Files.delete(folder.resolve("checkpoint"));

    assertThat(run("train", "--images=150", "--epochs=1", "--resume", "--out=" + folder)).isZero();

    assertThat(training().at("/run/trainImages").intValue()).isEqualTo(150);
  }

  @Test
  void tooFewPhotographsToTestWithAreToldInOneLine() throws IOException {
    Path photos = folder.resolve("photos");
    Path cats = Files.createDirectories(photos.resolve("cat"));
    Files.write(cats.resolve("1.jpg"), SampleImages.encoded("jpeg", 70, 80, 1).encodedBytes());

    assertThat(run("train", "--photos=" + photos, "--out=" + folder.resolve("out"))).isEqualTo(1);
    assertThat(err.toString()).contains("too few").hasLineCount(1);
  }

  @Test
  void whatCanNotBeInferredIsToldInOneLine() throws IOException {
    Path text = Files.writeString(folder.resolve("model.onnx"), "no model");
    Path empty = folder.resolve("empty");
    ImageStores.open("lmdb", empty, StoreOptions.defaults()).close();
    Path mixed = folder.resolve("mixed");
    try (ImageStore store = ImageStores.open("lmdb", mixed, StoreOptions.defaults())) {
      store.put(1, SampleImages.noise(new ImageShape(32, 32, 3), 1), 1);
      store.put(2, SampleImages.noise(new ImageShape(30, 32, 3), 1), 1);
    }
    Path small = folder.resolve("small");
    try (ImageStore store = ImageStores.open("lmdb", small, StoreOptions.defaults())) {
      store.put(1, SampleImages.noise(new ImageShape(8, 8, 1), 1), 1);
    }
    assertInferFails(1, "no image in", "--store=" + empty);
    assertInferFails(1, "only images of one shape", "--store=" + mixed);
    assertInferFails(1, "can't run its model", "--store=" + small);
    assertInferFails(1, "model.onnx", "--model=" + text);
    assertInferFails(2, "there is no file --model", "--model=" + folder);
  }

  private void assertInferFails(int code, String message, String option) {
    err.getBuffer().setLength(0);
    assertThat(run("infer", option)).isEqualTo(code);
    assertThat(err.toString()).contains(message).hasLineCount(1);
  }

  @Test
  void learnsSyntheticImagesAndItsModelTellsThemInOnnxRuntime() throws IOException {
    assertThat(run("train", "--images=3000", "--epochs=4", "--out=" + folder))
        .as(err.toString())
        .isZero();

    double accuracy = last(training()).get("testAccuracy").doubleValue();
    assertThat(accuracy).isBetween(0.8, 1.0);
    assertThat(run("infer", "--model=" + folder.resolve("model.onnx"), "--store=" + testStore()))
        .isZero();
    assertThat(percentRight()).isCloseTo(100 * accuracy, within(0.11));
  }

  private Path testStore() {
    return folder.resolve("stores").resolve("test");
  }

  @Test
  void itsReportNeedsNothingFromElsewhereAndShowsLossAndAccuracy() throws IOException {
    run("train", "--images=200", "--epochs=2", "--out=" + folder);

    assertThat(Files.readString(folder.resolve("report.html")))
        .contains("Synthetic data", "Loss", "Accuracy")
        .doesNotContainPattern("(?i)(src|href)\\s*=");
    for (String chart : new String[] {"loss", "accuracy"}) {
      assertThat(folder.resolve(chart + ".svg")).isNotEmptyFile();
      assertThat(ImageIO.read(folder.resolve(chart + ".png").toFile())).isNotNull();
    }
  }

  @Test
  void aRunMayBeContinuedWithMoreEpochs() throws IOException {
    run("train", "--images=200", "--epochs=1", "--out=" + folder);
    JsonNode first = last(training());

    assertThat(run("train", "--images=200", "--epochs=2", "--resume", "--out=" + folder)).isZero();

    assertThat(training().get("epochs").get(0)).isEqualTo(first);
    assertThat(training().get("epochs")).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"disk", "lmdb", "hdf5"})
  void trainsFromPhotographsOfAnySize(String backend) throws IOException {
    Path photos = folder.resolve("photos");
    for (int i = 0; i < 10; i++) {
      Path home = Files.createDirectories(photos.resolve("class" + i % 2));
      byte[] photo = SampleImages.encoded("jpeg", 70 + 9 * i, 150 - 9 * i, i).encodedBytes();
      Files.write(home.resolve(i + ".jpg"), photo);
    }
    int code =
        run("train", "--photos=" + photos, "--backend=" + backend, "--epochs=1", "--out=" + folder);

    assertThat(code).as(err.toString()).isZero();
    assertThat(training().at("/run/trainImages").intValue()).isEqualTo(8);
    assertThat(training().at("/run/testImages").intValue()).isEqualTo(2);
  }

  @Test
  void infersWithTheShippedModelWithoutAnyOption() {
    assertThat(run("infer")).isZero();
    assertThat(percentRight()).isGreaterThan(80);
  }

  private JsonNode training() throws IOException {
    return new ObjectMapper().readTree(folder.resolve("training.json").toFile());
  }

  private static JsonNode last(JsonNode training) {
    return training.get("epochs").get(training.get("epochs").size() - 1);
  }

  private double percentRight() {
    Matcher told = Pattern.compile("told right: ([0-9.]+) %").matcher(out.toString());
    assertThat(told.find()).as(out.toString()).isTrue();
    return Double.parseDouble(told.group(1));
  }

  private int run(String... arguments) {
    return Main.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }
}
