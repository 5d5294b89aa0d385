package io.imagestore.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptStoreException;
import io.imagestore.Image;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.StoreNotFoundException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ImageFolderTableTest {

  @TempDir Path folder;

  private Path table() {
    return folder.resolve("labels.csv");
  }

  private ImageFolder open(String table) throws IOException {
    Files.writeString(table(), table);
    return ImageFolder.open(folder, table());
  }

  private Image write(String path) throws IOException {
    Image image = SampleImages.encoded("jpeg", 4, 3, path.hashCode());
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, image.encodedBytes());
    return image;
  }

  private static List<LabeledImage> all(ImageFolder folder) {
    try (Stream<LabeledImage> images = folder.images()) {
      return images.toList();
    }
  }

  @Test
  void filesComeInTheOrderOfTheRowsWithTheNamesOfClassesAsLabels() throws IOException {
    Image rex = write("rex.jpg");
    Image tom = write("more/tom.jpg");

    ImageFolder images = open("file,label\nrex.jpg,dog\nmore/tom.jpg,cat\n");

    assertThat(images.classNames()).containsExactly("cat", "dog");
    assertThat(all(images))
        .containsExactly(
            new LabeledImage(0, rex, 1, Optional.of("{\"file\":\"rex.jpg\"}")),
            new LabeledImage(1, tom, 0, Optional.of("{\"file\":\"more/tom.jpg\"}")));
  }

  @Test
  void furtherColumnsBecomeMetadata() throws IOException {
    write("1.jpg");

    ImageFolder images =
        open("age,file,label,\"said \"\"hi\"\"\"\n7,1.jpg,cat,\"Poodle, toy\r\n\u00fc\"\n");

    assertThat(all(images).get(0).metadata())
        .contains(
            "{\"file\":\"1.jpg\",\"age\":\"7\",\"said \\\"hi\\\"\":\"Poodle, toy\\r\\n\u00fc\"}");
  }

  @Test
  void wholeNumbersAreLabelsAsTheyAre() throws IOException {
    write("1.jpg");
    write("2.jpg");

    ImageFolder images = open("file,label\n1.jpg,10\n2.jpg,-9\n1.jpg,007");

    assertThat(images.classNames()).isEmpty();
    assertThat(all(images)).extracting(LabeledImage::label).containsExactly(10, -9, 7);
  }

  @Test
  void numbersAmongNamesAreNames() throws IOException {
    write("1.jpg");

    ImageFolder images = open("file,label\n1.jpg,10\n1.jpg,9\n1.jpg,cat\n");

    assertThat(images.classNames()).containsExactly("10", "9", "cat");
    assertThat(all(images)).extracting(LabeledImage::label).containsExactly(0, 1, 2);
  }

  @Test
  void missingFilesAndThoseThatAreNoImagesAreNamedAtTheEnd() throws IOException {
    write("1.jpg");
    Files.writeString(folder.resolve("notes.txt"), "of cats");

    ImageFolder images = open("file,label\nmissing.jpg,cat\nnotes.txt,cat\n1.jpg,cat\n");

    assertThatExceptionOfType(UnreadableFilesException.class)
        .isThrownBy(() -> all(images))
        .satisfies(
            e ->
                assertThat(e.files())
                    .containsExactly(
                        new UnreadableFile(folder.resolve("missing.jpg"), "there is no such file"),
                        new UnreadableFile(
                            folder.resolve("notes.txt"), "by its content it is no image")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../1.jpg", "a/../../1.jpg", "/etc/1.jpg", "a/./1.jpg", "a//1.jpg", ""})
  void aPathThatIsNotSurelyInTheFolderIsRefused(String path) {
    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> open("file,label\n1.jpg,cat\n" + path + ",cat\n"))
        .withMessageContaining("line 3")
        .withMessageContaining("'" + path + "'");
  }

  @ParameterizedTest
  @CsvSource({
    "'file,label\n\n\"a\nb\",cat\n1.jpg', line 5, 1 fields",
    "'file,label\n1.jpg,cat,3', line 2, 3 fields",
    "'file,label\n1.jpg,', line 2, no label",
    "'file,label\r\n1.jpg,\"cat\r\n2.jpg,cat', line 2, quote isn",
    "'file,label\r1.jpg,\"cat\" ', line 2, behind the quote",
    "'file,label\n1.jpg,ca\"t', line 2, quote inside",
    "'file,label\n1.jpg,1\n2.jpg,2147483648', line 3, over 32 bits",
    "'file,label,file\n', line 1, two columns",
  })
  void aDamagedTableIsNamedWithTheLine(String table, String line, String problem) {
    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> open(table))
        .withMessageContaining(line + " ")
        .withMessageContaining(problem)
        .withMessageContaining(table().toString());
  }

  @Test
  void aQuoteThatIsNeverClosedTakesLittleMemory() {
    String table = "file,label\n1.jpg,\"" + "x".repeat(CsvReader.MAX_CHARS);

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> open(table))
        .withMessageContaining("line 2 ")
        .withMessageContaining("65536 characters");
  }

  @Test
  void theLongestRowFitsIntoMetadataHoweverItIsWritten() throws IOException {
    write("1.jpg");
    String table = "file,label,notes\n1.jpg,1," + "\u0001".repeat(CsvReader.MAX_CHARS - 9);

    assertThat(all(open(table))).hasSize(1);
  }

  @Test
  void aColumnsNameThatMetadataCannotHoldIsRefused() {
    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> open("file,label," + "x".repeat(50_000)))
        .withMessageContaining("line 1 ")
        .withMessageContaining("1000 characters");
  }

  @Test
  void aTableThatIsNotInUtf8IsDamaged() throws IOException {
    Files.write(table(), "file,label\n1.jpg,\u00e9t\u00e9".getBytes(StandardCharsets.ISO_8859_1));

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> ImageFolder.open(folder, table()))
        .withMessageContaining("UTF-8");
  }

  @Test
  void emptyLinesArePassedOver() throws IOException {
    write("1.jpg");
    String empty = "\r\n".repeat(CsvReader.MAX_CHARS);

    assertThat(all(open("file,label\n" + empty + "1.jpg,cat\n" + empty))).hasSize(1);
  }

  @Test
  void aByteOrderMarkIsPassedOver() throws IOException {
    write("1.jpg");

    assertThat(all(open("\uFEFFfile,label\r\n1.jpg,cat\r\n"))).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "file,class\n", "file;label\n1.jpg;cat\n"})
  void aTableWithoutTheColumnsSaysWhichItHas(String table) {
    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> open(table))
        .withMessageContaining("has no column")
        .withMessageContaining("but [" + table.lines().findFirst().orElse("").replace(",", ", "));
  }

  @Test
  void aTableThatHasChangedSinceItWasOpenedIsTold() throws IOException {
    write("1.jpg");
    ImageFolder images = open("file,label\n1.jpg,cat\n");
    Files.writeString(table(), "file,label\n1.jpg,dog\n");

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> all(images))
        .withMessageContaining("line 2 ")
        .withMessageContaining("changed");
  }

  @Test
  void aMissingTableIsNotFound() {
    assertThatExceptionOfType(StoreNotFoundException.class)
        .isThrownBy(() -> ImageFolder.open(folder, folder.resolve("missing.csv")))
        .withMessageContaining("missing.csv");
  }
}
