package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.Durability;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.StoreClosedException;
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

/** Stores of one environment that are opened, flushed and closed by many threads at once. */
final class ClosingTest {

  private static final ImageShape SHAPE = new ImageShape(32, 32, 3);
  private static final LmdbOptions SMALL_MAP_WITHOUT_WAITING =
      LmdbOptions.builder().durability(Durability.FLUSH).mapSizeBytes(1 << 17).build();

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("store");
  }

  @Test
  void aFlushBesideCloseAndBesideAMapThatGrowsEndsOrTellsOfTheClosedStore()
      throws InterruptedException, ExecutionException {
    for (int turn = 0; turn < 10; turn++) {
      ImageStore store =
          LmdbImageStore.open(folder.resolve("store-" + turn), SMALL_MAP_WITHOUT_WAITING);
      store.putBatch(SampleImages.list(0, 20, SHAPE, 1));
      int images = turn;
      inThreads(
          4,
          thread -> {
            try {
              for (int i = 0; i < 40; i++) {
                store.put(20 + thread * 40 + i, SampleImages.noise(SHAPE, i), i);
                store.flush();
                assertThat(store.get(i % 20)).isEqualTo(SampleImages.labeled(i % 20, SHAPE, 1));
                if (thread == 0 && i == images * 4) {
                  store.close();
                }
              }
            } catch (StoreClosedException e) {
              assertThat(e).hasMessageContaining("store-" + images);
            }
          });
      store.close();
    }
  }

  @Test
  void readersComeAndGoWhileWritersComeAndGo() throws InterruptedException, ExecutionException {
    LmdbImageStore.open(path()).close();
    inThreads(
        4,
        thread -> {
          for (int turn = 0; turn < 25; turn++) {
            if (thread == 0) {
              try (ImageStore writer = LmdbImageStore.open(path(), SMALL_MAP_WITHOUT_WAITING)) {
                writer.putBatch(SampleImages.list(turn * 10L, 10, SHAPE, 1));
              }
            } else {
              try (ImageSource reader = LmdbImageStore.openReadOnly(path())) {
                long size = reader.size();
                assertThat(size % 10).isZero();
                if (size > 0) {
                  assertThat(reader.get(size - 1))
                      .isEqualTo(SampleImages.labeled(size - 1, SHAPE, 1));
                }
              }
            }
          }
        });
    try (ImageSource store = LmdbImageStore.openReadOnly(path())) {
      assertThat(store.stream().toList()).isEqualTo(SampleImages.list(0, 250, SHAPE, 1));
    }
  }

  private interface Task {
    void run(int thread);
  }

  private static void inThreads(int count, Task task)
      throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(count);
    try {
      CountDownLatch start = new CountDownLatch(count);
      List<Future<?>> ends = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int thread = i;
        ends.add(
            threads.submit(
                () -> {
                  start.countDown();
                  start.await();
                  task.run(thread);
                  return null;
                }));
      }
      for (Future<?> end : ends) {
        end.get();
      }
    } finally {
      threads.shutdown();
    }
  }
}
