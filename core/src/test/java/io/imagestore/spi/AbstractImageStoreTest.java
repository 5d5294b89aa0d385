package io.imagestore.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.imagestore.Image;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.StoreClosedException;
import io.imagestore.StoreFullException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AbstractImageStoreTest {

  private static final Image IMAGE = Image.of(1, 1, 1, new byte[] {7});

  /** Runs the iterator of a batch in another thread than the caller's. */
  private static final class OtherThreadStore extends HeapStore {
    @Override
    protected void write(Iterator<LabeledImage> batch) {
      try {
        elsewhere(() -> writeHere(batch)).join();
      } catch (CompletionException e) {
        throw (RuntimeException) e.getCause();
      }
    }

    private boolean writeHere(Iterator<LabeledImage> batch) {
      try {
        super.write(batch);
        return true;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void anIteratorThatRunsInAnotherThreadMayReadTheStoreThatIsBeingClosed() {
    ImageStore store = new OtherThreadStore();
    store.put(1, IMAGE, 1);

    store.putBatch(
        Stream.of(2L, 3L)
            .peek(id -> closeInBackground(store))
            .map(id -> labeled(id + store.label(1))));

    assertThat(isOpen(store)).isFalse();
  }

  @Test
  void anIteratorThatRunsInAnotherThreadMayNeitherWriteNorClose() {
    try (ImageStore store = new OtherThreadStore()) {
      Runnable close = store::close;
      assertThatIllegalStateException().isThrownBy(() -> store.putBatch(calling(close)));
      assertThatIllegalStateException()
          .isThrownBy(() -> store.putBatch(calling(() -> store.delete(1))));
      assertThat(store.size()).isZero();
    }
  }

  /** Takes nothing more, and can't be read. */
  private static final class FailingStore extends HeapStore {
    @Override
    protected void write(Iterator<LabeledImage> batch) throws IOException {
      throw new IOException("No space left on device");
    }

    @Override
    protected boolean remove(long id) throws IOException {
      throw new IOException("Input/output error");
    }

    @Override
    protected long count() throws IOException {
      throw new IOException("Input/output error");
    }

    @Override
    protected void sync() throws IOException {
      throw new IOException("No space left on device");
    }
  }

  @Test
  void aChangeThatFailsTellsThatTheStoreIsAsItWas() {
    try (ImageStore store = new FailingStore()) {
      assertThatExceptionOfType(StoreFullException.class)
          .isThrownBy(() -> store.put(7, IMAGE, 1))
          .withMessage(
              "storing image 7 failed in store heap: No space left on device;"
                  + " free some space and try again; the store is as it was before this call");
      assertThatExceptionOfType(ImageStoreException.class)
          .isThrownBy(() -> store.delete(7))
          .withMessage(
              "deleting image 7 failed in store heap: Input/output error;"
                  + " the store is as it was before this call");
    }
  }

  @Test
  void anythingElseThatFailsTellsNothingOfWhatIsStored() {
    try (ImageStore store = new FailingStore()) {
      assertThatExceptionOfType(StoreFullException.class)
          .isThrownBy(store::flush)
          .withMessage(
              "flushing failed in store heap: No space left on device;"
                  + " free some space and try again");
      assertThatExceptionOfType(ImageStoreException.class)
          .isThrownBy(store::size)
          .withMessage("counting the images failed in store heap: Input/output error");
    }
  }

  /** Is given images before the others whenever it has told something. */
  private static final class GrowingStore extends HeapStore {
    private long lowest = 2_000_000;

    @Override
    protected long count() throws IOException {
      long count = super.count();
      grow();
      grow();
      return count;
    }

    @Override
    protected long[] idsFrom(long firstId, int count) {
      long[] ids = super.idsFrom(firstId, count);
      grow();
      return ids;
    }

    void grow() {
      put(--lowest, IMAGE, 1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1023, 1024, 1025, 3000})
  void allIdsAreListedThoughOthersAreStoredMeanwhile(int count) {
    try (GrowingStore store = new GrowingStore()) {
      for (int i = 0; i < count; i++) {
        store.grow();
      }
      long[] before = LongStream.range(2_000_000 - count, 2_000_000).toArray();

      assertThat(store.ids()).contains(before).isSorted().doesNotHaveDuplicates();
    }
  }

  @Test
  void theHighestIdIsListedAtTheEndOfAFullPortion() {
    try (ImageStore store = new HeapStore()) {
      LongStream.rangeClosed(Long.MAX_VALUE - 1023, Long.MAX_VALUE)
          .forEach(id -> store.put(id, IMAGE, 1));

      assertThat(store.ids()).hasSize(1024).endsWith(Long.MAX_VALUE);
    }
  }

  private static LabeledImage labeled(long id) {
    return new LabeledImage(id, IMAGE, 1);
  }

  private static Stream<LabeledImage> calling(Runnable call) {
    return Stream.of(1L).peek(id -> call.run()).map(AbstractImageStoreTest::labeled);
  }

  private static void closeInBackground(ImageStore store) {
    new Thread(store::close).start();
    while (elsewhere(() -> isOpen(store)).join()) {
      Thread.onSpinWait();
    }
  }

  private static <T> CompletableFuture<T> elsewhere(Supplier<T> code) {
    return CompletableFuture.supplyAsync(code, task -> new Thread(task).start());
  }

  private static boolean isOpen(ImageStore store) {
    try {
      store.size();
      return true;
    } catch (StoreClosedException e) {
      return false;
    }
  }
}
