package io.imagestore.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.imagestore.CorruptStoreException;
import io.imagestore.Image;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.StoreClosedException;
import io.imagestore.StoreFullException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OpenStoreTest {

  private static final Image IMAGE = Image.of(1, 1, 1, new byte[] {7});

  /** Runs the iterator of a batch in another thread than the caller's. */
  private static final class OtherThreadStore extends HeapBackend {
    @Override
    public void write(Iterator<LabeledImage> batch) {
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
    ImageStore store = new OtherThreadStore().open();
    store.put(1, IMAGE, 1);

    store.putBatch(
        Stream.of(2L, 3L)
            .peek(id -> closeInBackground(store))
            .map(id -> labeled(id + store.label(1))));

    assertThat(isOpen(store)).isFalse();
  }

  @Test
  void anIteratorThatRunsInAnotherThreadMayNeitherWriteNorClose() {
    try (ImageStore store = new OtherThreadStore().open()) {
      Runnable close = store::close;
      assertThatIllegalStateException().isThrownBy(() -> store.putBatch(calling(close)));
      assertThatIllegalStateException()
          .isThrownBy(() -> store.putBatch(calling(() -> store.delete(1))));
      assertThat(store.size()).isZero();
    }
  }

  /** Tells how many bytes one call reads at the most. */
  private static final class CountingStore extends HeapBackend {
    private long bytes;
    private long most;

    @Override
    public Snapshot snapshot() {
      bytes = 0;
      return this;
    }

    @Override
    public void read(StoredImage image, Visitor visitor) throws IOException {
      bytes += image.shape().byteCount();
      most = Math.max(most, bytes);
      super.read(image, visitor);
    }
  }

  @Test
  void aStreamHoldsFewLargeImagesAlsoBehindASmallOne() {
    Image large = Image.of(1000, 1000, 3, new byte[3_000_000]);
    CountingStore backend = new CountingStore();
    try (ImageStore store = backend.open()) {
      store.put(0, IMAGE, 1);
      store.putBatch(LongStream.range(1, 100).mapToObj(id -> new LabeledImage(id, large, 1)));

      try (Stream<LabeledImage> images = store.stream()) {
        assertThat(images.count()).isEqualTo(100);
      }
    }
    assertThat(backend.most).isLessThan(10_000_000);
  }

  /** Takes nothing more, and can't be read. */
  private static final class FailingStore extends HeapBackend {
    @Override
    public void write(Iterator<LabeledImage> batch) throws IOException {
      throw new IOException("No space left on device");
    }

    @Override
    public boolean remove(long id) throws IOException {
      throw new IOException("Input/output error");
    }

    @Override
    public long count() throws IOException {
      throw new IOException("Input/output error");
    }

    @Override
    public void sync() throws IOException {
      throw new IOException("No space left on device");
    }
  }

  @Test
  void aChangeThatFailsTellsThatTheStoreIsAsItWas() {
    try (ImageStore store = new FailingStore().open()) {
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
    try (ImageStore store = new FailingStore().open()) {
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

  /** Has lost ids, and a structure that takes long to look at. */
  private static final class StoreWithLostIds extends HeapBackend {
    @Override
    public void requireNoLostIds() {
      throw new CorruptStoreException("ids are lost");
    }

    @Override
    public void checkStructure(Consumer<String> problem) {
      throw new AssertionError("the whole structure was looked at");
    }
  }

  @Test
  void aStreamThatGoesOnBehindDamageAsksAtItsEndForLostIdsAlone() {
    try (ImageStore store = new StoreWithLostIds().open()) {
      store.put(1, IMAGE, 9);
      List<Long> seen = new ArrayList<>();
      try (Stream<LabeledImage> images = store.stream(damage -> {})) {
        assertThatExceptionOfType(CorruptStoreException.class)
            .isThrownBy(() -> images.forEach(image -> seen.add(image.id())))
            .withMessage("ids are lost");
      }
      assertThat(seen).containsExactly(1L);
    }
  }

  /** Knows of lost ids by looking at its structure. */
  private static final class DamagedStore extends HeapBackend {
    @Override
    public void checkStructure(Consumer<String> problem) {
      throw new CorruptStoreException("a page is damaged");
    }
  }

  @Test
  void lostIdsAreFoundByTheStructureWhereTheBackendHasNoFasterWay() {
    try (ImageStore store = new DamagedStore().open();
        Stream<LabeledImage> images = store.stream(damage -> {})) {
      assertThatExceptionOfType(CorruptStoreException.class)
          .isThrownBy(images::toList)
          .withMessage("a page is damaged");
    }
  }

  /** Loses its state to a writer, as often as it is told. */
  private static final class StaleStore extends HeapBackend {
    private int losses = 3;

    @Override
    public void read(StoredImage image, Visitor visitor) throws IOException {
      if (losses-- > 0) {
        images.put(image.id(), labeled(image.id(), losses));
        throw new StaleSnapshotException();
      }
      super.read(image, visitor);
    }
  }

  @Test
  void aCallWhoseStateIsGoneBeginsAnew() {
    StaleStore backend = new StaleStore();
    try (ImageStore store = backend.open()) {
      store.put(1, IMAGE, 9);

      assertThat(store.get(1)).isEqualTo(labeled(1, 0));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 140_000})
  void allIdsAreListedByPortions(int count) {
    HeapBackend backend = new HeapBackend();
    try (ImageStore store = backend.open()) {
      LongStream.range(0, count).forEach(id -> backend.images.put(id, labeled(id, 1)));

      assertThat(store.ids()).isEqualTo(LongStream.range(0, count).toArray());
    }
  }

  /** Loses its state to a writer between two portions of ids. */
  private static final class StaleWhileListing extends HeapBackend {
    private boolean isLost;

    @Override
    public long[] idsFrom(long firstId, int count) {
      if (firstId > 0 && !isLost) {
        isLost = true;
        images.remove(0L);
        throw new StaleSnapshotException();
      }
      return super.idsFrom(firstId, count);
    }
  }

  @Test
  void portionsOfIdsAreThoseOfOneStateThoughAWriterMovesOn() {
    StaleWhileListing backend = new StaleWhileListing();
    try (ImageStore store = backend.open()) {
      LongStream.range(0, 70_000).forEach(id -> backend.images.put(id, labeled(id, 1)));

      Portions portions = ((DirectSource) store).listIds(Portions::new);

      assertThat(portions.lengths).containsExactly(65_536, 4_463);
      assertThat(portions.ids.build().toArray()).isEqualTo(LongStream.range(1, 70_000).toArray());
    }
  }

  private static final class Portions implements Consumer<long[]> {
    private final List<Integer> lengths = new ArrayList<>();
    private final LongStream.Builder ids = LongStream.builder();

    @Override
    public void accept(long[] portion) {
      lengths.add(portion.length);
      LongStream.of(portion).forEach(ids);
    }
  }

  @Test
  void theHighestIdIsListedAtTheEndOfAFullPortion() {
    try (ImageStore store = new HeapBackend().open()) {
      LongStream.rangeClosed(Long.MAX_VALUE - 65_535, Long.MAX_VALUE)
          .forEach(id -> store.put(id, IMAGE, 1));

      assertThat(store.ids()).hasSize(65_536).endsWith(Long.MAX_VALUE);
    }
  }

  private static LabeledImage labeled(long id) {
    return labeled(id, 1);
  }

  private static LabeledImage labeled(long id, int label) {
    return new LabeledImage(id, IMAGE, label);
  }

  private static Stream<LabeledImage> calling(Runnable call) {
    return Stream.of(1L).peek(id -> call.run()).map(OpenStoreTest::labeled);
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
