package io.imagestore.cifar;

import io.imagestore.LabeledImage;
import io.imagestore.internal.pickle.PickleLimits;
import io.imagestore.internal.pickle.PickleReader;
import io.imagestore.spi.IoFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** One of the two data sets, complete, in a folder or an archive. */
final class CifarSet {

  private static final int MAX_NAMES_BYTES = 1 << 16;

  /** A file of label names has a hundred and twenty at most. */
  private static final PickleReader META_READER =
      PickleReader.strict().withLimits(new PickleLimits(1 << 20, 1 << 20, 10_000, 10_000, 8));

  private final Path path;
  private final Cifar cifar;
  private final Map<String, CifarFile> files;
  private final Map<Cifar.Labels, List<String>> names = new LinkedHashMap<>();

  private CifarSet(Path path, Cifar cifar, Map<String, CifarFile> files) {
    this.path = path;
    this.cifar = cifar;
    this.files = files;
  }

  static CifarSet open(Path path, Cifar cifar) {
    CifarSet set = new CifarSet(path, cifar, CifarFiles.find(path, cifar));
    set.requireBatches();
    set.readNames();
    return set;
  }

  Path path() {
    return path;
  }

  Stream<LabeledImage> train(Cifar.Labels chosen) {
    return images(cifar.trainFiles(), chosen);
  }

  Stream<LabeledImage> test(Cifar.Labels chosen) {
    return images(List.of(cifar.testFile()), chosen);
  }

  List<String> trainFileNames() {
    return fileNames(cifar.trainFiles());
  }

  List<String> testFileNames() {
    return fileNames(List.of(cifar.testFile()));
  }

  List<String> names(Cifar.Labels kind) {
    return names.getOrDefault(kind, List.of());
  }

  /** The images of one batch that can be read but once. */
  static Stream<LabeledImage> images(InputStream in, Cifar cifar, Cifar.Labels chosen) {
    String name = "the stream of a " + cifar.title() + " batch";
    CifarImages.Source source =
        new CifarImages.Source(name, () -> Batch.open(in, name, cifar, chosen));
    return CifarImages.stream(List.of(source)).onClose(() -> close(in, name));
  }

  private static void close(InputStream in, String name) {
    try {
      in.close();
    } catch (IOException e) {
      throw IoFailure.of("can't close " + name, e);
    }
  }

  private Stream<LabeledImage> images(List<String> batches, Cifar.Labels chosen) {
    return CifarImages.stream(
        batches.stream()
            .map(this::file)
            .map(file -> new CifarImages.Source(file.name(), () -> Batch.open(file, cifar, chosen)))
            .toList());
  }

  /** One an image, or none at all where a batch has none: an id would mean another's name. */
  private List<String> fileNames(List<String> batches) {
    List<String> fileNames = new ArrayList<>();
    for (String batch : batches) {
      CifarFile file = file(batch);
      List<String> ofBatch =
          file.form() == Form.PYTHON
              ? reading(file, () -> PythonBatch.fileNames(file, cifar))
              : List.of();
      if (ofBatch.isEmpty()) {
        return List.of();
      }
      fileNames.addAll(ofBatch);
    }
    return List.copyOf(fileNames);
  }

  private void requireBatches() {
    List<String> missing =
        cifar.batchFiles().stream().filter(batch -> !files.containsKey(batch)).toList();
    if (!missing.isEmpty()) {
      throw new CifarFormatException(
          path.toString(),
          0,
          "expected each batch of %s but missing is %s; unpack the archive anew or download it again"
              .formatted(cifar.title(), String.join(", ", missing)));
    }
    for (String batch : cifar.batchFiles()) {
      CifarFile file = file(batch);
      switch (file.form()) {
        case EMPTY ->
            throw new CifarFormatException(file.name(), 0, "expected images but the file is empty");
        case BINARY_OR_TEXT -> BinaryBatch.requireWholeRecords(file, cifar);
        case PYTHON -> {}
      }
    }
  }

  private void readNames() {
    CifarFile meta = files.get(cifar.metaFile());
    if (meta != null && meta.form() == Form.PYTHON) {
      PickledDict dict =
          reading(
              meta,
              () -> {
                try (InputStream in = meta.open()) {
                  return PickledDict.read(META_READER, in, meta.name());
                }
              });
      cifar.labels().forEach(kind -> names.put(kind, dict.names(kind.namesKey(), kind.classes())));
    } else {
      cifar.labels().forEach(this::readNameLines);
    }
  }

  private void readNameLines(Cifar.Labels kind) {
    CifarFile file = files.get(kind.namesFile());
    if (file == null) {
      throw new CifarFormatException(
          path.toString(),
          0,
          "expected the label names in a file named %s or %s.txt, but there is none"
              .formatted(cifar.metaFile(), kind.namesFile()));
    }
    addNames(kind, reading(file, () -> lines(file)), file);
  }

  private static List<String> lines(CifarFile file) throws IOException {
    try (InputStream in = file.open()) {
      String text = new String(in.readNBytes(MAX_NAMES_BYTES), StandardCharsets.UTF_8);
      return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }
  }

  private void addNames(Cifar.Labels kind, List<String> found, CifarFile file) {
    if (found.size() != kind.classes()) {
      throw new CifarFormatException(
          file.name(),
          0,
          "expected %d names of a %s but found %d"
              .formatted(kind.classes(), kind.title(), found.size()));
    }
    names.put(kind, found);
  }

  private CifarFile file(String stem) {
    CifarFile file = files.get(stem);
    if (file == null) {
      throw new IllegalStateException(stem + " was found missing too late");
    }
    return file;
  }

  /** Reads something of a file. */
  @FunctionalInterface
  private interface Reading<T> {
    T read() throws IOException;
  }

  private static <T> T reading(CifarFile file, Reading<T> reading) {
    try {
      return reading.read();
    } catch (IOException e) {
      throw IoFailure.of("can't read " + file.name(), e);
    }
  }
}
