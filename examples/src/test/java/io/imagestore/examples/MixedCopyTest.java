package io.imagestore.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CopyReport;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.Progress;
import io.imagestore.SampleType;
import io.imagestore.StoreOptions;
import io.imagestore.UnsupportedImageException;
import io.imagestore.hdf5.Hdf5Options;
import io.imagestore.testkit.SampleImages;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies images of every kind from backend to backend. */
class MixedCopyTest {

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"disk, lmdb", "disk, hdf5", "lmdb, disk", "lmdb, hdf5", "hdf5, disk", "hdf5, lmdb"})
  void imagesOfEveryKindAreCopiedAsTheyAre(String from, String to) throws IOException {
    List<LabeledImage> images = imagesOfEveryKind();
    try (ImageStore source = open(from, "source");
        ImageStore destination = open(to, "destination")) {
      source.putBatch(images);

      CopyReport report = ImageStores.copy(source, destination, Progress.NONE);

      assertThat(report).isEqualTo(new CopyReport(images.size(), 0, 0, 0, List.of()));
      try (Stream<LabeledImage> copied = destination.stream()) {
        assertThat(copied).isEqualTo(images);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lmdb", "hdf5"})
  void floatsAreCopiedWhereTheyCanBeKeptAndRefusedElsewhere(String from) {
    ImageShape floats = new ImageShape(4, 5, 2, SampleType.FLOAT32);
    LabeledImage image = new LabeledImage(3, SampleImages.noise(floats, 1), 1);
    try (ImageStore source = open(from, "source");
        ImageStore same = open(from.equals("lmdb") ? "hdf5" : "lmdb", "same");
        ImageStore disk = open("disk", "disk")) {
      source.put(image);

      ImageStores.copy(source, same, Progress.NONE);

      assertThat(same.get(3)).isEqualTo(image);
      assertThatExceptionOfType(UnsupportedImageException.class)
          .isThrownBy(() -> ImageStores.copy(source, disk, Progress.NONE))
          .withMessageContaining("FLOAT32");
    }
  }

  private ImageStore open(String backend, String name) {
    StoreOptions options =
        backend.equals("hdf5")
            ? Hdf5Options.builder().layout(Hdf5Options.Layout.MIXED).build()
            : StoreOptions.defaults();
    return ImageStores.open(backend, folder.resolve(name), options);
  }

  private static List<LabeledImage> imagesOfEveryKind() throws IOException {
    ImageShape deep = new ImageShape(7, 9, 3, SampleType.UINT16);
    List<Image> images =
        List.of(
            SampleImages.noise(new ImageShape(1, 1, 1), 1),
            SampleImages.noise(new ImageShape(200, 300, 3), 2),
            SampleImages.noise(deep, 3),
            Image.encoded(png(new BufferedImage(11, 6, BufferedImage.TYPE_USHORT_GRAY))),
            Image.encoded(progressiveJpeg(new BufferedImage(50, 40, BufferedImage.TYPE_INT_RGB))));
    return Stream.iterate(0, i -> i < images.size(), i -> i + 1)
        .map(
            i ->
                new LabeledImage(5L * i, images.get(i), i)
                    .withMetadata("{\"file\":\"%d.jpg\",\"boxes\":[[1,2,3,4]]}".formatted(i)))
        .toList();
  }

  private static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, "png", file)).isTrue();
    return file.toByteArray();
  }

  private static byte[] progressiveJpeg(BufferedImage image) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file)) {
      ImageWriteParam progressive = writer.getDefaultWriteParam();
      progressive.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), progressive);
    } finally {
      writer.dispose();
    }
    return file.toByteArray();
  }
}
