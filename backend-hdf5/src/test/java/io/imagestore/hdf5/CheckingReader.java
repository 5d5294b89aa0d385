package io.imagestore.hdf5;

import io.imagestore.ImageBatch;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageSource;
import io.imagestore.LabeledImage;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;

/** Opens a store to read, checks what a {@link ChangingWriter} promises, closes it, and so on. */
final class CheckingReader {

  private final SplittableRandom random;
  private long reads;

  private CheckingReader(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** The arguments are the store's path, a seed and how many milliseconds to go on. */
  public static void main(String[] arguments) {
    long end = System.nanoTime() + Long.parseLong(arguments[2]) * 1_000_000;
    CheckingReader reader = new CheckingReader(Long.parseLong(arguments[1]));
    int openings = 0;
    while (System.nanoTime() < end || reader.reads == 0) { // a busy machine may be late
      // Without checksums, so that nothing but what is promised of reading can save it.
      Hdf5Options options =
          Hdf5Options.builder().verifyChecksums(reader.random.nextBoolean()).build();
      try (ImageSource store = Hdf5ImageStore.openReadOnly(Path.of(arguments[0]), options)) {
        openings++;
        reader.read(store, end);
      }
    }
    System.out.println(openings + " openings, " + reader.reads + " reads");
  }

  private void read(ImageSource store, long end) {
    int count = random.nextInt(4) == 0 ? 2000 : random.nextInt(100);
    for (int i = 0; i < count && (System.nanoTime() < end || reads == 0); i++) {
      if (random.nextInt(50) == 0) {
        checkIds(store.ids());
      } else if (random.nextBoolean()) {
        checkGroup(store, random.nextInt(ChangingWriter.GROUPS));
      } else {
        checkOne(store, randomId());
      }
      reads++;
    }
  }

  private long randomId() {
    return random.nextBoolean()
        ? random.nextInt(ChangingWriter.GROUPS * ChangingWriter.GROUP)
        : ChangingWriter.SINGLE + random.nextInt(ChangingWriter.SINGLES);
  }

  private static void checkIds(long[] ids) {
    for (long id : ids) {
      boolean ofAGroup = id >= 0 && id < ChangingWriter.GROUPS * ChangingWriter.GROUP;
      boolean alone =
          id >= ChangingWriter.SINGLE && id < ChangingWriter.SINGLE + ChangingWriter.SINGLES;
      require(ofAGroup || alone, "id " + id + " was never stored");
    }
  }

  private static void checkOne(ImageSource store, long id) {
    Optional<LabeledImage> found = store.find(id);
    found.ifPresent(
        image -> {
          check(image.id(), image.label(), image.image());
          checkMetadata(image);
        });
  }

  private static void checkMetadata(LabeledImage image) {
    Optional<String> expected =
        ChangingWriter.hasMetadata(image.label())
            ? Optional.of(ChangingWriter.metadataOf(image.id(), image.label()))
            : Optional.empty();
    require(
        image.metadata().equals(expected),
        "image " + image.id() + " has metadata that was never stored with it");
  }

  private static void checkGroup(ImageSource store, int number) {
    long[] ids = new long[ChangingWriter.GROUP];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (long) number * ids.length + i;
    }
    ImageBatch batch;
    try {
      batch = store.readBatch(ids);
    } catch (ImageNotFoundException e) {
      require(!store.contains(ids[0]) || store.contains(e.id()), "a part of group " + number);
      return;
    }
    for (int i = 0; i < ids.length; i++) {
      require(batch.label(i) == batch.label(0), "a mixture of states in group " + number);
      check(ids[i], batch.label(i), batch.image(i));
    }
  }

  private static void check(long id, int label, Object image) {
    require(
        image.equals(ChangingWriter.imageOf(id, label)),
        "image " + id + " with label " + label + " has pixels that were never stored with it");
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }
}
