package io.imagestore.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.Durability;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.VerifyReport;
import io.imagestore.spi.StoreFiles;
import io.imagestore.testkit.SampleImages;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That who opens a store to read never takes what a writer is just doing for damage. */
class ReadersBesideAWriterTest {
  private static final ImageShape SHAPE = new ImageShape(3, 3, 1);
  private static final int IDS = 40;
  private static final int OPENINGS = Integer.getInteger("trials", 200);

  @TempDir Path folder;

  private void write(AtomicBoolean enough) {
    SplittableRandom random = new SplittableRandom(1);
    while (!enough.get()) {
      Durability durability = random.nextInt(4) == 0 ? Durability.COMMIT : Durability.FLUSH;
      DiskOptions options =
          DiskOptions.builder()
              .durability(durability)
              .labelNames(List.of("run " + random.nextInt(3)))
              .build();
      try (ImageStore store = DiskImageStore.open(folder.resolve("store"), options)) {
        for (int call = 0; call < 12; call++) {
          int id = random.nextInt(IDS);
          switch (random.nextInt(4)) {
            case 0 -> store.put(id, SampleImages.noise(SHAPE, random.nextLong()), call);
            case 1 -> store.delete(id);
            case 2 -> store.flush();
            default -> store.putBatch(SampleImages.list(id, IDS, SHAPE, random.nextLong()));
          }
        }
      }
    }
  }

  @Test
  void everyOpeningFindsAStateThatIsWhole() throws Exception {
    Path path = folder.resolve("store");
    DiskImageStore.open(path).close();
    AtomicBoolean enough = new AtomicBoolean();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<?> writing = thread.submit(() -> write(enough));
      for (int opening = 0; opening < OPENINGS; opening++) {
        try (ImageSource store = DiskImageStore.openReadOnly(path)) {
          assertThat(store.stream().mapToLong(LabeledImage::id)).isSorted();
          VerifyReport report = store.verify();
          assertThat(report.isClean()).as(report.toString()).isTrue();
        }
      }
      enough.set(true);
      writing.get();
    } finally {
      enough.set(true);
      thread.shutdown();
    }
  }

  @Test
  void whatIsReplacedWhileAReaderOpensIsNotTakenForALossOfPower() throws Exception {
    Path path = folder.resolve("store");
    try (ImageStore store = DiskImageStore.open(path)) {
      store.put(1, SampleImages.noise(SHAPE, 1), 1);
      store.put(2, SampleImages.noise(SHAPE, 2), 2);
      StoreFiles files =
          doingBeforeAnImageIsRead(
              () -> {
                store.put(1, SampleImages.noise(SHAPE, 3), 3);
                store.flush(); // which removes the file that was replaced
              });

      try (ImageSource reader =
          new StoreOpener(path, DiskOptions.defaults(), files).openReadOnly()) {
        assertThat(reader.stream().map(LabeledImage::label)).containsExactly(3, 2);
      }
    }
  }

  private static StoreFiles doingBeforeAnImageIsRead(Runnable once) {
    StoreFiles system = StoreFiles.ofSystem();
    AtomicReference<Runnable> todo = new AtomicReference<>(once);
    return (StoreFiles)
        Proxy.newProxyInstance(
            StoreFiles.class.getClassLoader(),
            new Class<?>[] {StoreFiles.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("open") && arguments[0].toString().endsWith(".png")) {
                Optional.ofNullable(todo.getAndSet(null)).ifPresent(Runnable::run);
              }
              try {
                return method.invoke(system, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
