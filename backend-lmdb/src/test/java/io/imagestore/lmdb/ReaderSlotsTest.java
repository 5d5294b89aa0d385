package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.Durability;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.StoreFullException;
import io.imagestore.testkit.ChildJvm;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.file.Files;
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
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.Txn;

final class ReaderSlotsTest {

  private static final ImageShape SHAPE = new ImageShape(32, 32, 3);
  private static final LmdbOptions TWO_READERS = LmdbOptions.builder().maxReaders(2).build();

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("store");
  }

  @Test
  void manyThreadsReadThroughTwoSlotsWhileTheStoreIsWritten()
      throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try (ImageStore store = LmdbImageStore.open(path(), TWO_READERS)) {
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
      for (LabeledImage image : SampleImages.list(50, 50, SHAPE, 1)) {
        store.put(image.id(), image.image(), image.label());
      }
      for (Future<?> reader : readers) {
        reader.get();
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void slotsTakenByOtherProcessesAreNamedAsTheReasonWhyNobodyCanWrite() {
    LmdbImageStore.open(path(), TWO_READERS).close();
    try (ChildJvm other = ChildJvm.start(List.of(), OtherProgram.class, path())) {
      assertThat(other.readLine()).isEqualTo("reading");

      assertThatExceptionOfType(ImageStoreException.class)
          .isThrownBy(() -> LmdbImageStore.open(path(), TWO_READERS))
          .withMessageContaining("taken by other processes")
          .withMessageContaining("maxReaders");

      other.kill();
    }
    LmdbImageStore.open(path(), TWO_READERS).close();
  }

  @Test
  void whatAReaderHeldThatWasKilledIsUsedAgainWhileTheStoreStaysOpen() throws IOException {
    List<LabeledImage> images = SampleImages.list(0, 20, SHAPE, 1);
    LmdbOptions options = LmdbOptions.builder().durability(Durability.FLUSH).build();
    try (ImageStore store = LmdbImageStore.open(path(), options)) {
      store.putBatch(images);
      killAReader();
      store.putBatch(images);
      long length = Files.size(path().resolve(DataFile.NAME));

      for (int round = 0; round < 40; round++) {
        store.putBatch(images);
      }

      assertThat(Files.size(path().resolve(DataFile.NAME))).isLessThan(4 * length);
    }
  }

  @Test
  void aFullMapHasRoomAgainOnceAReaderIsKilled() {
    List<LabeledImage> images = SampleImages.list(0, 20, SHAPE, 1);
    LmdbOptions options =
        LmdbOptions.builder()
            .durability(Durability.FLUSH)
            .mapSizeBytes(1 << 20)
            .maxMapSizeBytes(1 << 20)
            .build();
    try (ImageStore store = LmdbImageStore.open(path(), options);
        ChildJvm other = ChildJvm.start(List.of(), OtherProgram.class, path())) {
      store.putBatch(images);
      assertThat(other.readLine()).isEqualTo("reading");
      assertThatExceptionOfType(StoreFullException.class)
          .isThrownBy(
              () -> {
                while (true) {
                  store.putBatch(images);
                }
              });

      other.kill();

      store.putBatch(images);
    }
  }

  private void killAReader() {
    try (ChildJvm other = ChildJvm.start(List.of(), OtherProgram.class, path())) {
      assertThat(other.readLine()).isEqualTo("reading");
      other.kill();
    }
  }

  /** Holds two slots until it is killed. */
  static final class OtherProgram {
    public static void main(String[] args) throws InterruptedException {
      NativeLibrary.load();
      try (Env<Slice> env =
              Env.create(new SliceProxy())
                  .setMaxReaders(2)
                  .open(Path.of(args[0]).toFile(), EnvFlags.MDB_RDONLY_ENV, EnvFlags.MDB_NOTLS);
          Txn<Slice> first = env.txnRead();
          Txn<Slice> second = env.txnRead()) {
        System.out.println(first.getId() == second.getId() ? "reading" : "written meanwhile");
        new CountDownLatch(1).await();
      }
    }
  }
}
