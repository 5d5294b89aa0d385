package io.imagestore.cifar;

import static io.imagestore.cifar.Fixtures.bytes;
import static io.imagestore.cifar.Fixtures.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What isn't CIFAR is refused, saying which file, where in it, and what was expected. */
class CifarFormatTest {

  @TempDir Path temp;

  @Test
  void missingBatchesAreNamed() throws IOException {
    Path folder = Fixtures.copy(Fixtures.CIFAR_10_PYTHON, temp.resolve("c"));
    Files.delete(folder.resolve("data_batch_3"));
    Files.delete(folder.resolve("test_batch"));

    assertRefused(() -> Cifar10.open(folder))
        .withMessageContaining(folder.toString())
        .withMessageContaining("missing is data_batch_3, test_batch");
  }

  @Test
  void missingLabelNamesAreTold() throws IOException {
    Path folder = Fixtures.copy(Fixtures.CIFAR_10_BINARY, temp.resolve("c"));
    Files.delete(folder.resolve("batches.meta.txt"));

    assertRefused(() -> Cifar10.open(folder)).withMessageContaining("named batches.meta");
  }

  @Test
  void aWrongNumberOfLabelNamesIsTold() throws IOException {
    Path folder = Fixtures.copy(Fixtures.CIFAR_10_BINARY, temp.resolve("c"));
    Files.writeString(folder.resolve("batches.meta.txt"), "cat\ndog\n");

    assertRefused(() -> Cifar10.open(folder))
        .withMessageContaining("expected 10 names of a label but found 2");
  }

  @Test
  void aLabelNameThatIsLongIsRefused() throws IOException {
    Path folder = withMeta(names(100_000, 10));

    assertRefused(() -> Cifar10.open(folder))
        .withMessageContaining("'label_names' to be a list of names of at most 255 bytes");
  }

  /** Nine thousand references to one string would be nine hundred megabytes of names. */
  @Test
  void labelNamesAreCountedBeforeTheyTakeMemory() throws IOException {
    Path folder = withMeta(names(100_000, 9_000));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();

    assertRefused(() -> Cifar10.open(folder))
        .withMessageContaining("expected 10 names in 'label_names' but found 9000");
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100 << 20);
  }

  @Test
  void aFileOfLabelNamesHoldsAMegabyteAtMost() throws IOException {
    Path folder = withMeta(names(3_000_000, 10));

    assertRefused(() -> Cifar10.open(folder))
        .withMessageContaining(folder.resolve("batches.meta").toString())
        .withMessageContaining("limit of 1048576 bytes in memory");
  }

  @Test
  void aPickledBatchHoldsNoMoreThanTheDataSetCanNeed() {
    byte[] dropped =
        pickle(
            out -> {
              out.writeBytes(bytes("T"));
              out.writeBytes(int32(3_000_000));
              out.writeBytes(new byte[3_000_000]);
              out.writeBytes(bytes("0"));
            });
    CifarFile file =
        new CifarFile(
            "a batch",
            Long.MAX_VALUE,
            Form.PYTHON,
            () ->
                new SequenceInputStream(
                    Collections.enumeration(
                        Collections.nCopies(100, dropped).stream()
                            .map(ByteArrayInputStream::new)
                            .toList())),
            4 << 20);

    assertRefused(() -> Batch.open(file, Cifar.CIFAR_10, Cifar.CIFAR_10.labels().get(0)))
        .withMessageContaining("limit of 245760000 bytes in memory");
  }

  @Test
  void namesOfFilesThatAreTooFewDoNotKeepFromTheImages() throws IOException {
    Path folder = Fixtures.copy(Fixtures.CIFAR_10_PYTHON, temp.resolve("c"));
    try (BatchPickleWriter out =
        new BatchPickleWriter(Files.newOutputStream(folder.resolve("test_batch")))) {
      out.beginPixels(2, 3072);
      out.writePixels(new byte[2 * 3072]);
      out.end(new int[] {5, 3}, "batch", List.of("a.png"));
    }
    Cifar10 cifar = Cifar10.open(folder);

    assertThat(cifar.test()).hasSize(2);
    assertRefused(cifar::testFileNames)
        .withMessageContaining("expected 2 names in 'filenames' but found 1");
  }

  @Test
  void anEmptyFolderIsTold() {
    assertRefused(() -> Cifar10.open(temp)).withMessageContaining("expected CIFAR-10");
  }

  @Test
  void theOtherDataSetIsNotFound() {
    assertRefused(() -> Cifar10.open(Fixtures.CIFAR_100_PYTHON))
        .withMessageContaining("expected CIFAR-10");
  }

  @Test
  void twoFoldersOfOneDataSetAreToldApartByTheUser() throws IOException {
    Fixtures.copy(Fixtures.CIFAR_10_PYTHON, temp.resolve("py"));
    Fixtures.copy(Fixtures.CIFAR_10_BINARY, temp.resolve("bin"));

    assertRefused(() -> Cifar10.open(temp))
        .withMessageContaining(temp.resolve("bin") + ", " + temp.resolve("py"));
  }

  @Test
  void twoFilesForOneBatchAreTold() throws IOException {
    Path folder = Fixtures.copy(Fixtures.CIFAR_10_PYTHON, temp.resolve("c"));
    Files.copy(folder.resolve("test_batch"), folder.resolve("test_batch.bin"));

    assertRefused(() -> Cifar10.open(folder)).withMessageContaining("test_batch.bin");
  }

  @Test
  void aPathThatIsNotThereIsNoFormatError() {
    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> Cifar10.open(temp.resolve("nowhere")))
        .withMessageContaining("nowhere")
        .withCauseInstanceOf(IOException.class);
  }

  @Test
  void aRecordCutShortIsFoundOnOpening() throws IOException {
    Path folder = Fixtures.copy(Fixtures.CIFAR_10_BINARY, temp.resolve("c"));
    Path batch = folder.resolve("data_batch_2.bin");
    Files.write(batch, Arrays.copyOf(Files.readAllBytes(batch), 5 * 3073 + 100));

    CifarFormatException failure =
        catchThrowableOfType(CifarFormatException.class, () -> Cifar10.open(folder));

    assertThat(failure.file()).isEqualTo(batch.toString());
    assertThat(failure.offset()).isEqualTo(5 * 3073);
    assertThat(failure).hasMessageContaining("3073 bytes").hasMessageContaining("but 100 are left");
  }

  @Test
  void recordsThatAreGoneSinceOpeningAreFound() throws IOException {
    Path folder = Fixtures.copy(Fixtures.CIFAR_10_BINARY, temp.resolve("c"));
    Path batch = folder.resolve("data_batch_2.bin");
    Cifar10 cifar = Cifar10.open(folder);
    Files.write(batch, Arrays.copyOf(Files.readAllBytes(batch), 5 * 3073));

    assertRefusedToTheEnd(cifar.train())
        .withMessageContaining(batch + ", at byte " + 5 * 3073)
        .withMessageContaining("but 0 are left");
  }

  @Test
  void recordsOfTheOtherDataSetAreFound() throws IOException {
    byte[] batch = Files.readAllBytes(Fixtures.CIFAR_100_BINARY.resolve("test.bin"));

    assertRefusedToTheEnd(Cifar10.read(new ByteArrayInputStream(batch)));
  }

  @Test
  void aLabelOutOfRangeIsFoundWithItsOffset() throws IOException {
    byte[] batch = Files.readAllBytes(Fixtures.CIFAR_10_BINARY.resolve("test_batch.bin"));
    batch[7 * 3073] = 10;

    assertRefusedToTheEnd(Cifar10.read(new ByteArrayInputStream(batch)))
        .withMessageContaining("at byte " + 7 * 3073)
        .withMessageContaining("the label of image 7 to be from 0 to 9 but it is 10");
  }

  @Test
  void aCoarseLabelOutOfRangeIsFoundEvenWhenFineOnesAreWanted() throws IOException {
    byte[] batch = Files.readAllBytes(Fixtures.CIFAR_100_BINARY.resolve("test.bin"));
    batch[3074] = 20;

    assertRefusedToTheEnd(Cifar100.read(new ByteArrayInputStream(batch), Cifar100.Labels.FINE))
        .withMessageContaining("coarse label of image 1");
  }

  @Test
  void theImagesBeforeADamagedOneAreGiven() throws IOException {
    byte[] batch = Files.readAllBytes(Fixtures.CIFAR_10_BINARY.resolve("test_batch.bin"));
    batch[7 * 3073] = 10;

    try (Stream<LabeledImage> images = Cifar10.read(new ByteArrayInputStream(batch)).limit(7)) {
      assertThat(images).hasSize(7);
    }
  }

  @Test
  void anEmptyBatchIsRefused() {
    assertRefusedToTheEnd(Cifar10.read(new ByteArrayInputStream(new byte[0])))
        .withMessageContaining("empty");
  }

  @Test
  void anEmptyBatchFileIsFoundOnOpening() throws IOException {
    Path folder = Fixtures.copy(Fixtures.CIFAR_10_BINARY, temp.resolve("c"));
    Files.write(folder.resolve("test_batch.bin"), new byte[0]);

    assertRefused(() -> Cifar10.open(folder)).withMessageContaining("test_batch.bin");
  }

  @Test
  void aTruncatedPickleIsRefusedWithItsOffset() throws IOException {
    Path folder = Fixtures.copy(Fixtures.CIFAR_10_PYTHON, temp.resolve("c"));
    Path batch = folder.resolve("data_batch_1");
    Files.write(batch, Arrays.copyOf(Files.readAllBytes(batch), 1000));

    assertRefusedToTheEnd(Cifar10.open(folder).train())
        .withMessageContaining(batch + ", at byte 149: expected a string of 61440 bytes");
  }

  @Test
  void aPickleWithTrailingBytesIsRefused() throws IOException {
    byte[] batch = Files.readAllBytes(Fixtures.CIFAR_10_PYTHON.resolve("test_batch"));

    assertRefusedToTheEnd(
            Cifar10.read(new ByteArrayInputStream(Arrays.copyOf(batch, batch.length + 1))))
        .withMessageContaining("at byte " + batch.length + ": expected the end");
  }

  @Test
  void aPickleThatNamesACallableIsRefusedByItsName() {
    byte[] pickle = bytes("\u0080\u0002cos\nsystem\nU\u0004true\u0085R.");

    assertRefusedToTheEnd(Cifar10.read(new ByteArrayInputStream(pickle)))
        .withMessageContaining("'os system'");
  }

  @Test
  void aPickleOfTheOtherDataSetIsRefusedByItsKeys() throws IOException {
    assertRefusedToTheEnd(Cifar10.read(stream(Fixtures.CIFAR_100_PYTHON.resolve("test"))))
        .withMessageContaining("expected a dict with 'labels' but it has ")
        .withMessageContaining("fine_labels");
  }

  @Test
  void aPickleThatIsNoDictIsRefused() {
    assertRefusedToTheEnd(Cifar10.read(new ByteArrayInputStream(bytes("\u0080\u0002K\u0001."))))
        .withMessageContaining("expected a pickled dict");
  }

  @Test
  void anotherNumberOfLabelsThanOfImagesIsRefused() throws IOException {
    assertRefusedToTheEnd(Cifar10.read(batch(1, 3072, 5, 3)))
        .withMessageContaining("expected 1 of 'labels', one an image, but found 2");
  }

  @Test
  void aPickledLabelOutOfRangeIsRefused() throws IOException {
    assertRefusedToTheEnd(Cifar10.read(batch(2, 3072, 5, 10)))
        .withMessageContaining("the label of image 1 to be from 0 to 9 but it is 10");
  }

  @Test
  void pixelsOfAnotherShapeAreRefused() throws IOException {
    assertRefusedToTheEnd(Cifar10.read(batch(1, 1024, 5)))
        .withMessageContaining("shape (images, 3072) in C order but it is u1 of shape [1, 1024]");
  }

  @Test
  void aFileThatIsNoArchiveIsRefused() {
    assertRefused(() -> Cifar10.open(Fixtures.CIFAR_10_PYTHON.resolve("test_batch")))
        .withMessageContaining("expected a folder or a .tar.gz");
  }

  @Test
  void anArchiveCutShortIsRefused() throws IOException {
    Path archive = Fixtures.tarGz(Fixtures.CIFAR_10_PYTHON, "c/", temp.resolve("c.tar.gz"));
    Files.write(archive, Arrays.copyOf(Files.readAllBytes(archive), 200_000));

    assertRefused(() -> Cifar10.open(archive)).withMessageContaining("but the archive ends");
  }

  @Test
  void aDamagedArchiveIsRefused() throws IOException {
    Path archive = Fixtures.tarGz(Fixtures.CIFAR_10_PYTHON, "c/", temp.resolve("c.tar.gz"));
    byte[] bytes = Files.readAllBytes(archive);
    Arrays.fill(bytes, 1000, 2000, (byte) 0xFF);
    Files.write(archive, bytes);

    assertRefused(() -> Cifar10.open(archive)).withMessageContaining(archive.toString());
  }

  @Test
  void anArchiveWithADamagedHeaderIsRefused() throws IOException {
    Path archive = archive(tar -> tar.file("c/\u00e9", new byte[0]), -3);

    assertRefused(() -> Cifar10.open(archive)).withMessageContaining("checksum");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../data_batch_1", "/data_batch_1", "c/../../data_batch_1", "c\\x"})
  void anEntryThatLeavesItsFolderIsRefused(String name) throws IOException {
    Path archive = archive(tar -> tar.file(name, new byte[3073]), 0);

    assertRefused(() -> Cifar10.open(archive))
        .withMessageContaining("expected entries inside the archive's folder but found " + name);
  }

  @Test
  void aLinkInAnArchiveIsNoBatch() throws IOException {
    Path archive = archive(tar -> tar.header("c/data_batch_1", 0, '2'), 0);

    assertRefused(() -> Cifar10.open(archive)).withMessageContaining("expected CIFAR-10");
  }

  @Test
  void aLinkBesideABatchOfItsNameIsPassedOver() throws IOException {
    Path folder = Fixtures.CIFAR_10_BINARY;
    Path archive =
        archive(
            tar -> {
              tar.header("c/data_batch_2.bin", 0, '2');
              try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                  tar.file("c/" + file.getFileName(), Files.readAllBytes(file));
                }
              }
            },
            0);

    assertThat(Fixtures.seen(Cifar10.open(archive).train()))
        .isEqualTo(Fixtures.seen(Cifar10.open(folder).train()));
  }

  @Test
  void anEntryThatPromisesMoreThanFollowsIsRefused() throws IOException {
    Path archive = archive(tar -> tar.header("c/data_batch_1", 077777777777L, '0'), 0);

    assertRefused(() -> Cifar10.open(archive)).withMessageContaining("but the archive ends");
  }

  @Test
  void anExtendedNameOfAnyLengthTakesNoMemory() throws IOException {
    Path archive = archive(tar -> tar.header("x", 077777777777L, 'L'), 0);

    assertRefused(() -> Cifar10.open(archive))
        .withMessageContaining("extended header of at most 65536 bytes");
  }

  @Test
  void anArchiveOfEndlessEntriesIsRefused() throws IOException {
    Path archive =
        archive(
            tar -> {
              for (int i = 0; i <= 10_000; i++) {
                tar.file(i + "/data_batch_1", new byte[0]);
              }
            },
            0);

    assertRefused(() -> Cifar10.open(archive)).withMessageContaining("at most 10000 headers");
  }

  @Test
  void extendedNamesAreRead() throws IOException {
    byte[] record = new byte[3073];
    String folder = "a".repeat(120);
    Path archive =
        archive(
            tar -> {
              for (int i = 1; i <= 5; i++) {
                String name = folder + "/data_batch_" + i + ".bin";
                if (i % 2 == 0) {
                  tar.entry("././@LongLink", 'L', bytes(name + "\0"));
                } else {
                  tar.entry("pax", 'x', pax(name));
                }
                tar.file("short", record);
              }
              tar.entry("pax", 'x', pax(folder + "/test_batch.bin"));
              tar.file("short", record);
              tar.entry("pax", 'x', pax(folder + "/batches.meta.txt"));
              tar.file("short", bytes("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n"));
            },
            0);

    try (Stream<LabeledImage> images = Cifar10.open(archive).train()) {
      assertThat(images).hasSize(5);
    }
  }

  @Test
  void closingAStreamClosesItsInput() throws IOException {
    boolean[] closed = new boolean[1];
    ByteArrayInputStream in =
        new ByteArrayInputStream(
            Files.readAllBytes(Fixtures.CIFAR_10_BINARY.resolve("test_batch.bin"))) {
          @Override
          public void close() {
            closed[0] = true;
          }
        };

    try (Stream<LabeledImage> images = Cifar10.read(in)) {
      assertThat(images.findFirst()).isPresent();
    }

    assertThat(closed[0]).isTrue();
  }

  private static ThrowableAssertAlternative<CifarFormatException> assertRefused(
      ThrowingCallable call) {
    return assertThatExceptionOfType(CifarFormatException.class).isThrownBy(call);
  }

  private static ThrowableAssertAlternative<CifarFormatException> assertRefusedToTheEnd(
      Stream<LabeledImage> images) {
    try (images) {
      return assertRefused(() -> images.forEach(image -> {}));
    }
  }

  /** A pickled batch of black images with these labels. */
  private static ByteArrayInputStream batch(int images, int bytesAnImage, int... labels)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (BatchPickleWriter out = new BatchPickleWriter(bytes)) {
      out.beginPixels(images, bytesAnImage);
      out.writePixels(new byte[images * bytesAnImage]);
      out.end(labels, "batch", List.copyOf(Collections.nCopies(images, "a.png")));
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }

  /** A copy of the python form with another file of label names. */
  private Path withMeta(byte[] pickle) throws IOException {
    Path folder = Fixtures.copy(Fixtures.CIFAR_10_PYTHON, temp.resolve("c"));
    Files.write(folder.resolve("batches.meta"), pickle);
    return folder;
  }

  /** Pickled label names: one string of some length, referred to again and again. */
  private static byte[] names(int length, int count) {
    return pickle(
        out -> {
          out.writeBytes(bytes("}U\u000blabel_names](T"));
          out.writeBytes(int32(length));
          out.writeBytes(new byte[length]);
          out.writeBytes(bytes("q\u0001" + "h\u0001".repeat(count - 1) + "es."));
        });
  }

  private static byte[] pickle(Consumer<ByteArrayOutputStream> instructions) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(bytes("\u0080\u0002"));
    instructions.accept(out);
    return out.toByteArray();
  }

  private static byte[] int32(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  /** A pax record of a long name; its length, of three digits, counts itself. */
  private static byte[] pax(String path) {
    return bytes("%d path=%s\n".formatted(10 + path.length(), path));
  }

  /** Writes an archive's entries. */
  @FunctionalInterface
  private interface Entries {
    void to(TarWriter tar) throws IOException;
  }

  /** An archive, the checksum of whose first header is off by so much. */
  private Path archive(Entries entries, int checksumError) throws IOException {
    ByteArrayOutputStream tarBytes = new ByteArrayOutputStream();
    try (TarWriter tar = new TarWriter(tarBytes)) {
      entries.to(tar);
    }
    byte[] bytes = tarBytes.toByteArray();
    bytes[0] += (byte) checksumError;
    Path archive = temp.resolve("c.tar.gz");
    try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(archive))) {
      out.write(bytes);
    }
    return archive;
  }
}
