package io.imagestore.fuzz;

import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.StoreOptions;
import io.imagestore.cifar.SyntheticCifar;
import io.imagestore.hdf5.Hdf5ImageStore;
import io.imagestore.hdf5.Hdf5Options;
import io.imagestore.testkit.SampleImages;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** Small sound files, from which the fuzzer starts. */
final class Seeds {

  private final Path scratch;
  private final List<byte[]> made = new ArrayList<>();

  private Seeds(Path scratch) {
    this.scratch = scratch;
  }

  /** Those of one target, the same each time. */
  static List<byte[]> of(Class<?> target) throws IOException {
    Path scratch = Files.createTempDirectory("seeds");
    Seeds seeds = new Seeds(scratch);
    switch (target.getSimpleName()) {
      case "PngTarget" -> seeds.images("png");
      case "JpegTarget" -> seeds.images("jpeg");
      case "Hdf5Target" -> seeds.stores();
      case "PickleTarget" -> seeds.pickles();
      case "TarGzTarget" -> seeds.archives();
      case "LabelTableTarget" -> seeds.labelTables();
      case "ImageTableTarget" -> seeds.imageTables();
      default -> throw new IllegalArgumentException("no seeds for " + target);
    }
    Scratch.remove(scratch);
    return seeds.made;
  }

  private void images(String format) throws IOException {
    for (int size : new int[] {1, 7, 16}) {
      add(SampleImages.encoded(format, size, 2 * size, size).encodedBytes());
      for (int type : new int[] {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY}) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        if (ImageIO.write(new BufferedImage(size, size, type), format, file)) {
          add(file.toByteArray());
        }
      }
    }
  }

  private void stores() throws IOException {
    for (Hdf5Options.Builder options :
        List.of(
            Hdf5Options.builder(),
            Hdf5Options.builder().deflateLevel(6),
            Hdf5Options.builder().layout(Hdf5Options.Layout.MIXED))) {
      Path file = scratch.resolve("seed.h5");
      try (ImageStore store = Hdf5ImageStore.open(file, options.build())) {
        store.putBatch(SampleImages.list(0, 5, new ImageShape(2, 3, 1), 1));
      }
      add(Files.readAllBytes(file));
      Scratch.remove(file);
    }
  }

  private void pickles() throws IOException {
    for (Path file : cifar("pickles")) {
      add(Files.readAllBytes(file));
    }
  }

  private void archives() throws IOException {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    for (Path file : cifar("archives")) {
      byte[] content = Files.readAllBytes(file);
      tar.write(header(file.getFileName().toString(), content.length, '0'));
      tar.write(Arrays.copyOf(content, (content.length + 511) / 512 * 512));
    }
    add(tar.toByteArray());
    add(header("data_batch_1", 0, '2')); // a symbolic link
    add(header("../data_batch_1", 0, '0'));
  }

  /** The archive's headers without their checksums, which the target makes. */
  private static byte[] header(String name, int size, char type) {
    StringBuilder header = new StringBuilder();
    header.append("cifar-10-batches-py/").append(name);
    header.setLength(124);
    header.append("%011o".formatted(size));
    header.setLength(156);
    header.append(type);
    header.setLength(257);
    header.append("ustar\00000");
    header.setLength(512);
    return header.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private List<Path> cifar(String name) throws IOException {
    Path written = scratch.resolve(name);
    SyntheticCifar.ofSize(5, 1, 1).writePythonForm(written);
    try (Stream<Path> files = Files.walk(written)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private void labelTables() throws IOException {
    Path store = scratch.resolve("store");
    try (ImageStore open = ImageStores.open("disk", store, StoreOptions.defaults())) {
      for (int id = 0; id < 3; id++) {
        open.put(
            new LabeledImage(id, Image.of(2, 2, 1, new byte[4]), id)
                .withMetadata("{\"n\": " + id + "}"));
        open.flush();
      }
      open.delete(1);
    }
    add(Files.readAllBytes(store.resolve("labels.csv")));
  }

  private void imageTables() {
    add("file,label\na.png,0\nb.jpg,1\n".getBytes(StandardCharsets.UTF_8));
    add("file,label,note\n\"a.png\",cat,\"one \"\"two\"\"\"\n".getBytes(StandardCharsets.UTF_8));
    add("file,label\n../a.png,0\n/etc/passwd,1\n".getBytes(StandardCharsets.UTF_8));
  }

  private void add(byte[] content) {
    made.add(content);
  }
}
