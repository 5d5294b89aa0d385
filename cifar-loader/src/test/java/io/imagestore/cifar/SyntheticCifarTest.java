package io.imagestore.cifar;

import static io.imagestore.cifar.Fixtures.seen;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

class SyntheticCifarTest {

  @TempDir Path temp;

  @Test
  void bothFormsAndTheStreamHoldTheSameImages() {
    SyntheticCifar synthetic = SyntheticCifar.ofSize(53, 7, 1);

    Cifar10 python = synthetic.writePythonForm(temp.resolve("py"));
    Cifar10 binary = synthetic.writeBinaryForm(temp.resolve("bin"));

    assertThat(seen(python.train())).hasSize(53).isEqualTo(seen(synthetic.train()));
    assertThat(seen(binary.train())).isEqualTo(seen(synthetic.train()));
    assertThat(seen(python.test())).hasSize(7).isEqualTo(seen(synthetic.test()));
    assertThat(seen(binary.test())).isEqualTo(seen(synthetic.test()));
  }

  @Test
  void theFilesAreTheSameInEachLocale() throws IOException {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    try {
      Cifar10 cifar = SyntheticCifar.ofSize(5, 1, 42).writePythonForm(temp);

      assertThat(cifar.trainFileNames()).startsWith("synthetic_train_000000.png");
      assertThat(temp.resolve("readme.txt")).content().contains("with seed 42.");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void theSameSeedGivesTheSameImages() {
    assertThat(seen(SyntheticCifar.ofSize(20, 1, 3).train()))
        .isEqualTo(seen(SyntheticCifar.ofSize(20, 1, 3).train()));
  }

  @Test
  void imagesAreTheSameOnEachMachine() {
    assertThat(seen(SyntheticCifar.ofSize(5, 1, 0).train()).get(0))
        .isEqualTo(
            new Fixtures.Seen(
                6, "802a07b6a5a3ccd0b5ac25aeea052582ef605b9dddf2b2749e3fd63f0e904759"));
  }

  @Test
  void anotherSeedGivesOtherImages() {
    assertThat(seen(SyntheticCifar.ofSize(20, 1, 3).train()))
        .doesNotContainAnyElementsOf(seen(SyntheticCifar.ofSize(20, 1, 4).train()));
  }

  @Test
  void trainAndTestImagesDiffer() {
    SyntheticCifar synthetic = SyntheticCifar.ofSize(20, 20, 3);

    assertThat(seen(synthetic.train())).doesNotContainAnyElementsOf(seen(synthetic.test()));
  }

  @Test
  void aLargerSetBeginsWithTheSmallerOne() {
    assertThat(seen(SyntheticCifar.ofSize(50, 1, 3).train()))
        .startsWith(seen(SyntheticCifar.ofSize(20, 1, 3).train()).toArray(new Fixtures.Seen[0]));
  }

  @Test
  void eachClassHasAboutItsShare() {
    int[] counts = new int[10];
    SyntheticCifar.ofSize(10_000, 1, 3).train().forEach(image -> counts[image.label()]++);

    assertThat(Arrays.stream(counts).boxed()).allSatisfy(n -> assertThat(n).isBetween(850, 1150));
  }

  @Test
  void noPixelTellsTheClass() {
    List<LabeledImage> images = SyntheticCifar.ofSize(4_000, 1, 3).train().toList();

    double[] means = meansByClass(images, 16 * 32 + 16);

    assertThat(Arrays.stream(means).max().orElseThrow() - Arrays.stream(means).min().orElseThrow())
        .isLessThan(40);
  }

  @Test
  void namesSayThatTheDataIsSynthetic() throws IOException {
    Path folder = temp.resolve("c");
    Cifar10 cifar = SyntheticCifar.ofSize(5, 2, 1).writePythonForm(folder);

    assertThat(cifar.labelNames()).hasSize(10).allMatch(name -> name.startsWith("synthetic"));
    assertThat(cifar.trainFileNames()).hasSize(5).contains("synthetic_train_000000.png");
    assertThat(cifar.testFileNames())
        .containsExactly("synthetic_test_000000.png", "synthetic_test_000001.png");
    assertThat(Files.readString(folder.resolve("readme.txt"))).startsWith("SYNTHETIC DATA");
  }

  @Test
  void noFileIsReplaced() {
    SyntheticCifar synthetic = SyntheticCifar.ofSize(5, 1, 1);
    synthetic.writeBinaryForm(temp);

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> synthetic.writeBinaryForm(temp))
        .withMessageContaining("replaces no file")
        .withMessageContaining(temp.resolve("readme.txt").toString());
  }

  @Test
  void aSizeThatDoesntFillEachBatchIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SyntheticCifar.ofSize(4, 1, 1))
        .withMessage("trainImages must be from 5 to 1000000 but is 4");
  }

  @Test
  void aBatchTooLongToHoldIsStreamedFromItsPlace() {
    SyntheticCifar synthetic = SyntheticCifar.ofSize(10_000, 10, 1);

    try (Stream<LabeledImage> written = synthetic.writePythonForm(temp).train();
        Stream<LabeledImage> made = synthetic.train()) {
      assertThat(written.map(LabeledImage::hashCode).toList())
          .isEqualTo(made.map(LabeledImage::hashCode).toList());
    }
  }

  @Test
  @EnabledIfEnvironmentVariable(
      named = "IMAGESTORE_PYTHON",
      matches = ".+",
      disabledReason = "names no Python with numpy and Pillow")
  void pythonReadsTheSameAndItsPngsAreAsLargeAsCifars() throws Exception {
    SyntheticCifar synthetic = SyntheticCifar.ofSize(1_000, 10, 1);
    synthetic.writePythonForm(temp.resolve("c"));

    String out =
        Python.run(
            """
            import hashlib, io, pickle, sys
            import numpy as np
            from PIL import Image
            for i in range(1, 6):
                with open(sys.argv[1] + "/data_batch_%d" % i, "rb") as f:
                    d = pickle.load(f, encoding="bytes")
                assert d[b"batch_label"] == b"synthetic training batch %d of 5" % i
                assert len(d[b"filenames"]) == 200
                for row, label in zip(d[b"data"], d[b"labels"]):
                    image = np.ascontiguousarray(row.reshape(3, 32, 32).transpose(1, 2, 0))
                    png = io.BytesIO()
                    Image.fromarray(image).save(png, "png")
                    print(label, hashlib.sha256(image.tobytes()).hexdigest(), len(png.getvalue()))
            """,
            temp.resolve("c").toString());

    List<String[]> lines = out.lines().map(line -> line.split(" ", -1)).toList();
    assertThat(lines.stream().map(line -> new Fixtures.Seen(Integer.parseInt(line[0]), line[1])))
        .isEqualTo(seen(synthetic.train()));
    assertThat(lines.stream().mapToInt(line -> Integer.parseInt(line[2])).average().orElseThrow())
        .isBetween(2_300.0, 2_600.0);
  }

  private static double[] meansByClass(List<LabeledImage> images, int pixel) {
    double[] sums = new double[10];
    int[] counts = new int[10];
    for (LabeledImage image : images) {
      sums[image.label()] += image.image().pixels()[3 * pixel] & 0xFF;
      counts[image.label()]++;
    }
    for (int i = 0; i < 10; i++) {
      sums[i] /= counts[i];
    }
    return sums;
  }
}
