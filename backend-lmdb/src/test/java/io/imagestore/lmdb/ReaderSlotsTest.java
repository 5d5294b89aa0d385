package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.ImageShape;
import io.imagestore.ImageStoreException;
import io.imagestore.OpenMode;
import io.imagestore.testkit.ChildJvm;
import io.imagestore.testkit.SampleImages;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReaderSlotsTest {

  private static final ImageShape SHAPE = new ImageShape(32, 32, 3);
  private static final LmdbOptions TWO_READERS = LmdbOptions.builder().maxReaders(2).build();

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("store");
  }

  @Test
  void moreThreadsThanSlotsTakeTurns() throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try (LmdbImageStore store = LmdbImageStore.open(path(), TWO_READERS)) {
      store.putBatch(SampleImages.list(0, 50, SHAPE, 1));
      CountDownLatch start = new CountDownLatch(16);
      List<Future<?>> readers = new ArrayList<>();
      for (int thread = 0; thread < 16; thread++) {
        readers.add(
            threads.submit(
                () -> {
                  start.countDown();
                  start.await();
                  for (int id = 0; id < 50; id++) {
                    assertThat(store.get(id)).isEqualTo(SampleImages.labeled(id, SHAPE, 1));
                  }
                  return null;
                }));
      }
      for (Future<?> reader : readers) {
        reader.get();
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void slotsTakenByOtherProcessesAreNamedAsTheReason() {
    try (LmdbImageStore store = LmdbImageStore.open(path(), TWO_READERS);
        ChildJvm first = ChildJvm.start(List.of(), Reader.class, path())) {
      store.put(1, SampleImages.noise(SHAPE, 1), 1);
      assertThat(first.readLine()).isEqualTo("reading");

      try (ChildJvm second = ChildJvm.start(List.of(), Reader.class, path())) {
        assertThat(second.readLine()).contains("ImageStoreException").contains("maxReaders");
      }
    }
  }

  @Test
  void theSlotOfAReaderThatDiedIsUsedAgain() {
    try (LmdbImageStore store = LmdbImageStore.open(path(), TWO_READERS)) {
      store.put(1, SampleImages.noise(SHAPE, 1), 1);
      for (int death = 0; death < 3; death++) {
        try (ChildJvm reader = ChildJvm.start(List.of(), Reader.class, path())) {
          assertThat(reader.readLine()).isEqualTo("reading");
          reader.kill();
        }
      }
    }
  }

  /** Holds a slot until it is killed. */
  static final class Reader {
    public static void main(String[] args) throws InterruptedException {
      LmdbOptions options = LmdbOptions.builder().mode(OpenMode.READ_ONLY).maxReaders(2).build();
      try (LmdbImageStore store = LmdbImageStore.open(Path.of(args[0]), options)) {
        store.size();
        System.out.println("reading");
        new CountDownLatch(1).await();
      } catch (ImageStoreException e) {
        System.out.println(e);
      }
    }
  }
}
