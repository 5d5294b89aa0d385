package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.imagestore.Capability;
import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.ImageBatch;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.RepairPolicy;
import io.imagestore.SampleType;
import io.imagestore.ShapeMismatchException;
import io.imagestore.StoreClosedException;
import io.imagestore.StoreFullException;
import io.imagestore.StoreInfo;
import io.imagestore.StoreNotFoundException;
import io.imagestore.StoreOptions;
import io.imagestore.UnsupportedImageException;
import io.imagestore.VerifyReport;
import io.imagestore.loader.DataLoader;
import io.imagestore.loader.Transform;
import io.imagestore.spi.DirectSource;
import io.imagestore.spi.ImageStoreProvider;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link ImageStore} keeps to. A test of a backend that forgets its images when closed
 * extends this class; all others extend {@link PersistentStoreContract}.
 */
@Timeout(300)
public abstract class ImageStoreContract {

  private static final ImageShape RGB = new ImageShape(8, 12, 3);
  private static final ImageShape OTHER = new ImageShape(5, 4, 3);

  /** Checks that each test closes what it opens. */
  @RegisterExtension final LeakDetector leaks = new LeakDetector();

  @TempDir Path folder;

  /** How stores are opened for writing, if not as users do. */
  @Nullable Opener opener;

  /** Opens a store for writing. */
  interface Opener {
    ImageStore open(Path path, StoreOptions options);
  }

  /** For subclasses. */
  protected ImageStoreContract() {}

  /**
   * The backend under test.
   *
   * @return a public class with a public constructor without parameters
   */
  protected abstract ImageStoreProvider provider();

  /**
   * How many images a test stores where it wants many. A backend that writes a file for each may
   * take fewer on a {@link FaultyDisk}, so that it is worth letting one of these writes fail.
   *
   * @param count as many as on a sound disk
   * @return by default so many
   */
  protected int many(int count) {
    return count;
  }

  /** Where the store of a test lies. */
  final Path path() {
    return folder.resolve("store");
  }

  final ImageStore open() {
    return open(StoreOptions.defaults());
  }

  final ImageStore open(StoreOptions options) {
    return open(path(), options);
  }

  final ImageStore open(Path path, StoreOptions options) {
    Opener asked = opener;
    ImageStore store = asked == null ? provider().open(path, options) : asked.open(path, options);
    return leaks.track(store);
  }

  final ImageSource openReadOnly() {
    return openReadOnly(StoreOptions.defaults());
  }

  final ImageSource openReadOnly(StoreOptions options) {
    return leaks.track(provider().openReadOnly(path(), options));
  }

  // Storing and reading.

  @ParameterizedTest
  @CsvSource({
    "1,1,1",
    "1,1,4",
    "32,32,3",
    "7,5,1",
    "3,9,2",
    "11,6,4",
    "1,2000,3",
    "2000,1,3",
    "120,160,3"
  })
  void whatWasPutIsRead(int height, int width, int channels) {
    LabeledImage image = SampleImages.labeled(17, new ImageShape(height, width, channels), 1);
    try (ImageStore store = open()) {
      store.put(image.id(), image.image(), image.label());

      assertThat(store.get(17)).isEqualTo(image);
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "255", "128"})
  void anImageOfOneColourIsRead(int sample) {
    byte[] samples = new byte[64 * 64 * 3];
    Arrays.fill(samples, (byte) sample);
    Image flat = Image.of(64, 64, 3, samples);
    try (ImageStore store = open()) {
      store.put(1, flat, 0);

      assertThat(store.get(1).image()).isEqualTo(flat);
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "-2147483648", "2147483647"})
  void aLabelMayBeAnyInteger(int label) {
    try (ImageStore store = open()) {
      store.put(1, SampleImages.noise(RGB, 1), label);

      assertThat(store.label(1)).isEqualTo(label);
      assertThat(store.get(1).label()).isEqualTo(label);
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "255", "256", "4294967296", "9223372036854775807"})
  void anIdMayBeAnyLongFromZeroOn(long id) {
    LabeledImage image = SampleImages.labeled(id, RGB, 1);
    try (ImageStore store = open()) {
      store.put(id, image.image(), image.label());

      assertThat(store.get(id)).isEqualTo(image);
      assertThat(store.ids()).containsExactly(id);
      assertThat(all(store)).containsExactly(image);
    }
  }

  @Test
  void anIdBelowZeroIsRefused() {
    Image image = SampleImages.noise(RGB, 1);
    try (ImageStore store = open()) {
      for (Runnable call :
          List.<Runnable>of(
              () -> store.put(-1, image, 0),
              () -> store.get(-1),
              () -> store.find(-1),
              () -> store.label(-1),
              () -> store.contains(-1),
              () -> store.delete(-1),
              () -> store.readBatch(-1, 1),
              () -> store.readBatch(new long[] {3, -1}))) {
        assertThatIllegalArgumentException().isThrownBy(call::run).withMessageContaining("-1");
      }
    }
  }

  @Test
  void anImageThatIsNotThereIsNamedWithItsStore() {
    try (ImageStore store = open()) {
      assertThatExceptionOfType(ImageNotFoundException.class)
          .isThrownBy(() -> store.get(42))
          .withMessageContaining("42")
          .withMessageContaining(path().toString())
          .satisfies(e -> assertThat(e.id()).isEqualTo(42));
      assertThatExceptionOfType(ImageNotFoundException.class).isThrownBy(() -> store.label(42));
    }
  }

  @Test
  void findTellsThatAnImageIsNotThere() {
    try (ImageStore store = open()) {
      store.put(1, SampleImages.noise(RGB, 1), 0);

      assertThat(store.find(1)).isPresent();
      assertThat(store.find(2)).isEmpty();
    }
  }

  @Test
  void containsTellsWhichImagesAreThere() {
    try (ImageStore store = open()) {
      store.put(1, SampleImages.noise(RGB, 1), 0);

      assertThat(store.contains(1)).isTrue();
      assertThat(store.contains(0)).isFalse();
      assertThat(store.contains(2)).isFalse();
    }
  }

  @Test
  void sizeAndIdsTellWhatIsThere() {
    try (ImageStore store = open()) {
      for (long id : new long[] {70_000, 3, 500, 4}) {
        store.put(id, SampleImages.noise(RGB, id), 0);
      }

      assertThat(store.size()).isEqualTo(4);
      assertThat(store.ids()).containsExactly(3, 4, 500, 70_000);
    }
  }

  @Test
  void anEmptyStoreHoldsNothing() {
    try (ImageStore store = open()) {
      assertThat(store.size()).isZero();
      assertThat(store.ids()).isEmpty();
      assertThat(all(store)).isEmpty();
      assertThat(store.verify()).isEqualTo(new VerifyReport(0, List.of(), List.of()));
    }
  }

  // Replacing.

  @Test
  void putReplacesImageAndLabel() {
    try (ImageStore store = open()) {
      store.put(5, SampleImages.noise(RGB, 1), 1);
      store.put(5, SampleImages.noise(RGB, 2), 2);

      assertThat(store.get(5)).isEqualTo(new LabeledImage(5, SampleImages.noise(RGB, 2), 2));
      assertThat(store.size()).isEqualTo(1);
    }
  }

  @Test
  void ofABatchThatHasOneIdTwiceTheLaterImageStays() {
    List<LabeledImage> batch = SampleImages.list(0, 10, RGB, 1);
    batch.add(SampleImages.labeled(4, RGB, 2));
    batch.add(SampleImages.labeled(10, RGB, 1));
    batch.add(SampleImages.labeled(4, RGB, 3));
    try (ImageStore store = open()) {
      store.putBatch(batch);

      assertThat(store.get(4)).isEqualTo(SampleImages.labeled(4, RGB, 3));
      assertThat(store.size()).isEqualTo(11);
    }
  }

  @Test
  void putBatchReplacesWhatIsThereAndAddsWhatIsNot() {
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 20, RGB, 1));
      store.putBatch(SampleImages.list(15, 10, RGB, 2));

      List<LabeledImage> expected = SampleImages.list(0, 15, RGB, 1);
      expected.addAll(SampleImages.list(15, 10, RGB, 2));
      assertThat(all(store)).isEqualTo(expected);
    }
  }

  // Batches.

  @Test
  void aBatchMayComeInAnyOrder() {
    List<LabeledImage> batch = SampleImages.list(0, 50, RGB, 1);
    List<LabeledImage> shuffled = new ArrayList<>(batch);
    Collections.shuffle(shuffled, new Random(1));
    try (ImageStore store = open()) {
      store.putBatch(shuffled);

      assertThat(all(store)).isEqualTo(batch);
    }
  }

  @Test
  void aStreamOfImagesIsStoredAndClosed() {
    AtomicBoolean closed = new AtomicBoolean();
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.stream(0, 30, RGB, 1).onClose(() -> closed.set(true)));

      assertThat(all(store)).isEqualTo(SampleImages.list(0, 30, RGB, 1));
      assertThat(closed).isTrue();
    }
  }

  @Test
  void anImageBatchIsStored() {
    ImageBatch batch = ImageBatch.allocate(RGB, 64);
    SampleImages.list(100, 40, RGB, 1).forEach(batch::add);
    try (ImageStore store = open()) {
      store.putBatch(batch);

      assertThat(all(store)).isEqualTo(SampleImages.list(100, 40, RGB, 1));
    }
  }

  @Test
  void anImageBatchReplacesWhatIsThere() {
    ImageBatch batch = ImageBatch.allocate(RGB, 10);
    SampleImages.list(5, 10, RGB, 2).forEach(batch::add);
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 10, RGB, 1));
      store.putBatch(batch);

      List<LabeledImage> expected = SampleImages.list(0, 5, RGB, 1);
      expected.addAll(SampleImages.list(5, 10, RGB, 2));
      assertThat(all(store)).isEqualTo(expected);
    }
  }

  @Test
  void anImageBatchMayHoldNewIdsAmongStoredOnesAndOneTwice() {
    int count = 100;
    List<LabeledImage> images = SampleImages.list(0, count, RGB, 2);
    ImageBatch batch = ImageBatch.allocate(RGB, count + 1);
    batch.add(SampleImages.labeled(7, RGB, 3));
    images.forEach(batch::add);
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(40, 20, RGB, 1));
      store.putBatch(batch);

      assertThat(all(store)).isEqualTo(images);
    }
  }

  @Test
  void anImageBatchOfManyMebibytesIsStored() {
    ImageShape shape = new ImageShape(256, 256, 3);
    List<LabeledImage> images = SampleImages.list(0, 40, shape, 1);
    ImageBatch batch = ImageBatch.allocate(shape, images.size());
    images.forEach(batch::add);
    try (ImageStore store = open()) {
      store.putBatch(batch);

      assertThat(all(store)).isEqualTo(images);
      assertThat(store.verify().damages()).isEmpty();
    }
  }

  @Test
  void aBatchOfNothingStoresNothing() {
    try (ImageStore store = open()) {
      store.putBatch(List.of());
      store.putBatch(Stream.of());
      store.putBatch(ImageBatch.allocate(RGB, 3));

      assertThat(store.size()).isZero();
    }
  }

  @Test
  void aNullInABatchIsNamedByItsPlaceAndNothingIsStored() {
    List<LabeledImage> batch = SampleImages.list(0, 3, RGB, 1);
    batch.add(null);
    try (ImageStore store = open()) {
      assertThatExceptionOfType(NullPointerException.class)
          .isThrownBy(() -> store.putBatch(batch))
          .withMessageContaining("3");
      assertThat(store.size()).isZero();
    }
  }

  @Test
  void ofABatchWhoseIteratorThrowsNothingIsStored() {
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 10, RGB, 1));

      IllegalStateException thrown = new IllegalStateException("the source broke");
      assertThatThrownBy(
              () -> store.putBatch(failingAfter(SampleImages.list(5, 600, RGB, 2), thrown)))
          .isSameAs(thrown);

      assertThat(all(store)).isEqualTo(SampleImages.list(0, 10, RGB, 1));
    }
  }

  @Test
  void afterABatchThatFailedTheNextOneIsStored() {
    try (ImageStore store = open()) {
      IllegalStateException thrown = new IllegalStateException("the source broke");
      assertThatThrownBy(
              () -> store.putBatch(failingAfter(SampleImages.list(0, 40, RGB, 1), thrown)))
          .isSameAs(thrown);

      store.putBatch(SampleImages.list(20, 40, RGB, 2));

      assertThat(all(store)).isEqualTo(SampleImages.list(20, 40, RGB, 2));
    }
  }

  @Test
  void readBatchKeepsTheOrderAskedFor() {
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 100, RGB, 1));

      long[] ids = {99, 0, 50, 50, 7, 99};
      ImageBatch batch = store.readBatch(ids);

      assertThat(batch.shape()).isEqualTo(RGB);
      assertThat(imagesOf(batch)).isEqualTo(imagesOf(ids));
    }
  }

  @Test
  void theBytesOfABatchAreItsImagesOneAfterTheOther() {
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 3, RGB, 1));

      ByteBuffer pixels = store.readBatch(new long[] {2, 1}).pixels();

      ByteBuffer expected = ByteBuffer.allocate(2 * (int) RGB.byteCount());
      SampleImages.labeled(2, RGB, 1).image().copyTo(expected);
      SampleImages.labeled(1, RGB, 1).image().copyTo(expected);
      assertThat(pixels.isReadOnly()).isTrue();
      assertThat(pixels).isEqualTo(expected.flip());
    }
  }

  @Test
  void readBatchReadsAThousandImagesInRandomOrder() {
    try (ImageStore store = open()) {
      int count = many(1000);
      store.putBatch(SampleImages.stream(0, count, RGB, 1));

      long[] ids = new SplittableRandom(3).longs(count, 0, count).toArray();

      assertThat(imagesOf(store.readBatch(ids))).isEqualTo(imagesOf(ids));
    }
  }

  @Test
  void readBatchOfNothingIsEmpty() {
    try (ImageStore store = open()) {
      assertThat(store.readBatch(new long[0]).size()).isZero();
      assertThat(store.readBatch(0, 10).size()).isZero();

      store.putBatch(SampleImages.list(0, 3, RGB, 1));

      assertThat(store.readBatch(0, 0).size()).isZero();
      assertThat(store.readBatch(3, 10).size()).isZero();
      assertThat(store.readBatch(Long.MAX_VALUE, Integer.MAX_VALUE).size()).isZero();
    }
  }

  @Test
  void readBatchFromAnIdReadsTheImagesThatFollow() {
    try (ImageStore store = open()) {
      for (long id : new long[] {2, 3, 10, 11, 5000}) {
        LabeledImage image = SampleImages.labeled(id, RGB, 1);
        store.put(id, image.image(), image.label());
      }

      assertThat(imagesOf(store.readBatch(3, 2))).isEqualTo(imagesOf(3, 10));
      assertThat(imagesOf(store.readBatch(4, 3))).isEqualTo(imagesOf(10, 11, 5000));
      assertThat(imagesOf(store.readBatch(0, Integer.MAX_VALUE)))
          .isEqualTo(imagesOf(2, 3, 10, 11, 5000));
    }
  }

  @Test
  void oneBatchTakesReadAfterRead() {
    ImageBatch batch = ImageBatch.allocate(RGB, 20);
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 100, RGB, 1));

      store.readBatch(new long[] {1, 2, 3}, batch);
      assertThat(imagesOf(batch)).isEqualTo(imagesOf(1, 2, 3));
      store.readBatch(new long[] {9}, batch);
      assertThat(imagesOf(batch)).isEqualTo(imagesOf(9));
      store.readBatch(new long[0], batch);
      assertThat(batch.size()).isZero();
    }
  }

  @Test
  void aMissingIdLeavesTheBatchAsItWas() {
    ImageBatch batch = ImageBatch.allocate(RGB, 20);
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 10, RGB, 1));
      store.readBatch(new long[] {1, 2}, batch);

      assertThatExceptionOfType(ImageNotFoundException.class)
          .isThrownBy(() -> store.readBatch(new long[] {5, 77, 6}, batch))
          .withMessageContaining("77");

      assertThat(imagesOf(batch)).isEqualTo(imagesOf(1, 2));
      assertThatExceptionOfType(ImageNotFoundException.class)
          .isThrownBy(() -> store.readBatch(new long[] {5, 77}));
    }
  }

  @Test
  void aBatchOfAnotherShapeIsLeftAsItWas() {
    ImageBatch batch = ImageBatch.allocate(OTHER, 20);
    batch.add(SampleImages.labeled(1, OTHER, 1));
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 10, RGB, 1));

      assertThatExceptionOfType(ShapeMismatchException.class)
          .isThrownBy(() -> store.readBatch(new long[] {5}, batch))
          .withMessageContaining(RGB.toString())
          .withMessageContaining(OTHER.toString());

      assertThat(imagesOf(batch)).containsExactly(SampleImages.labeled(1, OTHER, 1));
    }
  }

  @Test
  void moreIdsThanABatchHasRoomForAreRefused() {
    ImageBatch batch = ImageBatch.allocate(RGB, 2);
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 10, RGB, 1));

      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.readBatch(new long[] {1, 2, 3}, batch))
          .withMessageContaining("3")
          .withMessageContaining("2");
    }
  }

  @Test
  void aPartOfAnArrayOfIdsIsRead() {
    ImageBatch batch = ImageBatch.allocate(RGB, 2);
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 10, RGB, 1));
      long[] ids = {9, 4, 7, 77};

      store.readBatch(ids, 1, 2, batch);

      assertThat(imagesOf(batch)).isEqualTo(imagesOf(4, 7));
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> store.readBatch(ids, 3, 2, batch));
    }
  }

  @Test
  void imagesAndLabelsAreReadInTheOrderAskedFor() {
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 50, RGB, 1));
      long[] ids = {49, 0, 7, 7};

      assertThat(store.readImages(ids)).isEqualTo(imagesOf(ids));
      assertThat(store.labels(ids))
          .containsExactly(imagesOf(ids).stream().mapToInt(LabeledImage::label).toArray());
      assertThat(store.readImages(new long[0])).isEmpty();
      assertThatExceptionOfType(ImageNotFoundException.class)
          .isThrownBy(() -> store.readImages(new long[] {1, 50}))
          .withMessageContaining("50");
      assertThatExceptionOfType(ImageNotFoundException.class)
          .isThrownBy(() -> store.labels(new long[] {1, 50}))
          .withMessageContaining("50");
    }
  }

  @Test
  void imagesAreShownWhereTheyLie() {
    long[] ids = {3, 1, 3};
    List<Image> seen = new ArrayList<>();
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 10, RGB, 1));

      ((DirectSource) store)
          .visit(
              ids,
              1,
              2,
              (i, image, bytes) -> {
                assertThat(image.id()).isEqualTo(ids[1 + i]);
                seen.add(Image.of(image.shape(), bytes.duplicate()));
              });

      assertThat(seen).containsExactly(store.get(1).image(), store.get(3).image());
    }
  }

  // Appending.

  @Test
  void anAppendedImageGetsTheNextId() {
    try (ImageStore store = open()) {
      assertThat(store.append(SampleImages.noise(RGB, 1), 5)).isZero();
      store.put(41, SampleImages.noise(RGB, 2), 6);
      assertThat(store.append(SampleImages.noise(RGB, 3), 7)).isEqualTo(42);
      store.delete(42);
      assertThat(store.append(SampleImages.noise(RGB, 4), 8)).isEqualTo(42);

      assertThat(store.get(42)).isEqualTo(new LabeledImage(42, SampleImages.noise(RGB, 4), 8));
    }
  }

  @Test
  void behindTheHighestPossibleIdNothingIsAppended() {
    try (ImageStore store = open()) {
      store.put(Long.MAX_VALUE, SampleImages.noise(RGB, 1), 0);

      assertThatExceptionOfType(StoreFullException.class)
          .isThrownBy(() -> store.append(SampleImages.noise(RGB, 2), 0));
      assertThat(store.size()).isEqualTo(1);
    }
  }

  // Metadata.

  @Test
  void metadataIsKeptWithTheImage() {
    LabeledImage image = SampleImages.labeled(3, RGB, 1).withMetadata("{\"söt\": [1, \"häst\"]}");
    try (ImageStore store = open()) {
      if (refuses(Capability.METADATA, store, image)) {
        return;
      }
      store.put(image);
      store.put(4, SampleImages.noise(RGB, 4), 4);

      assertThat(store.get(3)).isEqualTo(image);
      assertThat(store.metadata(3)).isEqualTo(image.metadata());
      assertThat(store.metadata(4)).isEmpty();
      assertThat(store.readImages(new long[] {3})).containsExactly(image);
      assertThatExceptionOfType(ImageNotFoundException.class).isThrownBy(() -> store.metadata(5));
    }
  }

  @Test
  void replacingAnImageReplacesItsMetadata() {
    LabeledImage image = SampleImages.labeled(3, RGB, 1);
    try (ImageStore store = open()) {
      if (refuses(Capability.METADATA, store, image.withMetadata("1"))) {
        return;
      }
      store.put(image.withMetadata("1"));
      store.put(image.withMetadata("[2]"));
      assertThat(store.metadata(3)).contains("[2]");

      store.put(image);

      assertThat(store.metadata(3)).isEmpty();
      assertThat(store.get(3)).isEqualTo(image);
    }
  }

  @Test
  void aMebibyteOfMetadataIsKept() {
    String json = '"' + "m".repeat(LabeledImage.MAX_METADATA_BYTES - 2) + '"';
    try (ImageStore store = open()) {
      if (refuses(Capability.METADATA, store, SampleImages.labeled(1, RGB, 1).withMetadata(json))) {
        return;
      }
      store.putBatch(SampleImages.stream(0, 5, RGB, 1).map(image -> image.withMetadata(json)));

      assertThat(store.metadata(4)).contains(json);
      assertThat(store.verify().isClean()).isTrue();
    }
  }

  // Deleting.

  @Test
  void aDeletedImageIsGone() {
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 5, RGB, 1));

      assertThat(store.delete(2)).isTrue();

      assertThat(store.contains(2)).isFalse();
      assertThat(store.find(2)).isEmpty();
      assertThat(store.ids()).containsExactly(0, 1, 3, 4);
      assertThat(imagesOf(store.readBatch(0, 10))).isEqualTo(imagesOf(0, 1, 3, 4));
    }
  }

  @Test
  void deletingWhatIsNotThereDoesNothing() {
    try (ImageStore store = open()) {
      store.put(1, SampleImages.noise(RGB, 1), 0);

      assertThat(store.delete(2)).isFalse();
      assertThat(store.size()).isEqualTo(1);
    }
  }

  @Test
  void aDeletedIdMayBeUsedAgain() {
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 5, RGB, 1));
      store.delete(4);
      store.delete(0);
      store.putBatch(List.of(SampleImages.labeled(0, RGB, 2), SampleImages.labeled(4, RGB, 3)));

      assertThat(store.get(0)).isEqualTo(SampleImages.labeled(0, RGB, 2));
      assertThat(store.get(4)).isEqualTo(SampleImages.labeled(4, RGB, 3));
      assertThat(store.size()).isEqualTo(5);
    }
  }

  @Test
  void aStoreWhoseImagesAreAllDeletedIsEmptyAndTakesNewOnes() {
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 30, RGB, 1));
      for (long id : store.ids()) {
        store.delete(id);
      }
      assertThat(store.size()).isZero();

      store.putBatch(SampleImages.list(100, 30, RGB, 2));

      assertThat(all(store)).isEqualTo(SampleImages.list(100, 30, RGB, 2));
    }
  }

  // Streaming.

  @Test
  void aStreamGivesAllImagesAscendingById() {
    List<LabeledImage> images = SampleImages.list(1000, many(700), RGB, 1);
    List<LabeledImage> descending = new ArrayList<>(images);
    Collections.reverse(descending);
    try (ImageStore store = open()) {
      store.putBatch(descending);

      assertThat(all(store)).isEqualTo(images);
    }
  }

  @Test
  void aStreamGoesOnWhileImagesAreStoredAndDeleted() {
    int count = many(600);
    int deleted = count - 10;
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, count, RGB, 1));
      List<Long> seen = new ArrayList<>();
      try (Stream<LabeledImage> images = store.stream()) {
        images.forEach(
            image -> {
              seen.add(image.id());
              if (image.id() == count / 6) {
                store.delete(deleted);
                store.put(10_000, SampleImages.noise(RGB, 1), 1);
              }
            });
      }

      List<Long> untouched = new ArrayList<>();
      for (long id = 0; id < deleted; id++) {
        untouched.add(id);
      }
      assertThat(seen).containsAll(untouched).doesNotHaveDuplicates().isSorted();
    }
  }

  // What stores differ in, by their own word.

  @Test
  void imagesOfDifferentShapesAreStoredOrRefusedAsDeclared() {
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 3, RGB, 1));

      LabeledImage other = SampleImages.labeled(9, OTHER, 1);
      if (store.info().capabilities().contains(Capability.MIXED_SHAPES)) {
        store.put(9, other.image(), other.label());

        assertThat(store.get(9)).isEqualTo(other);
        assertThatExceptionOfType(ShapeMismatchException.class)
            .isThrownBy(() -> store.readBatch(0, 10))
            .withMessageContaining(RGB.toString())
            .withMessageContaining(OTHER.toString());
      } else {
        assertThatExceptionOfType(ShapeMismatchException.class)
            .isThrownBy(() -> store.put(9, other.image(), other.label()))
            .withMessageContaining(RGB.toString())
            .withMessageContaining(OTHER.toString());
        assertThat(all(store)).isEqualTo(SampleImages.list(0, 3, RGB, 1));
      }
    }
  }

  @Test
  void aBatchOfDifferentShapesIsStoredWholeOrNotAtAllAsDeclared() {
    List<LabeledImage> batch = SampleImages.list(0, 30, RGB, 1);
    batch.add(SampleImages.labeled(30, OTHER, 1));
    try (ImageStore store = open()) {
      if (store.info().capabilities().contains(Capability.MIXED_SHAPES)) {
        store.putBatch(batch);
        assertThat(all(store)).isEqualTo(batch);
      } else {
        assertThatExceptionOfType(ShapeMismatchException.class)
            .isThrownBy(() -> store.putBatch(batch));
        assertThat(store.size()).isZero();
      }
    }
  }

  @Test
  void anImageOfFiveChannelsIsStoredOrRefusedAsDeclared() {
    LabeledImage image = SampleImages.labeled(1, new ImageShape(6, 5, 5), 1);
    try (ImageStore store = open()) {
      if (store.info().capabilities().contains(Capability.ANY_CHANNELS)) {
        store.put(1, image.image(), image.label());
        assertThat(store.get(1)).isEqualTo(image);
      } else {
        assertThatExceptionOfType(UnsupportedImageException.class)
            .isThrownBy(() -> store.put(1, image.image(), image.label()))
            .withMessageContaining("5");
        assertThat(store.size()).isZero();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(SampleType.class)
  void rawImagesOfEachSampleTypeAreStoredOrRefusedAsDeclared(SampleType sampleType) {
    ImageShape shape = new ImageShape(7, 5, 3, sampleType);
    List<LabeledImage> images = SampleImages.list(0, 20, shape, 1);
    try (ImageStore store = open()) {
      if (declares(store, sampleType)) {
        store.putBatch(images);

        assertThat(all(store)).isEqualTo(images);
        assertThat(imagesOf(store.readBatch(0, 20))).isEqualTo(images);
      } else {
        assertThatExceptionOfType(UnsupportedImageException.class)
            .isThrownBy(() -> store.putBatch(images))
            .withMessageContaining(sampleType.name());
        assertThat(store.size()).isZero();
      }
    }
  }

  private static boolean declares(ImageStore store, SampleType sampleType) {
    Set<Capability> capabilities = store.info().capabilities();
    return switch (sampleType) {
      case UINT8 -> true;
      case UINT16 -> capabilities.contains(Capability.UINT16);
      case FLOAT32 -> capabilities.contains(Capability.FLOAT32);
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpeg"})
  void anEncodedImageComesBackByteForByteOrIsRefusedAsDeclared(String format) {
    LabeledImage image = new LabeledImage(5, SampleImages.encoded(format, 40, 30, 1), 2);
    try (ImageStore store = open()) {
      if (store.info().capabilities().contains(Capability.ENCODED)) {
        store.put(image);

        assertThat(store.get(5)).isEqualTo(image);
        assertThat(store.shape(5)).isEqualTo(new ImageShape(40, 30, 3));
        assertThat(store.readImages(new long[] {5})).containsExactly(image);
        assertThat(store.verify().isClean()).isTrue();
      } else {
        assertThatExceptionOfType(UnsupportedImageException.class)
            .isThrownBy(() -> store.put(image))
            .withMessageContaining(format);
        assertThat(store.size()).isZero();
      }
    }
  }

  @Test
  void aFormatWithoutCodecIsKeptButNotDecoded() {
    ImageShape shape = new ImageShape(40, 30, 3);
    Image image = Image.encoded(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}), "avif", shape);
    try (ImageStore store = open()) {
      if (refuses(Capability.ENCODED, store, new LabeledImage(7, image, 1))) {
        return;
      }
      store.put(7, image, 1);

      assertThat(store.get(7).image()).isEqualTo(image);
      assertThatExceptionOfType(UnsupportedImageException.class)
          .isThrownBy(() -> store.readBatch(new long[] {7}))
          .withMessageContaining("avif")
          .withMessageContaining("7")
          .withMessageContaining(path().toString());
    }
  }

  @Test
  void whatWasNoWholeFileWhenItWasStoredIsNamedWhenItIsDecoded() {
    ImageShape shape = new ImageShape(40, 30, 3);
    byte[] file = SampleImages.encoded("png", 40, 30, 1).encodedBytes();
    Image half = Image.encoded(ByteBuffer.wrap(file, 0, file.length / 2), "png", shape);
    try (ImageStore store = open()) {
      if (refuses(Capability.ENCODED, store, new LabeledImage(7, half, 1))) {
        return;
      }
      store.put(7, half, 1);

      assertThat(store.get(7).image()).isEqualTo(half);
      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> store.readBatch(new long[] {7}))
          .satisfies(e -> assertThat(e.id()).isEqualTo(7))
          .withMessageContaining(path().toString());
    }
  }

  @Test
  void readBatchDecodesEncodedImages() {
    List<LabeledImage> images = new ArrayList<>();
    for (int id = 0; id < 12; id++) {
      String format = id % 2 == 0 ? "png" : "jpeg";
      images.add(new LabeledImage(id, SampleImages.encoded(format, 40, 30, id), id));
    }
    try (ImageStore store = open()) {
      if (refuses(Capability.ENCODED, store, images.get(0))) {
        return;
      }
      store.putBatch(images);

      ImageBatch batch = store.readBatch(0, 20);

      assertThat(batch.size()).isEqualTo(12);
      for (int i = 0; i < 12; i++) {
        assertThat(batch.image(i)).isEqualTo(images.get(i).image().decoded());
      }
    }
  }

  @Test
  void imagesOfEveryKindLieInOneStoreThatDeclaresIt() {
    List<LabeledImage> images =
        new ArrayList<>(
            List.of(
                SampleImages.labeled(0, new ImageShape(1, 1, 1), 1).withMetadata("{\"n\":0}"),
                SampleImages.labeled(1, new ImageShape(300, 200, 3), 1),
                new LabeledImage(2, SampleImages.encoded("jpeg", 33, 47, 2), 2),
                new LabeledImage(3, SampleImages.encoded("png", 20, 10, 3), 3).withMetadata("3"),
                SampleImages.labeled(4, new ImageShape(1, 1, 1), 4)));
    try (ImageStore store = open()) {
      if (!store
          .info()
          .capabilities()
          .containsAll(Set.of(Capability.MIXED_SHAPES, Capability.ENCODED))) {
        assertThatThrownBy(() -> store.putBatch(images))
            .isInstanceOfAny(ShapeMismatchException.class, UnsupportedImageException.class);
        assertThat(store.size()).isZero();
        return;
      }
      if (declares(store, SampleType.UINT16)) {
        images.add(SampleImages.labeled(5, new ImageShape(9, 9, 2, SampleType.UINT16), 1));
      }
      if (declares(store, SampleType.FLOAT32)) {
        images.add(SampleImages.labeled(6, new ImageShape(4, 5, 1, SampleType.FLOAT32), 1));
      }

      store.putBatch(images);

      assertThat(all(store)).isEqualTo(images);
      assertThat(store.verify().isClean()).isTrue();
      assertThat(store.readBatch(new long[] {4, 0}).shape()).isEqualTo(new ImageShape(1, 1, 1));
    }
  }

  /** Whether a store doesn't declare a capability; then it must refuse an image that needs it. */
  private static boolean refuses(Capability capability, ImageStore store, LabeledImage image) {
    if (store.info().capabilities().contains(capability)) {
      return false;
    }
    assertThatExceptionOfType(UnsupportedImageException.class).isThrownBy(() -> store.put(image));
    assertThat(store.contains(image.id())).isFalse();
    return true;
  }

  @Test
  void infoTellsBackendPlaceCountAndLabelNames() {
    List<String> names = List.of("cat", "dog", "söt häst, \"#1\"");
    try (ImageStore store = open(StoreOptions.builder().labelNames(names).build())) {
      store.putBatch(SampleImages.list(0, 7, RGB, 1));

      StoreInfo info = store.info();

      assertThat(info.backend()).isEqualTo(provider().backend());
      assertThat(info.location()).isEqualTo(path());
      assertThat(info.count()).isEqualTo(7);
      assertThat(info.labelNames()).isEqualTo(names);
    }
  }

  @Test
  void verifyFindsWholeImagesWhole() {
    int count = many(2500);
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, count, OTHER, 1));

      VerifyReport report = store.verify();

      assertThat(report.isClean()).isTrue();
      assertThat(report.imagesChecked()).isEqualTo(count);
    }
  }

  // Threads.

  @Test
  void manyThreadsReadWhileOneWrites() throws Exception {
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 200, RGB, 1));

      runTogether(
          Executors.newFixedThreadPool(9),
          8,
          thread -> readRandomly(store, thread),
          () -> appendImages(store, 200, 300));

      assertThat(all(store)).isEqualTo(SampleImages.list(0, 500, RGB, 1));
    }
  }

  @Test
  void manyThreadsWriteAndNothingIsLost() throws Exception {
    try (ImageStore store = open()) {
      ExecutorService executor = Executors.newFixedThreadPool(8);
      List<Future<?>> writers = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        int first = thread * 50;
        writers.add(executor.submit(() -> appendImages(store, first, 50)));
      }
      executor.shutdown(); // once these have ended
      for (Future<?> writer : writers) {
        writer.get();
      }

      assertThat(all(store)).isEqualTo(SampleImages.list(0, 400, RGB, 1));
    }
  }

  @Test
  void virtualThreadsReadAndWrite() throws Exception {
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 200, RGB, 1));

      runTogether(
          OneThreadATask.executor(),
          100,
          thread -> readRandomly(store, thread),
          () -> appendImages(store, 200, 50));

      assertThat(all(store)).isEqualTo(SampleImages.list(0, 250, RGB, 1));
    }
  }

  @Test
  void idsListsAllThatAreThereWhileOthersAreStoredBeforeThem() throws Exception {
    long[] there = LongStream.range(1000, 1200).toArray();
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(1000, 200, RGB, 1));
      Future<?> writer =
          executor.submit(
              () -> {
                for (LabeledImage image : SampleImages.list(0, 500, RGB, 1)) {
                  store.put(999 - image.id(), image.image(), image.label());
                }
              });
      do {
        assertThat(store.ids()).endsWith(there).isSorted();
      } while (!writer.isDone());

      writer.get();
      assertThat(store.ids()).hasSize(700);
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void readersDoNotWaitForABatchAndDoNotSeeItUnfinished() throws Exception {
    CountDownLatch halfWay = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 10, RGB, 1));
      Future<?> writer =
          executor.submit(
              () -> store.putBatch(pausing(SampleImages.list(5, 20, RGB, 2), 15, halfWay, goOn)));
      awaitReached(halfWay, writer);

      assertThat(all(store)).isEqualTo(SampleImages.list(0, 10, RGB, 1));
      assertThat(imagesOf(store.readBatch(0, 100))).isEqualTo(SampleImages.list(0, 10, RGB, 1));

      goOn.countDown();
      writer.get();
      assertThat(store.size()).isEqualTo(25);
      assertThat(store.get(5)).isEqualTo(SampleImages.labeled(5, RGB, 2));
    } finally {
      goOn.countDown();
      executor.shutdown();
    }
  }

  @Test
  void anInterruptHarmsNeitherStoreNorOtherThreads() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 50, RGB, 1));
      executor
          .submit(
              () -> {
                for (long turn = 0; turn < 50; turn++) {
                  long id = turn;
                  Thread.currentThread().interrupt();
                  attempt(() -> store.get(id));
                  Thread.currentThread().interrupt();
                  attempt(() -> store.readBatch(0, 10));
                  Thread.currentThread().interrupt();
                  attempt(() -> store.put(100, SampleImages.noise(RGB, 1), 1));
                }
                return null;
              })
          .get();

      store.put(200, SampleImages.noise(RGB, 2), 2);

      assertThat(imagesOf(store.readBatch(0, 50))).isEqualTo(SampleImages.list(0, 50, RGB, 1));
      assertThat(store.get(200).label()).isEqualTo(2);
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void theIteratorOfABatchMayReadTheStore() {
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 5, RGB, 1));

      store.putBatch(
          Stream.of(0L, 1L, 2L)
              .map(id -> new LabeledImage(id + 10, store.get(id).image(), store.label(id))));

      assertThat(store.get(12).image()).isEqualTo(store.get(2).image());
    }
  }

  @Test
  void theIteratorOfABatchMayNotWriteToTheStore() {
    try (ImageStore store = open()) {
      Stream<LabeledImage> writing =
          SampleImages.stream(0, 5, RGB, 1)
              .peek(image -> store.put(99, image.image(), image.label()));

      assertThatIllegalStateException()
          .isThrownBy(() -> store.putBatch(writing))
          .withMessageContaining("99");
      assertThat(store.size()).isZero();
    }
  }

  // Closing.

  @Test
  void closeMayBeCalledTwice() {
    ImageStore store = open();
    store.close();

    assertThatCode(store::close).doesNotThrowAnyException();
  }

  @Test
  void everyCallAfterCloseIsToldSo() {
    ImageStore store = open();
    store.put(1, SampleImages.noise(RGB, 1), 1);
    store.close();

    ImageBatch batch = ImageBatch.allocate(RGB, 1);
    batch.add(SampleImages.labeled(1, RGB, 1));
    for (Callable<?> call :
        List.<Callable<?>>of(
            () -> store.get(1),
            () -> store.find(1),
            () -> store.contains(1),
            () -> store.label(1),
            () -> store.size(),
            () -> store.ids(),
            () -> store.stream(),
            () -> store.stream(damaged -> {}),
            () -> store.repair(RepairPolicy.dropDamaged()),
            () -> store.info(),
            () -> store.verify(),
            () -> store.readBatch(0, 1),
            () -> store.readBatch(new long[] {1}),
            () -> store.readImages(new long[] {1}),
            () -> store.labels(new long[] {1}),
            () -> store.shape(1),
            () -> store.metadata(1),
            () -> store.append(SampleImages.noise(RGB, 1), 1),
            () -> store.delete(1))) {
      assertThatExceptionOfType(StoreClosedException.class)
          .isThrownBy(call::call)
          .withMessageContaining(path().toString());
    }
    for (Runnable call :
        List.<Runnable>of(
            () -> store.put(2, SampleImages.noise(RGB, 1), 1),
            () -> store.putBatch(List.of()),
            () -> store.putBatch(batch),
            () -> store.putBatch(SampleImages.stream(0, 1, RGB, 1)),
            () -> store.readBatch(new long[] {1}, batch),
            () -> store.readBatch(new long[] {0, 1}, 1, 1, batch),
            store::flush)) {
      assertThatExceptionOfType(StoreClosedException.class).isThrownBy(call::run);
    }
  }

  @Test
  void aStreamOfAStoreThatWasClosedIsToldSo() {
    ImageStore store = open();
    store.putBatch(SampleImages.list(0, many(2000), RGB, 1));
    try (Stream<LabeledImage> images = store.stream()) {
      Iterator<LabeledImage> i = images.iterator();
      i.next();
      store.close();

      assertThatExceptionOfType(StoreClosedException.class)
          .isThrownBy(() -> i.forEachRemaining(image -> {}));
    }
  }

  @Test
  void closeWaitsForTheBatchInFlight() throws Exception {
    CountDownLatch halfWay = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ExecutorService executor = Executors.newFixedThreadPool(2);
    ImageStore store = open();
    try {
      Future<?> writer =
          executor.submit(
              () -> store.putBatch(pausing(SampleImages.list(0, 20, RGB, 1), 10, halfWay, goOn)));
      awaitReached(halfWay, writer);
      Future<?> closer = executor.submit(store::close);
      while (isOpen(store)) {
        Thread.onSpinWait();
      }

      assertThat(closer).isNotDone();
      goOn.countDown();
      assertThat(writer).succeedsWithin(Duration.ofMinutes(1));
      assertThat(closer).succeedsWithin(Duration.ofMinutes(1));
    } finally {
      goOn.countDown();
      executor.shutdown();
      store.close();
    }
  }

  @Test
  void theIteratorOfABatchInFlightMayReadTheStoreThatIsBeingClosed() throws Exception {
    CountDownLatch halfWay = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ExecutorService executor = Executors.newFixedThreadPool(2);
    ImageStore store = open();
    try {
      store.putBatch(SampleImages.list(0, 10, RGB, 1));
      List<LabeledImage> read = new ArrayList<>();
      Stream<LabeledImage> reading =
          pausing(SampleImages.list(10, 10, RGB, 1), 0, halfWay, goOn)
              .peek(image -> read.add(store.get(image.id() - 10)));
      Future<?> writer = executor.submit(() -> store.putBatch(reading));
      awaitReached(halfWay, writer);
      Future<?> closer = executor.submit(store::close);
      while (isOpen(store)) {
        Thread.onSpinWait();
      }
      goOn.countDown();

      assertThat(writer).succeedsWithin(Duration.ofMinutes(1));
      assertThat(closer).succeedsWithin(Duration.ofMinutes(1));
      assertThat(read).isEqualTo(SampleImages.list(0, 10, RGB, 1));
    } finally {
      goOn.countDown();
      executor.shutdown();
      store.close();
    }
  }

  @Test
  void aVisitorMayReadTheStoreButNotWriteToItOrCloseIt() {
    LabeledImage other = SampleImages.labeled(3, RGB, 2);
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 4, RGB, 1));
      List<Runnable> writes =
          List.of(
              () -> store.put(other),
              () -> store.append(other.image(), 1),
              () -> store.putBatch(List.of(other)),
              () -> store.delete(3),
              store::flush,
              () -> store.repair(RepairPolicy.dropDamaged()),
              store::close);
      List<Long> seen = new ArrayList<>();

      ((DirectSource) store)
          .visit(
              new long[] {0, 1},
              0,
              2,
              (i, image, bytes) -> {
                assertThat(store.get(3)).isEqualTo(SampleImages.labeled(3, RGB, 1));
                for (Runnable write : writes) {
                  assertThatIllegalStateException()
                      .isThrownBy(write::run)
                      .withMessageContaining("visitor")
                      .withMessageContaining("let that call end first");
                }
                seen.add(image.id());
              });

      assertThat(seen).containsExactly(0L, 1L);
      store.put(other);
      assertThat(store.get(3)).isEqualTo(other);
    }
  }

  @Test
  void aTransformMayNotWriteToTheStoreThatItsImagesComeFrom() {
    try (ImageStore store = open()) {
      store.putBatch(SampleImages.list(0, 4, RGB, 1));
      Transform writing = sample -> store.put(9, SampleImages.noise(RGB, 9), 9);

      try (DataLoader loader = DataLoader.builder(store).batchSize(4).transform(writing).build()) {
        assertThatThrownBy(() -> loader.epoch(0).iterator().next())
            .hasStackTraceContaining("IllegalStateException: storing image 9");
      }

      assertThat(store.contains(9)).isFalse();
    }
  }

  @Test
  void closeFromTheIteratorOfABatchIsRefused() {
    try (ImageStore store = open()) {
      Runnable close = store::close;
      Stream<LabeledImage> closing = SampleImages.stream(0, 5, RGB, 1).peek(image -> close.run());

      assertThatIllegalStateException().isThrownBy(() -> store.putBatch(closing));
      assertThat(store.size()).isZero();
      store.put(1, SampleImages.noise(RGB, 1), 1);
    }
  }

  // Opening.

  @Test
  void openingReadOnlyWhereThereIsNothingIsRefusedAndCreatesNothing() {
    assertThatExceptionOfType(StoreNotFoundException.class)
        .isThrownBy(this::openReadOnly)
        .withMessageContaining(path().toString());
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void theServiceLoaderFindsTheBackend() {
    assertThat(ImageStores.backends()).contains(provider().backend());
  }

  // What the tests are made of.

  static List<LabeledImage> all(ImageSource store) {
    try (Stream<LabeledImage> images = store.stream()) {
      return images.toList();
    }
  }

  static List<LabeledImage> imagesOf(ImageBatch batch) {
    List<LabeledImage> images = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      images.add(new LabeledImage(batch.id(i), batch.image(i), batch.label(i)));
    }
    return images;
  }

  private static List<LabeledImage> imagesOf(long... ids) {
    List<LabeledImage> images = new ArrayList<>();
    for (long id : ids) {
      images.add(SampleImages.labeled(id, RGB, 1));
    }
    return images;
  }

  private static Stream<LabeledImage> failingAfter(
      List<LabeledImage> images, RuntimeException failure) {
    return Stream.concat(
        images.stream(),
        Stream.of(0)
            .map(
                nothing -> {
                  throw failure;
                }));
  }

  private static Stream<LabeledImage> pausing(
      List<LabeledImage> images, int at, CountDownLatch reached, CountDownLatch goOn) {
    LabeledImage pause = images.get(at);
    return images.stream()
        .peek(
            image -> {
              if (image.id() == pause.id()) {
                reached.countDown();
                try {
                  goOn.await();
                } catch (InterruptedException e) {
                  throw new AssertionError("nobody interrupts this thread", e);
                }
              }
            });
  }

  /** Waits until a writer is half way, or has failed before. */
  private static void awaitReached(CountDownLatch halfWay, Future<?> writer) throws Exception {
    while (!halfWay.await(1, TimeUnit.MILLISECONDS)) {
      if (writer.isDone()) {
        writer.get();
      }
    }
  }

  /** An interrupted call may fail, but only as the contract says. */
  private static void attempt(Runnable call) {
    try {
      call.run();
    } catch (ImageStoreException e) {
      assertThat(e).hasMessageNotContaining("null");
    } finally {
      Thread.interrupted();
    }
  }

  private static boolean isOpen(ImageStore store) {
    try {
      store.size();
      return true;
    } catch (StoreClosedException e) {
      return false;
    }
  }

  private static void appendImages(ImageStore store, int firstId, int count) {
    for (LabeledImage image : SampleImages.list(firstId, count, RGB, 1)) {
      store.put(image.id(), image.image(), image.label());
    }
  }

  private static void readRandomly(ImageStore store, int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int turn = 0; turn < 100; turn++) {
      long id = random.nextInt(190);
      assertThat(store.get(id)).isEqualTo(SampleImages.labeled(id, RGB, 1));
      assertThat(imagesOf(store.readBatch(id, 3))).isEqualTo(SampleImages.list(id, 3, RGB, 1));
      assertThat(store.label(id)).isEqualTo(SampleImages.labeled(id, RGB, 1).label());
    }
  }

  private interface Reader {
    void read(int thread);
  }

  private static void runTogether(
      ExecutorService executor, int readers, Reader reader, Runnable writer) throws Exception {
    List<Future<?>> running = new ArrayList<>();
    running.add(executor.submit(writer));
    for (int thread = 0; thread < readers; thread++) {
      int number = thread;
      running.add(executor.submit(() -> reader.read(number)));
    }
    executor.shutdown(); // once these have ended
    for (Future<?> task : running) {
      task.get();
    }
    assertThat(executor.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
  }
}
