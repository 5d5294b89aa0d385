package io.imagestore.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.Capability;
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
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies images of every kind from backend to backend. */
class MixedCopyTest {

  /** Files of core's tests, and beside each the pixels that Pillow decodes. */
  private static final Path JPEGS = Path.of("../core/src/test/resources/jpeg");

  private static final String FLOATS = "floats";

  @TempDir Path folder;

  /** An image of some kind, and what it decodes to. */
  private record Sample(String name, Image image, Image decoded) {

    static Sample raw(String name, ImageShape shape) {
      Image image = SampleImages.noise(shape, name.hashCode());
      return new Sample(name, image, image);
    }

    static Sample jpeg(String name) throws IOException {
      Image image = Image.encoded(Files.readAllBytes(JPEGS.resolve(name + ".jpg")));
      byte[] pixels = Files.readAllBytes(JPEGS.resolve(name + ".raw"));
      return new Sample(name, image, Image.of(image.shape(), ByteBuffer.wrap(pixels)));
    }

    LabeledImage labeled(int i) {
      return new LabeledImage(5L * i, image, i)
          .withMetadata("{\"file\":\"%s\",\"boxes\":[[1,2,3,%d]]}".formatted(name, i));
    }
  }

  @ParameterizedTest
  @CsvSource({"disk, lmdb", "disk, hdf5", "lmdb, disk", "lmdb, hdf5", "hdf5, disk", "hdf5, lmdb"})
  void imagesOfEveryKindAreCopiedAsTheyAre(String from, String to) throws IOException {
    List<LabeledImage> images = labeled(copied(from, to));

    try (ImageStore destination = open(to, "destination");
        Stream<LabeledImage> copied = destination.stream()) {
      assertThat(copied).isEqualTo(images);
    }
  }

  @ParameterizedTest
  @CsvSource({"disk, lmdb", "disk, hdf5", "lmdb, disk", "lmdb, hdf5", "hdf5, disk", "hdf5, lmdb"})
  @EnabledIfEnvironmentVariable(named = "IMAGESTORE_PYTHON", matches = ".+")
  void pythonReadsACopyOfImagesOfEveryKindPixelForPixel(String from, String to) throws IOException {
    List<Sample> samples = copied(from, to);

    String printed =
        Python.run(
            folder,
            """
            import imagestore, json, zlib
            with imagestore.open("destination", verify=True) as store:
                for i, (image, label) in enumerate(store):
                    file = store.encoded(i)
                    print(store.ids[i], label, image.shape, image.dtype, zlib.crc32(image.tobytes()),
                          file and zlib.crc32(file), json.dumps(store.metadata(i), separators=(",", ":")))
            """);

    assertThat(printed.lines()).containsExactlyElementsOf(lines(samples));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lmdb", "hdf5"})
  void floatsAreRefusedWhereTheyCannotBeKept(String from) {
    try (ImageStore source = open(from, "source");
        ImageStore disk = open("disk", "disk")) {
      source.put(Sample.raw(FLOATS, new ImageShape(4, 5, 2, SampleType.FLOAT32)).labeled(3));

      assertThat(disk.info().capabilities()).doesNotContain(Capability.FLOAT32);
      assertThatExceptionOfType(UnsupportedImageException.class)
          .isThrownBy(() -> ImageStores.copy(source, disk, Progress.NONE))
          .withMessageContaining("FLOAT32");
      assertThat(disk.size()).isZero();
    }
  }

  /** Copies images of all the kinds that both can keep, and gives them. */
  private List<Sample> copied(String from, String to) throws IOException {
    try (ImageStore source = open(from, "source");
        ImageStore destination = open(to, "destination")) {
      List<Sample> samples = new ArrayList<>(samples());
      if (keepsFloats(source) && keepsFloats(destination)) {
        samples.add(Sample.raw(FLOATS, new ImageShape(4, 5, 2, SampleType.FLOAT32)));
      }
      source.putBatch(labeled(samples));

      CopyReport report = ImageStores.copy(source, destination, Progress.NONE);

      assertThat(report).isEqualTo(new CopyReport(samples.size(), 0, 0, 0, List.of()));
      return samples;
    }
  }

  private static boolean keepsFloats(ImageStore store) {
    return store.info().capabilities().contains(Capability.FLOAT32);
  }

  private ImageStore open(String backend, String name) {
    StoreOptions options =
        backend.equals("hdf5")
            ? Hdf5Options.builder().layout(Hdf5Options.Layout.MIXED).build()
            : StoreOptions.defaults();
    return ImageStores.open(backend, folder.resolve(name), options);
  }

  private static List<Sample> samples() throws IOException {
    Image deepGray = Image.encoded(deepGrayPng());
    return List.of(
        Sample.raw("dot", new ImageShape(1, 1, 1)),
        Sample.raw("rgb", new ImageShape(200, 300, 3)),
        Sample.raw("deep rgb", new ImageShape(7, 9, 3, SampleType.UINT16)),
        new Sample("deep gray", deepGray, deepGray.decoded()),
        Sample.jpeg("ycbcr-420-progressive"),
        Sample.jpeg("cmyk"),
        Sample.jpeg("ycck-420"),
        Sample.jpeg("gray"));
  }

  private static byte[] deepGrayPng() throws IOException {
    BufferedImage image = new BufferedImage(11, 6, BufferedImage.TYPE_USHORT_GRAY);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 66; i++) {
      image.getRaster().setSample(i % 11, i / 11, 0, random.nextInt(1 << 16));
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, "png", file)).isTrue();
    return file.toByteArray();
  }

  private static List<LabeledImage> labeled(List<Sample> samples) {
    return Stream.iterate(0, i -> i < samples.size(), i -> i + 1)
        .map(i -> samples.get(i).labeled(i))
        .toList();
  }

  private static List<String> lines(List<Sample> samples) {
    return Stream.iterate(0, i -> i < samples.size(), i -> i + 1)
        .map(i -> line(samples.get(i).labeled(i), samples.get(i).decoded()))
        .toList();
  }

  private static String line(LabeledImage labeled, Image decoded) {
    Image image = labeled.image();
    ImageShape shape = image.shape();
    return String.format(
        Locale.ROOT,
        "%d %d (%d, %d, %d) %s %d %s %s",
        labeled.id(),
        labeled.label(),
        shape.height(),
        shape.width(),
        shape.channels(),
        shape.sampleType().name().toLowerCase(Locale.ROOT),
        crc32(decoded.pixels()),
        image.isEncoded() ? crc32(image.encodedBytes()) : "None",
        labeled.metadata().orElse("null"));
  }

  private static long crc32(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }
}
