package io.imagestore.testkit;

import io.imagestore.Capability;
import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.Image;
import io.imagestore.ImageBatch;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.RepairPolicy;
import io.imagestore.RepairReport;
import io.imagestore.StoreNotFoundException;
import io.imagestore.StoreOptions;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.VerifyReport;
import io.imagestore.spi.ImageStoreProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Damages one store again and again, reads all of it each time, writes to it and repairs it. */
final class DamageCampaign {

  private static final ImageShape SMALL = new ImageShape(3, 5, 3);
  private static final ImageShape LARGE = new ImageShape(40, 40, 3);
  private static final int IMAGES = 300;
  private static final long STEP = 4; // so that a flipped bit can make an id that isn't there

  private final ImageStoreProvider provider;
  private final Path store;
  private final SplittableRandom random;
  private final Set<Capability> kinds;
  private final TreeMap<Long, LabeledImage> stored = new TreeMap<>();
  private final DamagedFiles files;
  private final Map<String, Integer> outcomes = new TreeMap<>();
  private final List<AssertionError> failures = new ArrayList<>();
  private int repairs;

  /** Images of which the store says that nothing can be said, for what names them is damaged. */
  private final Set<Long> untold = new HashSet<>();

  private DamageCampaign(ImageStoreProvider provider, Path store, boolean allKinds, long seed)
      throws IOException {
    this.provider = provider;
    this.store = store;
    this.random = new SplittableRandom(seed);
    try (ImageStore probe = provider.open(store.resolveSibling("probe"), StoreOptions.defaults())) {
      kinds = allKinds ? probe.info().capabilities() : Set.of();
    }
    try (ImageStore open = provider.open(store, StoreOptions.defaults())) {
      for (long i = 0; i < IMAGES; i++) {
        stored.put(i * STEP, image(i * STEP, 1));
      }
      open.putBatch(stored.values());
      Map<Long, LabeledImage> replaced = new TreeMap<>();
      for (int i = 0; i < 40; i++) {
        long id = random.nextInt(IMAGES) * STEP;
        replaced.put(id, image(id, 2 + i));
      }
      open.putBatch(replaced.values());
      stored.putAll(replaced);
      for (int i = 0; i < 6; i++) {
        change(open, stored, random.nextInt(IMAGES) * STEP, 100 + i);
        open.flush();
      }
    }
    this.files = new DamagedFiles(store, random);
  }

  /** Deletes an image or puts another. */
  private void change(ImageStore open, Map<Long, LabeledImage> model, long id, int seed) {
    if (random.nextInt(3) == 0) {
      open.delete(id);
      model.remove(id);
    } else {
      LabeledImage other = image(id, seed);
      open.put(other);
      model.put(id, other);
    }
  }

  /** Small and large, raw and encoded, with metadata, short or long, as far as that can be kept. */
  private LabeledImage image(long id, int seed) {
    boolean large = id % 7 == 0 && kinds.contains(Capability.MIXED_SHAPES);
    LabeledImage image = SampleImages.labeled(id, large ? LARGE : SMALL, seed);
    if (isEncoded(id)) {
      Image file = Image.encoded(image.image().bytes(), "avif", image.image().shape());
      image = new LabeledImage(id, file, image.label());
    }
    return kinds.contains(Capability.METADATA) && id % 3 == seed % 3
        ? image.withMetadata('"' + "seed %d ".formatted(seed).repeat(id % 5 == 0 ? 900 : 1) + '"')
        : image;
  }

  private boolean isEncoded(long id) {
    return id % 11 == 0 && kinds.contains(Capability.ENCODED);
  }

  /**
   * Runs.
   *
   * @param args provider class, store, "one kind" or "all kinds", trials, seed
   */
  public static void main(String[] args) throws IOException {
    DamageCampaign campaign =
        new DamageCampaign(
            Providers.named(args[0]),
            Path.of(args[1]),
            args[2].equals("all kinds"),
            Long.parseLong(args[4]));
    campaign.require(campaign.look().isEmpty(), "a sound store is called damaged");
    for (int trial = 0; trial < Integer.parseInt(args[3]); trial++) {
      campaign.files.restore();
      String where = "trial " + trial + ", " + campaign.files.damage();
      campaign.attempt("reading in " + where, campaign::read);
      if (campaign.files.areGone()) {
        continue; // opening it to write makes another
      }
      if (trial % 2 == 0) {
        campaign.attempt("writing in " + where, campaign::write);
      } else {
        campaign.attempt("repairing in " + where, campaign::repair);
      }
    }
    campaign.outcomes.forEach((outcome, count) -> System.out.println(outcome + ": " + count));
    campaign.requireNoFailure();
  }

  /** Throws the first failure, with the others, so that this process fails and shows them. */
  private void requireNoFailure() {
    if (!failures.isEmpty()) {
      AssertionError first = failures.get(0);
      failures.subList(1, failures.size()).forEach(first::addSuppressed);
      throw first;
    }
  }

  private interface Step {
    String run() throws IOException;
  }

  private void attempt(String where, Step step) throws IOException {
    String outcome;
    try {
      outcome = step.run();
    } catch (CorruptStoreException | UnsupportedStoreException | StoreNotFoundException e) {
      outcome = "told as a whole";
    } catch (RuntimeException | Error e) {
      failures.add(new AssertionError("WRONG in " + where, e));
      return;
    }
    outcomes.merge(outcome, 1, Integer::sum);
  }

  private void require(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalStateException(problem);
    }
  }

  // Reading.

  private String read() {
    return look().isEmpty() ? "harmless" : "told by image";
  }

  private Set<Long> look() {
    try (ImageSource open = provider.openReadOnly(store, StoreOptions.defaults())) {
      return look(open, stored);
    }
  }

  /** Reads in every way; gives what is told to be damaged. */
  private Set<Long> look(ImageSource open, Map<Long, LabeledImage> expected) {
    untold.clear();
    Set<Long> lost =
        expected.values().stream()
            .filter(image -> !isThere(open, image))
            .map(LabeledImage::id)
            .collect(Collectors.toSet());
    lookForStrangers(open, expected);
    lookAtABatch(open, expected, lost);
    lookAtTheStream(open, expected, lost);
    lookAtIds(open, expected, lost);
    verify(open, lost);
    salvage(open, expected, lost);
    return lost;
  }

  private boolean isThere(ImageSource open, LabeledImage expected) {
    try {
      require(open.get(expected.id()).equals(expected), "another image " + expected.id());
      require(open.label(expected.id()) == expected.label(), "another label");
      return true;
    } catch (CorruptImageException e) {
      return false;
    } catch (CorruptStoreException e) {
      untold.add(expected.id());
      return false;
    } catch (ImageNotFoundException e) {
      throw new IllegalStateException("image " + expected.id() + " is missing without a word", e);
    }
  }

  private void lookForStrangers(ImageSource open, Map<Long, LabeledImage> expected) {
    for (long id = 0; id < IMAGES * STEP; id += 1 + random.nextInt(40)) {
      if (!expected.containsKey(id)) {
        try {
          require(!open.contains(id), "image " + id + " was never stored");
        } catch (CorruptImageException | CorruptStoreException e) {
          // It may well be damaged.
        }
      }
    }
  }

  private void lookAtABatch(ImageSource open, Map<Long, LabeledImage> expected, Set<Long> lost) {
    long[] ids =
        expected.values().stream()
            .filter(image -> image.image().shape().equals(SMALL) && !image.image().isEncoded())
            .mapToLong(LabeledImage::id)
            .filter(id -> !lost.contains(id))
            .toArray();
    ImageBatch batch = ImageBatch.allocate(SMALL, ids.length);
    open.readBatch(ids, batch);
    for (int i = 0; i < ids.length; i++) {
      LabeledImage image = Objects.requireNonNull(expected.get(ids[i]));
      require(batch.image(i).equals(image.image()), "another image " + ids[i] + " in a batch");
      require(batch.label(i) == image.label(), "another label in a batch");
    }
  }

  private void lookAtTheStream(ImageSource open, Map<Long, LabeledImage> expected, Set<Long> lost) {
    try (Stream<LabeledImage> images = open.stream()) {
      Map<Long, LabeledImage> streamed =
          images.collect(Collectors.toMap(LabeledImage::id, image -> image));
      require(streamed.equals(expected), "the stream gives other images");
      require(lost.isEmpty(), "the stream gives all, though some are damaged");
    } catch (CorruptImageException | CorruptStoreException e) {
      // Told.
    }
  }

  private void lookAtIds(ImageSource open, Map<Long, LabeledImage> expected, Set<Long> lost) {
    try {
      Set<Long> ids = Arrays.stream(open.ids()).boxed().collect(Collectors.toSet());
      require(ids.equals(expected.keySet()), "other ids");
      require(open.size() == expected.size(), "another size: " + open.size());
    } catch (CorruptImageException e) {
      // An id that was never stored may be left of an image that was put again meanwhile.
      require(
          !lost.isEmpty() || !expected.containsKey(e.id()),
          "no ids, though all images can be read: " + e.getMessage());
    } catch (CorruptStoreException e) {
      // Told.
    }
  }

  private void verify(ImageSource open, Set<Long> lost) {
    VerifyReport report = open.verify();
    requireTold(
        "verify", Arrays.stream(report.damagedIds()).boxed().collect(Collectors.toSet()), lost);
    require(lost.isEmpty() || !report.isClean(), "verify finds nothing");
  }

  private void requireTold(String by, Set<Long> named, Set<Long> lost) {
    Set<Long> missing = new HashSet<>(lost);
    missing.removeAll(untold);
    missing.removeAll(named);
    require(missing.isEmpty(), by + " doesn't name what can't be read: " + missing);
  }

  /** A stream that leaves out what is damaged gives all the rest, or says that it can't. */
  private void salvage(ImageSource open, Map<Long, LabeledImage> expected, Set<Long> lost) {
    TreeMap<Long, LabeledImage> whole = new TreeMap<>(expected);
    whole.keySet().removeAll(lost);
    TreeMap<Long, LabeledImage> salvaged = new TreeMap<>();
    Set<Long> leftOut = new HashSet<>();
    try (Stream<LabeledImage> images = open.stream(damaged -> leftOut.add(damaged.id()))) {
      images.forEach(image -> salvaged.put(image.id(), image));
      require(salvaged.equals(whole), "not all that is whole is salvaged");
      requireTold("a stream of what is whole", leftOut, lost);
      require(lost.isEmpty() || !leftOut.isEmpty(), "a stream of what is whole tells nothing");
    } catch (CorruptStoreException e) {
      require(whole.entrySet().containsAll(salvaged.entrySet()), "another image is salvaged");
    }
  }

  // Writing.

  /** Writes to what is damaged, and looks whether that has made anything wrong. */
  private String write() throws IOException {
    TreeMap<Long, LabeledImage> model = new TreeMap<>(stored);
    int refused = 0;
    try (ImageStore open = provider.open(store, StoreOptions.defaults())) {
      for (int i = 0; i < 12; i++) {
        try {
          change(open, model, random.nextInt(IMAGES + 20) * STEP, 1000 + i);
        } catch (CorruptImageException | CorruptStoreException e) {
          refused++;
        }
      }
    }
    try (ImageSource open = provider.openReadOnly(store, StoreOptions.defaults())) {
      look(open, model);
    }
    return refused == 0 ? "written" : "written in part";
  }

  // Repairing.

  /**
   * Repairs what is damaged, and looks whether all else is as it was, now and when opened again.
   */
  private String repair() throws IOException {
    Set<Long> lost = look();
    Set<Long> named = new HashSet<>(lost);
    named.removeAll(untold);
    RepairReport report;
    ImageStore open;
    try {
      open = provider.open(store, StoreOptions.defaults());
    } catch (CorruptStoreException | UnsupportedStoreException e) {
      return "not opened to repair";
    }
    Map<Long, LabeledImage> model;
    try (open) {
      try {
        report = open.repair(RepairPolicy.dropDamaged().layingAsideIn(aside()));
      } catch (CorruptStoreException | UnsupportedStoreException e) {
        return "not repaired";
      }
      Set<Long> dropped = Arrays.stream(report.droppedIds()).boxed().collect(Collectors.toSet());
      for (long id : dropped) {
        require(lost.contains(id) || !stored.containsKey(id), "dropped though whole: " + id);
      }
      model = leftBy(open, report, lost);
      if (report.storeProblems().isEmpty()) {
        named.removeAll(dropped);
        named.removeAll(model.keySet());
        require(named.isEmpty(), "gone, but not called dropped: " + named);
      }
      lookAfter(open, report, model, lost);
    } catch (CorruptStoreException | UnsupportedStoreException e) {
      throw new IllegalStateException("damaged after the repair", e);
    }
    try (ImageSource again = provider.openReadOnly(store, StoreOptions.defaults())) {
      lookAfter(again, report, model, lost);
    } catch (CorruptStoreException | UnsupportedStoreException | StoreNotFoundException e) {
      throw new IllegalStateException("damaged when opened after the repair", e);
    }
    if (!report.storeProblems().isEmpty()) {
      return "repaired in part";
    }
    return report.wasClean() ? "nothing to repair" : "repaired";
  }

  private Path aside() {
    return store.resolveSibling("aside-" + repairs++);
  }

  /** What a store should hold: all that was whole, and what was lost if the repair has found it. */
  private Map<Long, LabeledImage> leftBy(ImageSource open, RepairReport report, Set<Long> lost) {
    TreeMap<Long, LabeledImage> left = new TreeMap<>(stored);
    for (long id : lost) {
      if (!isListed(open, id, report)) {
        left.remove(id);
      }
    }
    return left;
  }

  private boolean isListed(ImageSource open, long id, RepairReport report) {
    try {
      return open.contains(id);
    } catch (CorruptImageException | CorruptStoreException e) {
      require(!report.storeProblems().isEmpty(), "damaged after the repair: " + e.getMessage());
      return true;
    }
  }

  /** After a repair in part some is still damaged, but nothing that was whole. */
  private void lookAfter(
      ImageSource open, RepairReport report, Map<Long, LabeledImage> model, Set<Long> lost) {
    Set<Long> stillLost = look(open, model);
    if (report.storeProblems().isEmpty()) {
      require(stillLost.isEmpty(), "damaged after the repair: " + stillLost);
      requireWhole(open, model);
    } else {
      require(lost.containsAll(stillLost), "damaged by the repair: " + stillLost);
    }
  }

  /** Forgives nothing. */
  private void requireWhole(ImageSource open, Map<Long, LabeledImage> model) {
    VerifyReport verified = open.verify();
    require(verified.isClean(), "not clean after the repair: " + verified);
    try {
      require(
          Arrays.stream(open.ids()).boxed().toList().equals(List.copyOf(model.keySet())),
          "other ids after the repair");
      require(
          ImageStoreContract.all(open).equals(List.copyOf(model.values())),
          "the stream gives other images after the repair");
    } catch (CorruptImageException e) {
      throw new IllegalStateException("damaged after the repair", e);
    }
  }
}
