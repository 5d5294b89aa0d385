package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.Durability;
import io.imagestore.Image;
import io.imagestore.ImageBatch;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.VerifyReport;
import io.imagestore.testkit.ChildJvm;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damages a store's data file at random places, then reads all of it and writes to it, in a child
 * JVM, for damage must not end a process. Run it for long with {@code -Dtrials=5000}, and again as
 * it was with the {@code -Dseed} that it prints.
 */
final class DamageCampaignTest {

  private static final int TRIALS = Integer.getInteger("trials", 300);
  private static final long SEED = Long.getLong("seed", System.nanoTime());

  @TempDir Path folder;

  @Test
  void noDamageGivesWhatWasNeverStoredOrHidesWhatWasOrEndsTheProcess() {
    String start = TRIALS + " trials with -Dseed=" + SEED;
    try (ChildJvm child =
        ChildJvm.start(
            List.of("-Xmx256m"), Campaign.class, folder.resolve("store"), TRIALS, SEED)) {
      List<String> lines = child.succeed();

      System.out.println(start + ": " + String.join(", ", lines));
      assertThat(lines).as(start).noneMatch(line -> line.startsWith("WRONG"));
      assertThat(lines).as(start).anyMatch(line -> line.startsWith("told"));
    }
  }

  /** One store, damaged again and again. */
  static final class Campaign {

    private static final LmdbOptions WITHOUT_WAITING =
        LmdbOptions.builder().durability(Durability.FLUSH).build();
    private static final ImageShape SMALL = new ImageShape(3, 5, 3);
    private static final int IMAGES = 900;
    private static final long STEP = 4; // so that a flipped bit can make an id that isn't there

    private final Path store;
    private final SplittableRandom random;
    private final Map<Long, LabeledImage> stored = new HashMap<>();
    private final byte[] whole;
    private final Map<String, Integer> outcomes = new TreeMap<>();

    Campaign(Path store, long seed) throws IOException {
      this.store = store;
      this.random = new SplittableRandom(seed);
      try (ImageStore open = LmdbImageStore.open(store)) {
        for (int i = 0; i < IMAGES; i++) {
          stored.put(i * STEP, image(i * STEP, 1));
        }
        open.putBatch(stored.values());
        for (int i = 0; i < 60; i++) {
          long id = random.nextInt(IMAGES) * STEP;
          if (random.nextBoolean()) {
            open.delete(id);
            stored.remove(id);
          } else {
            LabeledImage other = image(id, 2 + i);
            open.put(other);
            stored.put(id, other);
          }
        }
      }
      this.whole = Files.readAllBytes(data());
    }

    /**
     * Small ones, of which many fit on a page, and some that take pages of their own; raw ones and
     * encoded ones; with metadata, short or long, and without.
     */
    private static LabeledImage image(long id, int seed) {
      ImageShape shape = id % 7 == 0 ? new ImageShape(40, 40, 3) : SMALL;
      LabeledImage image = SampleImages.labeled(id, shape, seed);
      if (isEncoded(id)) {
        Image file = Image.encoded(image.image().bytes(), "avif", shape);
        image = new LabeledImage(id, file, image.label());
      }
      if (id % 3 != seed % 3) {
        return image;
      }
      return image.withMetadata(
          '"' + "seed %d ".formatted(seed).repeat(id % 5 == 0 ? 900 : 1) + '"');
    }

    private static boolean isEncoded(long id) {
      return id % 11 == 0;
    }

    private Path data() {
      return store.resolve(DataFile.NAME);
    }

    public static void main(String[] args) throws IOException {
      Campaign campaign = new Campaign(Path.of(args[0]), Long.parseLong(args[2]));
      campaign.require(campaign.look("no damage").isEmpty(), "a sound store is called damaged");
      for (int trial = 0; trial < Integer.parseInt(args[1]); trial++) {
        campaign.run(trial);
      }
      campaign.outcomes.forEach((outcome, count) -> System.out.println(outcome + ": " + count));
    }

    private void run(int trial) throws IOException {
      String what = damage();
      String where = "trial " + trial + ", " + what;
      try {
        Set<Long> lost = look(where);
        outcomes.merge(lost.isEmpty() ? "harmless" : "told by image", 1, Integer::sum);
      } catch (CorruptStoreException | UnsupportedStoreException e) {
        outcomes.merge("told as a whole", 1, Integer::sum);
      } catch (IllegalStateException e) {
        System.out.println("WRONG in " + where + ": " + e.getMessage());
      } catch (RuntimeException | Error e) {
        System.out.println("WRONG in " + where + ": " + e);
        e.printStackTrace(System.out);
      }
      if (random.nextBoolean()) {
        writeTo(where);
      }
    }

    private void writeTo(String where) {
      try {
        write(where);
      } catch (IllegalStateException e) {
        System.out.println("WRONG after writing in " + where + ": " + e.getMessage());
      } catch (ImageStoreException e) {
        outcomes.merge("refused to write", 1, Integer::sum);
      } catch (RuntimeException | Error e) {
        System.out.println("WRONG in writing in " + where + ": " + e);
        e.printStackTrace(System.out);
      }
    }

    private String damage() throws IOException {
      byte[] bytes = whole.clone();
      int at = random.nextInt(bytes.length);
      int kind = random.nextInt(4);
      int length = Math.min(bytes.length - at, 512 << random.nextInt(5));
      String what;
      if (kind < 2) {
        int bit = random.nextInt(8);
        bytes[at] ^= (byte) (1 << bit);
        what = "bit " + bit + " of byte " + at;
      } else if (kind == 2) {
        Arrays.fill(bytes, at, at + length, (byte) 0);
        what = length + " bytes zeroed at " + at;
      } else {
        int from = random.nextInt(bytes.length - length + 1);
        if (random.nextBoolean()) {
          from &= -4096; // whole pages
          at &= -4096;
        }
        System.arraycopy(whole, from, bytes, at, length);
        what = length + " bytes of " + from + " at " + at;
      }
      Files.write(data(), bytes);
      return what;
    }

    private void require(boolean holds, String problem) {
      if (!holds) {
        throw new IllegalStateException(problem);
      }
    }

    /** Reads in every way; gives what is told to be damaged. */
    private Set<Long> look(String where) {
      try (ImageSource open = LmdbImageStore.openReadOnly(store)) {
        Set<Long> lost = new HashSet<>();
        for (LabeledImage expected : stored.values()) {
          if (!isThere(open, expected)) {
            lost.add(expected.id());
          }
        }
        lookForStrangers(open);
        lookAtBatches(open, lost);
        Set<Long> named = named(open);
        if (named != null) {
          require(
              named.containsAll(lost),
              "verify names " + named + ", but can't be read: " + lost + " (" + where + ")");
        }
        listIds(open, lost);
        salvage(open, lost);
        return lost;
      }
    }

    private boolean isThere(ImageSource open, LabeledImage expected) {
      try {
        require(open.get(expected.id()).equals(expected), "another image " + expected.id());
        require(open.label(expected.id()) == expected.label(), "another label");
        return true;
      } catch (CorruptImageException | CorruptStoreException e) {
        return false;
      } catch (ImageNotFoundException e) {
        throw new IllegalStateException("image " + expected.id() + " is missing without a word", e);
      }
    }

    private void lookForStrangers(ImageSource open) {
      for (long id = 0; id < IMAGES * STEP; id += 1 + random.nextInt(40)) {
        if (!stored.containsKey(id)) {
          try {
            require(!open.contains(id), "image " + id + " was never stored");
          } catch (CorruptImageException | CorruptStoreException e) {
            // it may well be damaged
          }
        }
      }
    }

    private void lookAtBatches(ImageSource open, Set<Long> lost) {
      long[] ids =
          stored.keySet().stream()
              .filter(id -> id % 7 != 0 && !isEncoded(id) && !lost.contains(id))
              .mapToLong(id -> id)
              .toArray();
      ImageBatch batch = ImageBatch.allocate(SMALL, ids.length);
      open.readBatch(ids, batch);
      for (int i = 0; i < ids.length; i++) {
        Image expected = stored.get(ids[i]).image();
        require(batch.image(i).equals(expected), "another image " + ids[i] + " in a batch");
        require(batch.label(i) == stored.get(ids[i]).label(), "another label in a batch");
      }
      try (Stream<LabeledImage> images = open.stream()) {
        Map<Long, LabeledImage> streamed =
            images.collect(Collectors.toMap(LabeledImage::id, image -> image));
        require(streamed.equals(stored), "the stream gives other images");
        require(lost.isEmpty(), "the stream gives all, though some are damaged");
      } catch (CorruptImageException | CorruptStoreException e) {
        // told
      }
    }

    /** Null if verify says that there are images whose ids are lost. */
    private static Set<Long> named(ImageSource open) {
      VerifyReport report = open.verify();
      return report.storeProblems().stream().anyMatch(problem -> problem.contains("are lost"))
          ? null
          : Arrays.stream(report.damagedIds()).boxed().collect(Collectors.toSet());
    }

    /** A stream that leaves out what is damaged gives all the rest, and says if it can't. */
    private void salvage(ImageSource open, Set<Long> lost) {
      Map<Long, LabeledImage> whole = new HashMap<>(stored);
      whole.keySet().removeAll(lost);
      Map<Long, LabeledImage> salvaged = new HashMap<>();
      Set<Long> leftOut = new HashSet<>();
      try (Stream<LabeledImage> images = open.stream(damaged -> leftOut.add(damaged.id()))) {
        images.forEach(image -> salvaged.put(image.id(), image));
        require(salvaged.equals(whole), "not all that is whole is salvaged");
        require(leftOut.containsAll(lost), "what was left out isn't told");
      } catch (CorruptStoreException e) {
        require(stored.entrySet().containsAll(salvaged.entrySet()), "another image is salvaged");
      }
    }

    private void listIds(ImageSource open, Set<Long> lost) {
      try {
        Set<Long> ids = Arrays.stream(open.ids()).boxed().collect(Collectors.toSet());
        require(ids.equals(stored.keySet()), "other ids: " + difference(ids));
      } catch (CorruptImageException | CorruptStoreException e) {
        require(
            !lost.isEmpty() || e instanceof CorruptStoreException,
            "no ids, though all images can be read: " + e.getMessage());
      }
      try {
        require(open.size() == stored.size(), "another size: " + open.size());
      } catch (CorruptStoreException e) {
        // told
      }
    }

    private Set<Long> difference(Set<Long> ids) {
      Set<Long> difference = new HashSet<>(ids);
      difference.removeAll(stored.keySet());
      Set<Long> missing = new HashSet<>(stored.keySet());
      missing.removeAll(ids);
      difference.addAll(missing);
      return difference;
    }

    /** Writes to what is damaged, and looks whether that has made anything wrong. */
    private void write(String where) {
      Map<Long, LabeledImage> before = Map.copyOf(stored);
      try {
        writeAnything();
        look(where + ", written");
      } catch (CorruptStoreException | UnsupportedStoreException e) {
        outcomes.merge("refused to write", 1, Integer::sum);
      } finally {
        stored.clear();
        stored.putAll(before);
      }
    }

    private void writeAnything() {
      try (ImageStore open = LmdbImageStore.open(store, WITHOUT_WAITING)) {
        for (int i = 0; i < 12; i++) {
          long id = random.nextInt(IMAGES + 20) * STEP;
          LabeledImage image = image(id, 1000 + i);
          try {
            if (random.nextInt(3) == 0) {
              open.delete(id);
              stored.remove(id);
            } else {
              open.put(image);
              stored.put(id, image);
            }
          } catch (CorruptImageException | CorruptStoreException e) {
            outcomes.merge("refused a write", 1, Integer::sum);
          }
        }
        outcomes.merge("written", 1, Integer::sum);
      }
    }
  }
}
