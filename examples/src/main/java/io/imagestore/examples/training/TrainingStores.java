package io.imagestore.examples.training;

import io.imagestore.ImageSource;
import io.imagestore.ImageSources;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.StoreOptions;
import io.imagestore.cifar.Cifar10;
import io.imagestore.cifar.SyntheticCifar;
import io.imagestore.examples.progress.Progress;
import io.imagestore.examples.timings.CheckFailedException;
import io.imagestore.loader.Subset;
import io.imagestore.loader.Transform;
import io.imagestore.loader.Transforms;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The stores of a run, in a folder of their own. Each is filled by one batch, so that it is whole
 * or empty, however a run ends.
 */
public final class TrainingStores implements AutoCloseable {

  private static final int CIFAR_SIDE = 32;
  private static final int PHOTO_SIDE = 64;
  private static final double TEST_SHARE = 0.2;

  private final Path folder;
  private final String backend;
  private final Progress progress;
  private final List<ImageSource> open = new ArrayList<>();

  /**
   * @param folder where they are or will be
   */
  public TrainingStores(Path folder, String backend, Progress progress) {
    this.folder = folder;
    this.backend = backend;
    this.progress = progress;
  }

  /** CIFAR-10, or what looks like it. */
  public TrainingImages cifar10(String description, boolean synthetic, Cifar10 cifar) {
    return cifar(description, synthetic, cifar.labelNames(), cifar.train(), cifar.test());
  }

  /** Images in CIFAR-10's shape that are made up. */
  public TrainingImages synthetic(String description, SyntheticCifar cifar) {
    return cifar(description, true, cifar.labelNames(), cifar.train(), cifar.test());
  }

  private TrainingImages cifar(
      String description,
      boolean synthetic,
      List<String> labelNames,
      Stream<LabeledImage> train,
      Stream<LabeledImage> test) {
    Transform crop = Transforms.randomCrop(CIFAR_SIDE, 4);
    // The classes of the made-up images are directions, which a flip would change.
    List<Transform> augment =
        synthetic
            ? List.of(crop, Normalization.CIFAR_10.toFloat())
            : List.of(crop, Transforms.randomFlip(), Normalization.CIFAR_10.toFloat());
    return new TrainingImages(
        description,
        synthetic,
        labelNames.size(),
        CIFAR_SIDE,
        Normalization.CIFAR_10,
        filled("train", labelNames, train),
        filled("test", labelNames, test),
        augment,
        List.of(Normalization.CIFAR_10.toFloat()));
  }

  /**
   * Photographs of any size. With classes, a part of them that the seed tells is for testing;
   * without, the network is tested with the middle of each photograph that it is trained on.
   *
   * @throws CheckFailedException if they have classes, but are too few to test with some of them
   */
  public TrainingImages photos(Path photos, PhotoFolder files, long seed) {
    if (files.leftOut() > 0) {
      progress.note("Left out: photographs beside the folders of the classes: " + files.leftOut());
    }
    ImageSource all = filled("photos", files.classNames(), files.images().get());
    return new TrainingImages(
        all.size() + " photographs from " + photos,
        false,
        files.classNames().size(),
        PHOTO_SIDE,
        Normalization.IMAGENET,
        files.hasClasses() ? part(all, seed, 0) : all,
        files.hasClasses() ? tests(all, seed) : all,
        List.of(
            Transforms.toRgb(),
            Transforms.randomResizedCrop(PHOTO_SIDE),
            Transforms.randomFlip(),
            Normalization.IMAGENET.toFloat()),
        List.of(
            Transforms.toRgb(),
            Transforms.resize(PHOTO_SIDE),
            Transforms.centerCrop(PHOTO_SIDE),
            Normalization.IMAGENET.toFloat()));
  }

  private static ImageSource tests(ImageSource all, long seed) {
    ImageSource tests = part(all, seed, 1);
    if (tests.size() == 0) {
      throw new CheckFailedException(
          "there are %d photographs, too few to keep some of them to test with; give 5 at least"
              .formatted(all.size()));
    }
    return tests;
  }

  private static ImageSource part(ImageSource all, long seed, int number) {
    long[] ids = all.ids();
    Subset part = Subset.split(seed, ids.length, 1 - TEST_SHARE, TEST_SHARE).get(number);
    return ImageSources.subset(
        all, LongStream.range(0, part.size()).map(i -> ids[(int) part.get(i)]).toArray());
  }

  /** The store of a name, with images put into it unless they are there. */
  private ImageSource filled(String name, List<String> labelNames, Stream<LabeledImage> images) {
    Path path = folder.resolve(backend.equals("hdf5") ? name + ".h5" : name);
    StoreOptions options = StoreOptions.builder().labelNames(labelNames).build();
    try (ImageStore store = ImageStores.open(backend, path, options);
        images) {
      if (store.size() == 0) {
        progress.note("Storing the images in " + path);
        store.putBatch(images);
      }
    }
    ImageSource source = ImageStores.open(path);
    open.add(source);
    return source;
  }

  @Override
  public void close() {
    open.forEach(ImageSource::close);
  }
}
