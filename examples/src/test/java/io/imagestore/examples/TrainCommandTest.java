package io.imagestore.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
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
