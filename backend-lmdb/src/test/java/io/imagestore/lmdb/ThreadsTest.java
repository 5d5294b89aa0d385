package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.testkit.SampleImages;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ThreadsTest {

  private static final ImageShape SHAPE = new ImageShape(32, 32, 3);

  @TempDir Path folder;

  @AfterEach
  void forgetTheInterrupt() {
    Thread.interrupted();
  }

  @Test
  void manyVirtualThreadsReadAndWrite() throws Exception {
    ExecutorService threads = oneThreadATask();
    try (ImageStore store = LmdbImageStore.open(folder.resolve("store"))) {
      List<Future<?>> done = new ArrayList<>();
      for (int thread = 0; thread < 200; thread++) {
        int id = thread;
        done.add(
            threads.submit(
                () -> {
                  store.put(id, SampleImages.noise(SHAPE, id), id);
                  store.putBatch(SampleImages.stream(1000 + 2L * id, 2, SHAPE, 1));
                  assertThat(store.get(id).image()).isEqualTo(SampleImages.noise(SHAPE, id));
                  return store.readBatch(1000 + 2L * id, 1).image(0);
                }));
      }
      for (Future<?> one : done) {
        one.get();
      }
      assertThat(store.size()).isEqualTo(600);
      assertThat(store.verify().isClean()).isTrue();
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void anInterruptedThreadReadsWritesAndStaysInterrupted() {
    Thread.currentThread().interrupt();
    try (ImageStore store = LmdbImageStore.open(folder.resolve("store"))) {
      store.putBatch(SampleImages.list(0, 5, SHAPE, 1));

      assertThat(store.get(3)).isEqualTo(SampleImages.labeled(3, SHAPE, 1));
    }
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
  }

  /** Virtual threads where the JVM has them, else as many platform threads. */
  private static ExecutorService oneThreadATask() throws ReflectiveOperationException {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (NoSuchMethodException e) {
      return Executors.newCachedThreadPool();
    }
  }
}
