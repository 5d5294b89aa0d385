package io.imagestore.cifar;

import static io.imagestore.cifar.Fixtures.expected;
import static io.imagestore.cifar.Fixtures.seen;
import static io.imagestore.cifar.Fixtures.stream;
import static io.imagestore.cifar.Fixtures.withCoarseLabels;
import static io.imagestore.cifar.Fixtures.withLabels;
import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each image of the small data sets comes out as numpy has it, from each form and each source. */
class CifarFixturesTest {

  private static final List<Fixtures.Expected> TRAIN_10 =
      expected(
          "cifar-10",
          "data_batch_1",
          "data_batch_2",
          "data_batch_3",
          "data_batch_4",
          "data_batch_5");
  private static final List<Fixtures.Expected> TEST_10 = expected("cifar-10", "test_batch");
  private static final List<Fixtures.Expected> TRAIN_100 = expected("cifar-100", "train");
  private static final List<Fixtures.Expected> TEST_100 = expected("cifar-100", "test");

  @TempDir Path temp;

  static Stream<Path> cifar10() {
    return Stream.of(Fixtures.CIFAR_10_PYTHON, Fixtures.CIFAR_10_BINARY);
  }

  static Stream<Path> cifar100() {
    return Stream.of(Fixtures.CIFAR_100_PYTHON, Fixtures.CIFAR_100_BINARY);
  }

  static List<Path> repickled() throws IOException {
    try (Stream<Path> files = Files.list(Fixtures.path("repickled"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void theTableHasEachImage() {
    assertThat(List.of(TRAIN_10.size(), TEST_10.size(), TRAIN_100.size(), TEST_100.size()))
        .containsExactly(100, 20, 20, 20);
  }

  @ParameterizedTest
  @MethodSource("cifar10")
  void cifar10IsReadFromAFolder(Path folder) {
    Cifar10 cifar = Cifar10.open(folder);

    assertThat(seen(cifar.train())).isEqualTo(withLabels(TRAIN_10));
    assertThat(seen(cifar.test())).isEqualTo(withLabels(TEST_10));
  }

  @ParameterizedTest
  @MethodSource("cifar10")
  void cifar10IsReadFromAFolderInside(Path folder) throws IOException {
    Fixtures.copy(folder, temp.resolve("data/cifar"));

    assertThat(seen(Cifar10.open(temp.resolve("data")).train())).isEqualTo(withLabels(TRAIN_10));
  }

  @ParameterizedTest
  @MethodSource("cifar10")
  void cifar10IsReadFromAnArchive(Path folder) throws IOException {
    Cifar10 cifar = Cifar10.open(Fixtures.tarGz(folder, "cifar/", temp.resolve("c.tar.gz")));

    assertThat(seen(cifar.train())).isEqualTo(withLabels(TRAIN_10));
    assertThat(seen(cifar.test())).isEqualTo(withLabels(TEST_10));
  }

  @Test
  void anArchiveMayHaveItsFilesAtTheTop() throws IOException {
    Path archive = Fixtures.tarGz(Fixtures.CIFAR_10_BINARY, "./", temp.resolve("c.tgz"));

    assertThat(seen(Cifar10.open(archive).test())).isEqualTo(withLabels(TEST_10));
  }

  @ParameterizedTest
  @MethodSource("cifar10")
  void aBatchOfCifar10IsReadFromAStream(Path folder) throws IOException {
    String ending = Files.exists(folder.resolve("test_batch")) ? "" : ".bin";

    assertThat(seen(Cifar10.read(stream(folder.resolve("test_batch" + ending)))))
        .isEqualTo(withLabels(TEST_10));
  }

  @ParameterizedTest
  @MethodSource("cifar100")
  void cifar100IsReadFromAFolderWithFineLabels(Path folder) {
    Cifar100 cifar = Cifar100.open(folder);

    assertThat(seen(cifar.train())).isEqualTo(withLabels(TRAIN_100));
    assertThat(seen(cifar.test())).isEqualTo(withLabels(TEST_100));
  }

  @ParameterizedTest
  @MethodSource("cifar100")
  void cifar100IsReadFromAFolderWithCoarseLabels(Path folder) {
    Cifar100 cifar = Cifar100.open(folder, Cifar100.Labels.COARSE);

    assertThat(seen(cifar.train())).isEqualTo(withCoarseLabels(TRAIN_100));
    assertThat(seen(cifar.test())).isEqualTo(withCoarseLabels(TEST_100));
  }

  @ParameterizedTest
  @MethodSource("cifar100")
  void cifar100IsReadFromAnArchive(Path folder) throws IOException {
    Path archive = Fixtures.tarGz(folder, "cifar-100/", temp.resolve("c.tar.gz"));

    assertThat(seen(Cifar100.open(archive).train())).isEqualTo(withLabels(TRAIN_100));
  }

  @ParameterizedTest
  @MethodSource("cifar100")
  void aBatchOfCifar100IsReadFromAStream(Path folder) throws IOException {
    String ending = Files.exists(folder.resolve("test")) ? "" : ".bin";
    Path batch = folder.resolve("test" + ending);

    assertThat(seen(Cifar100.read(stream(batch), Cifar100.Labels.COARSE)))
        .isEqualTo(withCoarseLabels(TEST_100));
  }

  @ParameterizedTest
  @MethodSource("repickled")
  void aBatchThatOthersPickledAnewIsTheSame(Path file) throws IOException {
    assertThat(seen(Cifar10.read(stream(file)))).isEqualTo(withLabels(TRAIN_10.subList(0, 4)));
  }

  @Test
  void eachWriterAndProtocolIsAmongTheFilesPickledAnew() throws IOException {
    assertThat(repickled()).hasSize(35);
  }

  @Test
  void aFormIsToldByContentAndNotByName() throws IOException {
    Path folder = Fixtures.copy(Fixtures.CIFAR_10_BINARY, temp.resolve("mixed"));
    Files.delete(folder.resolve("data_batch_1.bin"));
    Files.copy(
        Fixtures.CIFAR_10_PYTHON.resolve("data_batch_1"), folder.resolve("data_batch_1.bin"));
    Files.move(folder.resolve("data_batch_2.bin"), folder.resolve("data_batch_2"));

    assertThat(seen(Cifar10.open(folder).train())).isEqualTo(withLabels(TRAIN_10));
  }

  @Test
  void imagesAre32By32By3() {
    try (Stream<LabeledImage> images = Cifar10.open(Fixtures.CIFAR_10_PYTHON).test()) {
      assertThat(images)
          .allSatisfy(i -> assertThat(i.image().shape()).isEqualTo(new ImageShape(32, 32, 3)));
    }
  }

  @ParameterizedTest
  @MethodSource("cifar10")
  void idsRunOverAllTrainingBatches(Path folder) {
    try (Stream<LabeledImage> images = Cifar10.open(folder).train()) {
      assertThat(images.map(LabeledImage::id)).isEqualTo(LongStream.range(0, 100).boxed().toList());
    }
  }

  @Test
  void eachCallGivesAStreamOfItsOwn() {
    Cifar10 cifar = Cifar10.open(Fixtures.CIFAR_10_PYTHON);

    assertThat(seen(cifar.train())).isEqualTo(seen(cifar.train()));
  }

  @ParameterizedTest
  @MethodSource("cifar10")
  void cifar10HasItsLabelNames(Path folder) {
    assertThat(Cifar10.open(folder).labelNames())
        .hasSize(10)
        .startsWith("airplane", "automobile")
        .endsWith("truck");
  }

  @ParameterizedTest
  @MethodSource("cifar100")
  void cifar100HasNamesOfBothLabels(Path folder) {
    Cifar100 cifar = Cifar100.open(folder, Cifar100.Labels.COARSE);

    assertThat(cifar.labelNames()).hasSize(20).startsWith("aquatic_mammals").endsWith("vehicles_2");
    assertThat(cifar.labelNames(Cifar100.Labels.FINE))
        .hasSize(100)
        .startsWith("apple", "aquarium_fish");
  }

  @Test
  void thePythonFormKeepsFileNames() {
    Cifar10 cifar = Cifar10.open(Fixtures.CIFAR_10_PYTHON);

    assertThat(cifar.trainFileNames()).hasSize(100).startsWith("image_s_000000.png");
    assertThat(cifar.testFileNames()).hasSize(20).startsWith("image_s_000100.png");
  }

  @Test
  void theBinaryFormHasNoFileNames() {
    assertThat(Cifar100.open(Fixtures.CIFAR_100_BINARY).trainFileNames()).isEmpty();
  }

  @Test
  void namesOfFilesAreNotToldWhereABatchHasNone() throws IOException {
    Path folder = Fixtures.copy(Fixtures.CIFAR_10_PYTHON, temp.resolve("mixed"));
    Files.delete(folder.resolve("data_batch_2"));
    Files.copy(
        Fixtures.CIFAR_10_BINARY.resolve("data_batch_2.bin"), folder.resolve("data_batch_2.bin"));
    Cifar10 cifar = Cifar10.open(folder);

    assertThat(cifar.trainFileNames()).isEmpty();
    assertThat(cifar.testFileNames()).isNotEmpty();
  }
}
