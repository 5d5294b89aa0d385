package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.StoreOptions;
import io.imagestore.spi.ImageStoreProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a store keeps to that other processes read while it is written: they open and close it all
 * the time, and are killed at random moments. A backend's test extends this class if its stores
 * have {@link io.imagestore.Capability#READ_BY_OTHER_PROCESSES}.
 *
 * <p>{@code -Dseconds=600} makes it last longer, and {@code -Dseed} with the number that is printed
 * writes and reads the same again.
 */
@Timeout(7200)
public abstract class ReadersContract {

  private static final int SECONDS = Integer.getInteger("seconds", 3);
  private static final long SEED = Long.getLong("seed", System.nanoTime());
  private static final int READERS = 4;
  private static final int MOST_MILLIS_TO_LIVE = 2000;
  private static final Duration BLOCKED = Duration.ofSeconds(30);

  @TempDir Path folder;

  /** For subclasses. */
  protected ReadersContract() {}

  /**
   * The backend under test.
   *
   * @return a public class with a public constructor without parameters
   */
  protected abstract ImageStoreProvider provider();

  private Path path() {
    return folder.resolve("store");
  }

  @Test
  void readersOfOtherProcessesSeeOneCommitEachAndLeaveNothingBehindWhenTheyAreKilled()
      throws Exception {
    System.out.println(SECONDS + " seconds with -Dseed=" + SEED); // before it can fail
    SplittableRandom random = new SplittableRandom(SEED);
    Writer writer = new Writer(random.split());
    writer.begin();
    ExecutorService threads = Executors.newFixedThreadPool(READERS);
    try {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      List<Future<Integer>> readers = new ArrayList<>();
      for (int reader = 0; reader < READERS; reader++) {
        SplittableRandom own = random.split();
        readers.add(threads.submit(() -> killReadersUntil(end, own)));
      }
      while (!readers.stream().allMatch(Future::isDone)) {
        writer.openAndWrite();
      }
      int killed = 0;
      for (Future<Integer> reader : readers) {
        killed += reader.get();
      }
      writer.openAndWrite(); // with nobody else there
      System.out.println(writer + ", " + killed + " readers killed");
      assertThat(writer.openings).as("openings to write").isGreaterThan(1);
    } finally {
      threads.shutdown();
    }
  }

  private int killReadersUntil(long end, SplittableRandom random) {
    int killed = 0;
    do {
      try (ChildJvm reader =
          ChildJvm.start(
              List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
              KilledReader.class,
              provider().getClass().getName(),
              path(),
              random.nextLong())) {
        assertThat(reader.readLine()).isEqualTo("read");
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(MOST_MILLIS_TO_LIVE)));
        assertThat(reader.readLine()).as("after more than one opening").isEqualTo("read");
        assertThat(reader.kill()).as("what was wrong").allMatch("read"::startsWith);
        killed++;
      }
    } while (System.nanoTime() < end);
    return killed;
  }

  /** Writes groups and single images, and closes and opens the store now and then. */
  private final class Writer {
    /** Far more than a store needs that uses its space again, far less than all that is written. */
    private final long mostBytes = 40 * ImageGroups.bytes();

    private final SplittableRandom random;
    private final TreeMap<Long, LabeledImage> model = new TreeMap<>();
    private int version;
    private int openings;
    private long largest;

    Writer(SplittableRandom random) {
      this.random = random;
    }

    void begin() {
      try (ImageStore store = provider().open(path(), StoreOptions.defaults())) {
        for (int group = 0; group < ImageGroups.GROUPS; group++) {
          put(store, ImageGroups.images(group, version++));
        }
      }
    }

    void openAndWrite() {
      openings++;
      try (ImageStore store = provider().open(path(), StoreOptions.defaults())) {
        for (int writes = random.nextInt(500); writes > 0; writes--) {
          long begun = System.nanoTime();
          write(store);
          assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(BLOCKED);
        }
        largest = Math.max(largest, store.info().bytesOnDisk());
        assertThat(largest).isLessThan(mostBytes);
        assertThat(ImageStoreContract.all(store)).isEqualTo(new ArrayList<>(model.values()));
        assertThat(store.verify().isClean()).isTrue();
      }
    }

    private void write(ImageStore store) {
      version++;
      long single = ImageGroups.FIRST_SINGLE + random.nextInt(ImageGroups.SINGLES);
      switch (random.nextInt(8)) {
        case 0 -> store.flush();
        case 1, 2 -> {
          store.delete(single);
          model.remove(single);
        }
        case 3, 4 -> {
          LabeledImage image = ImageGroups.image(single, version);
          store.put(image);
          model.put(single, image);
        }
        default -> put(store, ImageGroups.images(random.nextInt(ImageGroups.GROUPS), version));
      }
    }

    private void put(ImageStore store, List<LabeledImage> images) {
      store.putBatch(images);
      images.forEach(image -> model.put(image.id(), image));
    }

    @Override
    public String toString() {
      return version + " writes in " + openings + " openings, at most " + largest + " bytes";
    }
  }
}
