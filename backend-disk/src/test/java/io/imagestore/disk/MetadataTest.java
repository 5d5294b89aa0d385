package io.imagestore.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.Durability;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.disk.StoreFolder.Opening;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies in {@code metadata.jsonl}, and what becomes of it. */
class MetadataTest {
  private static final ImageShape SHAPE = new ImageShape(4, 5, 3);

  @TempDir Path folder;
  private Path path;
  private Path file;

  @BeforeEach
  void name() {
    path = folder.resolve("store");
    file = path.resolve("metadata.jsonl");
  }

  private static LabeledImage image(long id, String json) {
    return SampleImages.labeled(id, SHAPE, 1).withMetadata(json);
  }

  private static List<LabeledImage> images(int from, int count) {
    return IntStream.range(from, from + count)
        .mapToObj(id -> image(id, "{\"n\": " + id + "}"))
        .toList();
  }

  private void put(List<LabeledImage> images) {
    try (ImageStore store = DiskImageStore.open(path)) {
      store.putBatch(images);
    }
  }

  @Test
  void eachImagesMetadataIsALineWithItsId() throws IOException {
    put(List.of(image(3, "{\"söt\":[1, 2]}"), SampleImages.labeled(4, SHAPE, 1), image(5, "null")));

    assertThat(file)
        .hasContent("{\"id\":3,\"metadata\":{\"söt\":[1, 2]}}\n{\"id\":5,\"metadata\":null}\n");
    assertThat(StoreFolder.text(path))
        .containsPattern("\n3,.*,metadata.jsonl,19,15,\\d+,\\d+\n4,.*,,0,0,0,\\d+\n5,.*,55,4,");
  }

  @Test
  void withoutMetadataThereIsNoFile() throws IOException {
    put(SampleImages.list(0, 3, SHAPE, 1));

    assertThat(file).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"\\u2028 \u2028 \u0085\"",
        " [ 1 ,\t2 ] ",
        "\"\\n\\r\\u0000\"",
        "1e400",
        "\"\\ud83d\"",
        "{}"
      })
  void aTextComesBackCharacterForCharacter(String json) throws IOException {
    put(List.of(image(1, json)));

    assertThat(StoreFolder.images(path, Opening.TO_READ)).containsExactly(image(1, json));
    assertThat(Files.readString(file)).isEqualTo("{\"id\":1,\"metadata\":" + json + "}\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8, 18, 19, 25, 27, 28})
  void damageIsNamedAndTheOtherImagesStayReadable(int at) throws IOException {
    put(images(0, 3));
    byte[] lines = Files.readAllBytes(file);
    lines[lines.length / 3 + at] ^= 4;
    Files.write(file, lines);
    try (ImageSource store = DiskImageStore.openReadOnly(path)) {
      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> store.metadata(1))
          .satisfies(e -> assertThat(e.id()).isEqualTo(1))
          .withMessageContaining(path.toString())
          .withMessageContaining("metadata.jsonl");
      assertThatExceptionOfType(CorruptImageException.class).isThrownBy(() -> store.get(1));
      assertThat(store.get(0)).isEqualTo(image(0, "{\"n\": 0}"));
      assertThat(store.get(2)).isEqualTo(image(2, "{\"n\": 2}"));
      assertThat(store.label(1)).isEqualTo(image(1, "1").label());
      assertThat(store.readBatch(0, 3).size()).isEqualTo(3);
      assertThat(store.verify().damagedIds()).containsExactly(1);
    }
  }

  @Test
  void aFileThatIsGoneIsDamageOfTheImagesThatHaveMetadata() throws IOException {
    put(List.of(image(1, "1"), SampleImages.labeled(2, SHAPE, 1)));
    Files.delete(file);
    try (ImageStore store = DiskImageStore.open(path)) {
      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> store.get(1))
          .withMessageContaining("metadata.jsonl is missing");
      assertThat(store.get(2)).isEqualTo(SampleImages.labeled(2, SHAPE, 1));
      store.put(image(3, "3"));
      assertThat(store.metadata(3)).contains("3");
      assertThat(store.verify().damagedIds()).containsExactly(1);
    }
  }

  @Test
  void aRowWhoseMetadataIsSaidToLieElsewhereIsDamage() throws IOException {
    put(images(0, 2));
    Files.writeString(
        StoreFolder.table(path),
        StoreFolder.text(path).replace("metadata.jsonl,19", "metadata.jsonl,18"));

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> DiskImageStore.openReadOnly(path));
  }

  @Test
  void aRowThatIsNotAsItWasWrittenIsNamed() throws IOException {
    put(images(0, 2));
    Files.writeString(StoreFolder.table(path), StoreFolder.text(path).replace("\n1,", "\n7,"));

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> DiskImageStore.openReadOnly(path))
        .withMessageContaining("line 5 (image 7 has a file of another name)");

    String label = "\n7," + images(1, 1).get(0).label() + ",";
    Files.writeString(StoreFolder.table(path), StoreFolder.text(path).replace(label, "\n1,99,"));
    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> DiskImageStore.openReadOnly(path))
        .withMessageContaining("line 5 (the row of image 1 doesn't match its own checksum)");
  }

  @Test
  void ofACallThatFailedNothingIsLeft() throws IOException {
    try (ImageStore store = DiskImageStore.open(path)) {
      store.putBatch(images(0, 2));
      long length = Files.size(file);
      Stream<LabeledImage> failing =
          IntStream.range(0, 500)
              .mapToObj(
                  id -> {
                    if (id == 400) {
                      throw new IllegalStateException("the source broke");
                    }
                    return image(id, "\"" + "m".repeat(1000) + "\"");
                  });
      assertThatIllegalStateException().isThrownBy(() -> store.putBatch(failing));
      assertThat(Files.size(file)).isEqualTo(length);
      store.put(image(2, "{\"n\": 2}"));
    }
    assertThat(StoreFolder.images(path, Opening.TO_READ)).isEqualTo(images(0, 3));
    assertThat(file).content().hasLineCount(3);
  }

  @Test
  void whatACrashLeftOfACallIsCutOffByTheNextWriter() throws IOException {
    Path crashed = folder.resolve("crashed");
    try (ImageStore store = DiskImageStore.open(path)) {
      store.putBatch(images(0, 3));
      StoreFolder.copy(path, crashed);
    }
    Path torn = crashed.resolve("metadata.jsonl");
    Files.writeString(torn, "{\"id\":3,\"meta", StandardOpenOption.APPEND);

    assertThat(StoreFolder.images(crashed, Opening.TO_READ)).isEqualTo(images(0, 3));
    assertThat(Files.size(torn)).isGreaterThan(Files.size(file));
    assertThat(StoreFolder.images(crashed, Opening.TO_WRITE)).isEqualTo(images(0, 3));
    assertThat(torn).hasSameBinaryContentAs(file);
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void callsWhoseMetadataWasLostWithThePowerAreDroppedWholeFromThereOn(Opening opening)
      throws IOException {
    Path crashed = folder.resolve("crashed");
    long length;
    try (ImageStore store = DiskImageStore.open(path)) {
      store.putBatch(images(0, 3));
      store.flush();
      store.putBatch(images(3, 3));
      length = Files.size(file);
      store.putBatch(images(6, 3));
      StoreFolder.copy(path, crashed);
    }
    StoreFolder.losePower(crashed);
    byte[] lines = Files.readAllBytes(file);
    for (int at = (int) length + 5; at < lines.length; at++) {
      lines[at] = 0;
    }
    Files.write(crashed.resolve("metadata.jsonl"), lines);

    assertThat(StoreFolder.images(crashed, opening)).isEqualTo(images(0, 6));
  }

  @Test
  void withDurabilityAtEachCommitMetadataIsNeverUnflushed() throws IOException {
    Path crashed = folder.resolve("crashed");
    DiskOptions options = DiskOptions.builder().durability(Durability.COMMIT).build();
    try (ImageStore store = DiskImageStore.open(path, options)) {
      store.put(image(0, "{\"n\": 0}"));
      store.put(image(1, "{\"n\": 1}"));
      StoreFolder.copy(path, crashed);
    }
    StoreFolder.losePower(crashed);

    assertThat(StoreFolder.images(crashed, Opening.TO_WRITE)).isEqualTo(images(0, 2));
  }

  @Test
  void aFileThatIsMostlyOutdatedIsWrittenAnewWithTheTable() throws IOException {
    try (ImageStore store = DiskImageStore.open(path)) {
      for (int round = 0; round < 15; round++) {
        store.putBatch(images(0, 100));
      }
      store.put(SampleImages.labeled(7, SHAPE, 1));
    }
    try (ImageStore store = DiskImageStore.open(path)) {
      assertThat(file).doesNotExist();
      assertThat(path.resolve("metadata-1.jsonl")).content().hasLineCount(99);
      assertThat(store.verify().isClean()).isTrue();
      store.put(image(7, "{\"n\": 7}"));
    }
    assertThat(StoreFolder.images(path, Opening.TO_READ)).isEqualTo(images(0, 100));
  }

  @Test
  void largeMetadataThatIsOutdatedIsReasonEnough() throws IOException {
    String large = "\"" + "m".repeat(1_000_000) + "\"";
    try (ImageStore store = DiskImageStore.open(path)) {
      for (int round = 0; round < 8; round++) {
        store.put(image(1, large));
      }
      assertThat(store.info().bytesOnDisk()).isGreaterThan(8_000_000);
    }
    try (ImageStore store = DiskImageStore.open(path)) {
      assertThat(store.info().bytesOnDisk()).isLessThan(1_100_000);
      assertThat(store.metadata(1)).contains(large);
    }
  }

  @Test
  void damageIsStillNamedAfterTheFileWasWrittenAnew() throws IOException {
    try (ImageStore store = DiskImageStore.open(path)) {
      for (int round = 0; round < 15; round++) {
        store.putBatch(images(0, 100));
      }
    }
    byte[] lines = Files.readAllBytes(file);
    lines[lines.length - 4] ^= 1;
    Files.write(file, lines);
    try (ImageStore store = DiskImageStore.open(path)) {
      assertThat(file).doesNotExist();
      assertThat(store.verify().damagedIds()).containsExactly(99);
    }
  }

  @Test
  void aReaderElsewhereFollowsToTheNewFile() throws IOException {
    try (ImageStore store = DiskImageStore.open(path)) {
      for (int round = 0; round < 15; round++) {
        store.putBatch(images(0, 100));
      }
    }
    try (ImageSource reader = DiskImageStore.openReadOnly(path)) {
      DiskImageStore.open(path).close();
      assertThat(file).doesNotExist();

      assertThat(reader.stream().toList()).isEqualTo(images(0, 100));
    }
  }

  @Test
  void aReaderElsewhereFollowsToANewFileOfTheOldName() throws IOException {
    put(images(1, 1));
    try (ImageSource reader = DiskImageStore.openReadOnly(path)) {
      assertThat(reader.metadata(1)).isPresent();
      outdateMetadata(image(1, "[1]"));
      DiskImageStore.open(path).close();
      assertThat(file).doesNotExist();
      outdateMetadata(SampleImages.labeled(1, SHAPE, 1));
      DiskImageStore.open(path).close();
      assertThat(path.resolve("metadata-1.jsonl")).doesNotExist();
      put(List.of(image(1, "[\"new\"]")));
      assertThat(file).hasContent("{\"id\":1,\"metadata\":[\"new\"]}\n");

      assertThat(reader.get(1)).isEqualTo(image(1, "[\"new\"]"));
      assertThat(reader.metadata(1)).contains("[\"new\"]");
    }
  }

  /**
   * Stores an image after others of its id, with so much metadata that the next writer drops it.
   */
  private void outdateMetadata(LabeledImage last) {
    String large = "\"" + "m".repeat(1_000_000) + "\"";
    try (ImageStore store = DiskImageStore.open(path)) {
      for (int round = 0; round < 5; round++) {
        store.put(image(last.id(), large));
      }
      store.put(last);
    }
  }

  @Test
  void otherLabelNamesLeaveTheMetadataWhereItIs() throws IOException {
    put(images(0, 5));
    byte[] before = Files.readAllBytes(file);
    DiskImageStore.open(path, DiskOptions.builder().labelNames(List.of("a")).build()).close();

    assertThat(file).hasBinaryContent(before);
    assertThat(StoreFolder.images(path, Opening.TO_WRITE)).isEqualTo(images(0, 5));
  }

  @Test
  void filesAndLinesThatBelongToNoImageAreNamedAndRemoved() throws IOException {
    put(images(0, 2));
    long length = Files.size(file);
    Files.writeString(file, "{\"id\":9,\"metadata\":9}\n", StandardOpenOption.APPEND);
    Files.writeString(path.resolve("metadata-4.jsonl"), "{}\n");
    Files.writeString(path.resolve("metadata-old.jsonl"), "{}\n");
    try (ImageSource store = DiskImageStore.openReadOnly(path)) {
      assertThat(store.verify().storeProblems())
          .containsExactly(
              "metadata-4.jsonl is named by no row in labels.csv",
              "metadata.jsonl has lines from byte " + length + " on that belong to no image");
    }
    try (ImageStore store = DiskImageStore.open(path)) {
      assertThat(store.verify().isClean()).isTrue();
    }
    assertThat(path.resolve("metadata-4.jsonl")).doesNotExist();
    assertThat(path.resolve("metadata-old.jsonl")).exists();
    assertThat(Files.size(file)).isEqualTo(length);
  }

  @Test
  void theBytesOnDiskIncludeTheMetadata() throws IOException {
    try (ImageStore store = DiskImageStore.open(path)) {
      store.putBatch(images(0, 5));
      long bytes = Files.size(StoreFolder.table(path)) + Files.size(file);
      for (String image : StoreFolder.files(path)) {
        bytes += Files.size(path.resolve(image));
      }

      assertThat(store.info().bytesOnDisk()).isEqualTo(bytes);
    }
  }
}
