package io.imagestore.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStoreException;
import io.imagestore.SampleType;
import io.imagestore.ShapeMismatchException;
import io.imagestore.internal.Uninterruptibly;
import io.imagestore.spi.StaleSnapshotException;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class DataLoaderTest {

  private static final Transform[] AUGMENTED = {
    Transforms.randomResizedCrop(6),
    Transforms.randomFlip(),
    Transforms.toFloat().normalize(new float[] {0.5f, 0.4f, 0.3f}, new float[] {0.2f, 0.3f, 0.4f})
  };

  @Test
  void givesEachImageOnceWithItsLabelAndPixels() {
    TestSource source = TestSource.ofRaw(50, 4, 5, 3);

    List<Seen> seen =
        Seen.all(loader(source).batchSize(8).shuffle(1).layout(Layout.NHWC).build().epoch(0));

    assertThat(seen).extracting(Seen::id).containsExactlyInAnyOrderElementsOf(boxed(source.ids()));
    for (Seen image : seen) {
      assertThat(image.label()).isEqualTo(TestSource.label(image.id()));
      assertThat(image.samples()).isEqualTo(source.image(image.id()).bytes());
    }
  }

  @Test
  void followsTheOrder() {
    TestSource source = TestSource.ofRaw(50, 2, 2, 1);
    LongSequence order = Order.shuffled(7).epoch(3, 50);
    long[] ids = source.ids();

    List<Long> seen = Seen.ids(loader(source).batchSize(8).shuffle(7).build().epoch(3));

    assertThat(seen)
        .isEqualTo(LongStream.range(0, 50).mapToObj(i -> ids[(int) order.get(i)]).toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 7})
  void givesTheSameForAnyNumberOfWorkers(int workers) {
    for (TestSource source :
        List.of(TestSource.ofRaw(60, 9, 11, 3), TestSource.ofPng(60, 9, 11, 3))) {
      List<Seen> expected =
          Seen.all(
              loader(source)
                  .batchSize(7)
                  .shuffle(5)
                  .transform(AUGMENTED)
                  .workers(2)
                  .build()
                  .epoch(1));

      DataLoader loader =
          loader(source).batchSize(7).shuffle(5).transform(AUGMENTED).workers(workers).build();

      assertThat(Seen.all(loader.epoch(1))).isEqualTo(expected);
      assertThat(Seen.all(loader.epoch(0))).isNotEqualTo(expected);
      assertThat(Seen.all(loader.epoch(1))).isEqualTo(expected);
    }
  }

  @Test
  void givesTheSameForEncodedImagesAsForRawOnes() {
    List<Seen> raw =
        Seen.all(
            loader(TestSource.ofRaw(30, 20, 30, 3))
                .batchSize(7)
                .transform(AUGMENTED)
                .build()
                .epoch(0));
    List<Seen> encoded =
        Seen.all(
            loader(TestSource.ofPng(30, 20, 30, 3))
                .batchSize(7)
                .transform(AUGMENTED)
                .build()
                .epoch(0));

    assertThat(encoded).isEqualTo(raw);
  }

  @Test
  void readsASourceThatShowsNothingWhereItLies() {
    TestSource source = TestSource.ofPng(30, 9, 8, 3).damage(3, 1020);
    List<Seen> expected =
        Seen.all(augmented(source.open()).onFailure(OnFailure.skip()).build().epoch(0));

    List<Seen> seen =
        Seen.all(augmented(indirect(source.open())).onFailure(OnFailure.skip()).build().epoch(0));

    assertThat(seen).hasSize(28).isEqualTo(expected);
  }

  private static DataLoader.Builder augmented(ImageSource source) {
    return DataLoader.builder(source).batchSize(7).shuffle(1).transform(AUGMENTED);
  }

  /** The same source without more than every source has to have. */
  private static ImageSource indirect(ImageSource source) {
    return (ImageSource)
        Proxy.newProxyInstance(
            ImageSource.class.getClassLoader(),
            new Class<?>[] {ImageSource.class},
            (proxy, method, arguments) -> {
              try {
                return method.invoke(source, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void putsFloatsChannelByChannel() {
    TestSource source = TestSource.empty().add(3, Image.of(1, 2, 3, bytes(6)));

    TensorBatch batch = first(loader(source).batchSize(1).transform(Transforms.toFloat()));

    assertThat(batch.shape()).containsExactly(1, 3, 1, 2);
    assertThat(batch.type()).isEqualTo(TensorType.FLOAT32);
    assertThat(floats(batch)).containsExactly(0, 3 / 255f, 1 / 255f, 4 / 255f, 2 / 255f, 5 / 255f);
  }

  @Test
  void putsFloatsPixelByPixel() {
    TestSource source = TestSource.empty().add(3, Image.of(1, 2, 3, bytes(6)));

    TensorBatch batch =
        first(loader(source).batchSize(1).transform(Transforms.toFloat()).layout(Layout.NHWC));

    assertThat(batch.shape()).containsExactly(1, 1, 2, 3);
    assertThat(floats(batch)).containsExactly(0, 1 / 255f, 2 / 255f, 3 / 255f, 4 / 255f, 5 / 255f);
  }

  @Test
  void putsBytesChannelByChannel() {
    TestSource source = TestSource.empty().add(3, Image.of(1, 2, 3, bytes(6)));

    TensorBatch batch = first(loader(source).batchSize(1));

    assertThat(batch.type()).isEqualTo(TensorType.UINT8);
    assertThat(batch.data()).isEqualTo(ByteBuffer.wrap(new byte[] {0, 3, 1, 4, 2, 5}));
    assertThatIllegalStateException()
        .isThrownBy(batch::floats)
        .withMessageContaining("holds samples of UINT8")
        .withMessageContaining("toFloat() as the last");
  }

  @Test
  void givesDirectBuffersInTheMachinesOrder() {
    TestSource source = TestSource.ofRaw(5, 2, 2, 1);

    TensorBatch batch = first(loader(source).batchSize(5).transform(Transforms.toFloat()));

    assertThat(batch.data().isDirect()).isTrue();
    assertThat(batch.data().order()).isEqualTo(ByteOrder.nativeOrder());
    assertThat(batch.data().asFloatBuffer()).isEqualTo(batch.floats());
  }

  @Test
  void copiesIntoTheCallersBuffers() {
    TestSource source = TestSource.ofRaw(5, 2, 2, 1);
    TensorBatch batch = first(loader(source).batchSize(5).transform(Transforms.toFloat()));
    FloatBuffer target = FloatBuffer.allocate(21).position(1);

    batch.copyTo(target);

    assertThat(target.remaining()).isZero();
    assertThat(target.slice(1, 20)).isEqualTo(batch.floats());
  }

  @Test
  void makesFloatsOfSixteenBitsAndScalesThemIfAsked() {
    ImageShape shape = new ImageShape(2, 3, 2, SampleType.UINT16);
    TestSource source = TestSource.empty().add(0, TestSource.wide(shape, 0));
    ByteBuffer samples = source.image(0).bytes();
    float[] expected = new float[12];
    for (int i = 0; i < 12; i++) {
      expected[i] = samples.getShort(2 * i) & 0xffff;
    }

    TensorBatch asTheyAre = first(loader(source).batchSize(1).layout(Layout.NHWC));
    assertThat(floats(asTheyAre)).isEqualTo(expected);

    TensorBatch scaled =
        first(
            loader(source)
                .batchSize(1)
                .layout(Layout.NHWC)
                .transform(
                    Transforms.toFloat().normalize(new float[] {0.5f}, new float[] {0.25f})));
    for (int i = 0; i < 12; i++) {
      assertThat(scaled.floats().get(i)).isEqualTo((expected[i] / 65_535f - 0.5f) / 0.25f);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = SampleType.class,
      names = {"UINT16", "FLOAT32"})
  void cropsPadsAndFlipsWideSamples(SampleType type) {
    ImageShape shape = new ImageShape(2, 2, 1, type);
    TestSource source = TestSource.empty().add(0, TestSource.wide(shape, 0));
    float[] whole = floats(first(loader(source).batchSize(1)));

    TensorBatch batch =
        first(
            loader(source)
                .batchSize(1)
                .transform(
                    sample -> sample.crop(0, 0, 1, 2),
                    sample -> sample.pad(1, 0, 0, 1),
                    sample -> sample.flipHorizontally()));

    assertThat(floats(batch)).containsExactly(0, 0, 0, 0, whole[1], whole[0]);
  }

  @ParameterizedTest
  @EnumSource(
      value = SampleType.class,
      names = {"UINT16", "FLOAT32"})
  void refusesToResizeWideSamples(SampleType type) {
    ImageShape shape = new ImageShape(2, 2, 1, type);
    TestSource source = TestSource.empty().add(17, TestSource.wide(shape, 0));
    DataLoader.Builder builder =
        loader(source).batchSize(1).transform(Transforms.resize(4, 4), Transforms.toFloat());

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> first(builder))
        .withMessageContaining("image 17 in store test can't be transformed")
        .withMessageContaining("Only images of 8 bits a sample can be resized")
        .withMessageContaining(type.name());
  }

  @Test
  void keepsABatchUntilTheNextOneIsTaken() {
    TestSource source = TestSource.ofRaw(64, 3, 3, 1);
    try (DataLoader loader = loader(source).batchSize(2).workers(3).prefetch(3).build()) {
      Iterator<TensorBatch> batches = loader.epoch(0).iterator();
      while (batches.hasNext()) {
        TensorBatch batch = batches.next();
        List<Seen> atFirst = Seen.in(batch);
        assertThat(batches.hasNext()).isEqualTo(batch.ids()[1] != source.ids()[63]);
        assertThat(Seen.in(batch)).isEqualTo(atFirst);
      }
    }
  }

  @Test
  void readsNoFurtherAheadThanItIsToldTo() throws InterruptedException {
    Semaphore reads = new Semaphore(0);
    TestSource source = TestSource.ofRaw(100, 1, 1, 1).onRead(reads::release);
    try (DataLoader loader = loader(source).batchSize(5).workers(2).prefetch(3).build()) {
      Iterator<TensorBatch> batches = loader.epoch(0).iterator();
      batches.next();

      reads.acquire(20); // the batch that was handed out, and three more
      awaitWaiting("imagestore-loader-");

      assertThat(reads.availablePermits()).isZero();
    }
  }

  @Test
  void padsTheLastBatchAndMarksIt() {
    DataLoader loader =
        loader(TestSource.ofRaw(10, 2, 2, 1)).batchSize(4).lastBatch(LastBatch.PAD).build();

    List<Seen> seen = Seen.all(loader.epoch(0));

    assertThat(seen).hasSize(12);
    assertThat(seen).filteredOn(Seen::padding).extracting(Seen::id).containsExactly(0L, 1L);
    assertThat(seen.get(10).samples()).isEqualTo(seen.get(0).samples());
  }

  @Test
  void coversTheEpochWithAllRanksTogether() {
    TestSource source = TestSource.ofRaw(53, 1, 1, 1);
    List<Long> all = new ArrayList<>();
    Set<Long> counts = new HashSet<>();
    for (int rank = 0; rank < 3; rank++) {
      Epoch epoch = loader(source).batchSize(4).shuffle(2).shard(rank, 3).build().epoch(0);
      counts.add(epoch.batches());
      Seen.all(epoch).stream().filter(seen -> !seen.padding()).map(Seen::id).forEach(all::add);
    }

    assertThat(counts).containsExactly(5L);
    assertThat(all).containsExactlyInAnyOrderElementsOf(boxed(source.ids()));
  }

  @Test
  void readsAPart() {
    TestSource source = TestSource.ofRaw(40, 1, 1, 1);
    List<Subset> parts = Subset.split(3, 40, 0.75, 0.25);

    List<Long> trained =
        Seen.ids(loader(source).batchSize(4).subset(parts.get(0)).shuffle(1).build().epoch(0));
    List<Long> validated =
        Seen.ids(loader(source).batchSize(4).subset(parts.get(1)).build().epoch(0));

    assertThat(trained).hasSize(30).doesNotContainAnyElementsOf(validated);
    assertThat(validated).hasSize(10);
  }

  @Test
  void coversWhatTheSourceHeldWhenTheEpochBegan() {
    TestSource source = TestSource.ofRaw(10, 1, 1, 1);
    DataLoader loader = loader(source).batchSize(3).workers(0).build();
    Iterator<TensorBatch> batches = loader.epoch(0).iterator();
    batches.next();
    source.add(5_000, TestSource.raw(1, 1, 1, 1));

    int rest = 0;
    while (batches.hasNext()) {
      rest += batches.next().size();
    }

    assertThat(rest).isEqualTo(7);
    assertThat(Seen.ids(loader.epoch(1))).hasSize(11);
  }

  @Test
  void coversTheSameSamplesOnEachRankThoughAWriterGoesOnBetweenThem() {
    TestSource source = TestSource.ofRaw(10, 1, 1, 1);
    DataLoader.Builder first = loader(source).batchSize(1).shuffle(3).samples(10).shard(0, 2);
    DataLoader.Builder second = loader(source).batchSize(1).shuffle(3).samples(10).shard(1, 2);
    List<Long> seen = new ArrayList<>(Seen.ids(first.build().epoch(0)));
    source.add(5_000, TestSource.raw(1, 1, 1, 1));

    seen.addAll(Seen.ids(second.build().epoch(0)));

    assertThat(seen)
        .containsExactlyInAnyOrderElementsOf(boxed(TestSource.ofRaw(10, 1, 1, 1).ids()));
  }

  @Test
  void refusesToReadMoreSamplesThanThereAre() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> loader(TestSource.ofRaw(8, 1, 1, 1)).batchSize(4).samples(9).build())
        .withMessageContaining("first 9 samples")
        .withMessageContaining("has 8");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> loader(TestSource.ofRaw(8, 1, 1, 1)).batchSize(4).samples(-1).build())
        .withMessageContaining("samples must be at least 0");
  }

  @Test
  void aTransformKnowsTheImageAndMayGiveItAnotherLabel() {
    TestSource source = TestSource.ofRaw(20, 1, 1, 1);
    Transform relabeling = sample -> sample.relabel((int) sample.id() + 100 * sample.label());

    List<Seen> seen = Seen.all(loader(source).batchSize(8).transform(relabeling).build().epoch(0));

    assertThat(seen)
        .hasSize(20)
        .allSatisfy(
            image ->
                assertThat(image.label())
                    .isEqualTo((int) image.id() + 100 * TestSource.label(image.id())));
  }

  @Test
  void givesNoBatchOfAnEmptySource() {
    DataLoader loader = loader(TestSource.empty()).batchSize(3).shuffle(1).build();

    assertThat(loader.epoch(0).batches()).isZero();
    assertThat(loader.epoch(0)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void endsTheEpochAtADamagedImageAndNamesIt(int workers) {
    TestSource source = TestSource.ofRaw(40, 1, 1, 1).damage(9);
    DataLoader loader = loader(source).batchSize(4).workers(workers).build();
    Iterator<TensorBatch> batches = loader.epoch(0).iterator();
    batches.next();
    batches.next();

    assertThatExceptionOfType(CorruptImageException.class)
        .isThrownBy(batches::next)
        .satisfies(e -> assertThat(e.id()).isEqualTo(9));

    assertThat(loader.state().seen()).isEqualTo(8);
    assertThatIllegalStateException().isThrownBy(batches::next);
    assertNoThreads();
  }

  @Test
  void namesAnImageThatATransformFailsFor() {
    TestSource source = TestSource.ofRaw(10, 4, 4, 1).add(3, TestSource.raw(3, 2, 2, 1));
    DataLoader.Builder builder = loader(source).batchSize(5).transform(Transforms.randomCrop(4, 0));

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> first(builder))
        .withMessageStartingWith("image 3 in store test can't be transformed: randomCrop(4, 4");
  }

  @Test
  void namesAnImageThatCannotBeDecoded() {
    TestSource source = TestSource.ofPng(10, 4, 4, 3);
    byte[] file = source.image(4).encodedBytes();
    file[file.length - 20] ^= 1;
    source.add(4, Image.encoded(ByteBuffer.wrap(file), "png", new ImageShape(4, 4, 3)));

    assertThatExceptionOfType(CorruptImageException.class)
        .isThrownBy(() -> first(loader(source).batchSize(10)))
        .withMessageContaining("image 4 in store test is damaged")
        .withMessageContaining("they are no whole png");
  }

  @Test
  void namesAnImageThatATransformOfAnotherLanguageFailsForWithACheckedException() {
    Transform failing = sample -> DataLoaderTest.<RuntimeException>throwUnseen(new IOException());

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(
            () -> first(loader(TestSource.ofRaw(1, 1, 1, 1)).batchSize(1).transform(failing)))
        .withMessageContaining("image 1000 ")
        .withCauseInstanceOf(IOException.class);
  }

  @SuppressWarnings("unchecked") // as languages without checked exceptions do
  private static <E extends Exception> void throwUnseen(Exception e) throws E {
    throw (E) e;
  }

  @Test
  void leavesOutNoMoreFailingImagesThanItIsToldTo() {
    TestSource source = TestSource.ofRaw(20, 1, 1, 1).damage(2, 4, 6);

    List<Long> seen =
        Seen.ids(loader(source).batchSize(8).onFailure(OnFailure.skip(3)).build().epoch(0));

    assertThat(seen).hasSize(17);
    assertThatExceptionOfType(CorruptImageException.class)
        .isThrownBy(
            () ->
                Seen.ids(loader(source).batchSize(8).onFailure(OnFailure.skip(2)).build().epoch(0)))
        .satisfies(e -> assertThat(e.id()).isEqualTo(6));
  }

  @Test
  void passesAnErrorOn() {
    TestSource source = TestSource.ofRaw(10, 1, 1, 1);
    Transform failing =
        sample -> {
          throw new StackOverflowError("of a test");
        };

    assertThatExceptionOfType(StackOverflowError.class)
        .isThrownBy(() -> first(loader(source).batchSize(10).transform(failing)))
        .withMessage("of a test");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void leavesFailingImagesOutAndReportsThem(int workers) {
    TestSource source = TestSource.ofRaw(40, 2, 3, 1);
    List<Long> failed = new ArrayList<>();
    Thread consumer = Thread.currentThread();
    DataLoader loader =
        loader(source)
            .batchSize(4)
            .workers(workers)
            .layout(Layout.NHWC)
            .onFailure(
                (id, cause) -> {
                  assertThat(Thread.currentThread()).isSameAs(consumer);
                  failed.add(id);
                })
            .build();
    Epoch epoch = loader.epoch(0);
    source.damage(0, 9, 11, 1030).remove(17);

    List<Seen> seen = Seen.all(epoch);

    assertThat(failed).containsExactly(0L, 9L, 11L, 17L, 1030L);
    List<Long> expected = new ArrayList<>(boxed(TestSource.ofRaw(40, 1, 1, 1).ids()));
    expected.removeAll(failed);
    assertThat(seen).extracting(Seen::id).isEqualTo(expected);
    assertThat(seen)
        .allSatisfy(
            image -> assertThat(image.samples()).isEqualTo(source.image(image.id()).bytes()));
    assertThat(loader.stats().skipped()).isEqualTo(5);
    assertThat(loader.stats().images()).isEqualTo(35);
    assertThat(loader.stats().batches()).isEqualTo(10);
    assertThat(loader.state().seen()).isEqualTo(40);
  }

  @Test
  void givesAnEmptyBatchWhereAllImagesOfOneFail() {
    TestSource source = TestSource.ofRaw(8, 1, 1, 1).damage(0, 1, 2, 3);
    List<Integer> sizes = new ArrayList<>();

    for (TensorBatch batch :
        loader(source).batchSize(4).onFailure(OnFailure.skip()).build().epoch(0)) {
      sizes.add(batch.size());
      assertThat(batch.data().remaining()).isEqualTo(batch.size());
    }

    assertThat(sizes).containsExactly(0, 4);
  }

  @Test
  void givesNoFloatsOfBytesEvenInAnEmptyBatch() {
    TestSource source = TestSource.ofRaw(40, 1, 1, 1);
    source.damage(Arrays.copyOfRange(source.ids(), 36, 40));
    DataLoader loader =
        loader(source).batchSize(4).workers(0).prefetch(1).onFailure(OnFailure.skip()).build();
    for (TensorBatch batch : loader.epoch(0)) {
      assertThatIllegalStateException().isThrownBy(batch::floats);
    }
  }

  @Test
  void givesNoFloatsInAnEmptyBatchThatComesFirst() {
    TestSource source = TestSource.ofRaw(8, 1, 1, 1).damage(0, 1, 2, 3);
    List<Integer> floats = new ArrayList<>();

    for (TensorBatch batch :
        loader(source)
            .batchSize(4)
            .transform(Transforms.toFloat())
            .onFailure(OnFailure.skip())
            .build()
            .epoch(0)) {
      floats.add(batch.floats().remaining());
    }

    assertThat(floats).containsExactly(0, 4);
  }

  /** The writer overwrites image 0 once it was shown, and another can't be found any more. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void believesNothingThatWasShownBeforeTheWriterMovedOn(boolean deleted) {
    TestSource source = TestSource.ofRaw(4, 2, 2, 1);
    byte[] expected = source.image(0).pixels();
    source.overwrite(0, 99);
    AtomicInteger reads = new AtomicInteger();
    source.onRead(
        () -> {
          if (reads.getAndIncrement() == 1) { // image 0 was shown
            source.add(0, Image.of(2, 2, 1, expected));
            if (deleted) {
              source.remove(1);
            } else {
              source.damageRecord(1);
            }
            throw new StaleSnapshotException();
          }
        });
    List<Long> failed = new ArrayList<>();

    List<Seen> seen =
        Seen.all(
            loader(source)
                .batchSize(4)
                .workers(0)
                .onFailure((id, cause) -> failed.add(id))
                .build()
                .epoch(0));

    assertThat(failed).containsExactly(1L);
    assertThat(seen).extracting(Seen::id).containsExactly(0L, 1002L, 1003L);
    assertThat(seen.get(0).samples()).isEqualTo(ByteBuffer.wrap(expected));
  }

  @Test
  void goesOnWhereAnImageIsDeletedThatWasShownBeforeTheWriterMovedOn() {
    TestSource source = TestSource.ofRaw(4, 2, 2, 1);
    AtomicInteger reads = new AtomicInteger();
    source.onRead(
        () -> {
          if (reads.getAndIncrement() == 1) {
            source.remove(0);
            throw new StaleSnapshotException();
          }
        });

    List<Long> ids =
        Seen.ids(
            loader(source).batchSize(4).workers(0).onFailure(OnFailure.skip()).build().epoch(0));

    assertThat(ids).containsExactly(1L, 1002L, 1003L);
  }

  @Test
  void isClosedBetweenTwoImagesOfABatch() throws Exception {
    TestSource source = TestSource.ofRaw(1000, 1, 1, 1);
    AtomicInteger reads = new AtomicInteger();
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch closing = new CountDownLatch(1);
    source.onRead(
        () -> {
          reads.incrementAndGet();
          reading.countDown();
          Uninterruptibly.await(closing);
        });
    DataLoader loader = loader(source).batchSize(1000).workers(1).build();
    FutureTask<Void> consumer =
        new FutureTask<>(() -> assertIllegalState(() -> loader.epoch(0).iterator().next()), null);
    new Thread(consumer).start();
    Uninterruptibly.await(reading);
    Thread closer = new Thread(loader::close);
    closer.start();
    consumer.get(); // it is told that the loader is closed before the image is read

    closing.countDown();
    closer.join();

    assertThat(reads.get()).isLessThan(3);
  }

  /** What reads the images itself can't be told before it has read one. */
  @Test
  void tellsAConsumerThatReadsItselfThatAnotherThreadHasClosedTheLoader() throws Exception {
    TestSource source = TestSource.ofRaw(10, 1, 1, 1);
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    source.onRead(
        () -> {
          reading.countDown();
          Uninterruptibly.await(closed);
        });
    DataLoader loader = loader(source).batchSize(10).workers(0).build();
    FutureTask<Void> consumer =
        new FutureTask<>(() -> assertIllegalState(() -> loader.epoch(0).iterator().next()), null);
    new Thread(consumer).start();
    Uninterruptibly.await(reading);
    loader.close();
    closed.countDown();

    consumer.get();
  }

  private static void assertIllegalState(Runnable call) {
    assertThatIllegalStateException().isThrownBy(call::run);
  }

  @Test
  void refusesAnOrderByWhichNoRunCouldBeResumed() {
    Order nameless = (epoch, samples) -> Order.sequential().epoch(epoch, samples);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> loader(TestSource.ofRaw(8, 1, 1, 1)).batchSize(4).order(nameless).build())
        .withMessageContaining("toString()");
  }

  @Test
  void tellsWhereAnOrderLeavesTheSource() {
    Order wrong =
        new Order() {
          @Override
          public LongSequence epoch(long epoch, long samples) {
            return Order.sequential().epoch(epoch, samples + 1);
          }

          @Override
          public String toString() {
            return "wrong";
          }
        };

    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                Seen.all(
                    loader(TestSource.ofRaw(8, 1, 1, 1))
                        .batchSize(4)
                        .order(wrong)
                        .build()
                        .epoch(0)))
        .withMessageContaining("index 8 at position 8 of epoch 0");
  }

  @Test
  void tellsOfAnImageThatWasDeletedSinceTheEpochBegan() {
    TestSource source = TestSource.ofRaw(8, 1, 1, 1);
    Epoch epoch = loader(source).batchSize(4).build().epoch(0);
    source.remove(2);

    assertThatExceptionOfType(ImageNotFoundException.class)
        .isThrownBy(() -> epoch.iterator().next())
        .satisfies(e -> assertThat(e.id()).isEqualTo(2));
  }

  @Test
  void refusesMixedShapesAndSaysWhatToAdd() {
    TestSource source = TestSource.ofRaw(4, 3, 3, 1).add(2, TestSource.raw(2, 5, 4, 1));

    assertThatExceptionOfType(ShapeMismatchException.class)
        .isThrownBy(() -> first(loader(source).batchSize(4).workers(0).onFailure(OnFailure.skip())))
        .withMessageContaining("Image 2 is 5x4x1 uint8")
        .withMessageContaining("image 0 was 3x3x1 uint8")
        .withMessageContaining("randomResizedCrop");
  }

  @Test
  void givesMixedShapesOneByOneIfToldTo() {
    TestSource source = TestSource.ofRaw(4, 3, 3, 1).add(2, TestSource.raw(2, 5, 4, 1));

    for (TensorBatch batch : loader(source).batchSize(2).mixedShapes(true).build().epoch(0)) {
      assertThat(batch.hasMixedShapes()).isTrue();
      for (int i = 0; i < batch.size(); i++) {
        Image image = source.image(batch.ids()[i]);
        byte[] bytes = new byte[batch.data(i).remaining()];
        batch.data(i).get(bytes);

        assertThat(batch.shape(i))
            .containsExactly(1, image.shape().height(), image.shape().width());
        assertThat(bytes).isEqualTo(image.pixels());
      }
    }
  }

  @Test
  void givesNoTensorOfMixedShapes() {
    TestSource source = TestSource.ofRaw(4, 3, 3, 1);
    TensorBatch batch = first(loader(source).batchSize(4).mixedShapes(true));

    assertThatIllegalStateException()
        .isThrownBy(batch::data)
        .withMessageContaining("mixed shapes; take them one by one");
    assertThatIllegalStateException().isThrownBy(batch::shape);
  }

  @Test
  void leavesFailingImagesOutOfMixedShapes() {
    TestSource source = TestSource.ofRaw(4, 3, 3, 1).add(1, TestSource.raw(1, 5, 4, 1)).damage(0);

    TensorBatch batch =
        first(loader(source).batchSize(2).mixedShapes(true).onFailure(OnFailure.skip()));

    assertThat(batch.ids()).containsExactly(1);
    assertThat(batch.shape(0)).containsExactly(1, 5, 4);
    assertThat(batch.data(0)).isEqualTo(ByteBuffer.wrap(source.image(1).pixels()));
  }

  @Test
  void givesEachImageOfATensorToo() {
    TestSource source = TestSource.ofRaw(4, 3, 5, 3);
    TensorBatch batch = first(loader(source).batchSize(4).transform(Transforms.toFloat()));

    assertThat(batch.shape(3)).containsExactly(3, 3, 5);
    assertThat(batch.floats(3)).isEqualTo(batch.floats().slice(3 * 45, 45));
    assertThat(batch.data(3)).isEqualTo(batch.data().slice(3 * 180, 180));
  }

  @Test
  void refusesMixedShapesOfMixedTypes() {
    TestSource source =
        TestSource.ofRaw(2, 3, 3, 1)
            .add(1, TestSource.wide(new ImageShape(3, 3, 1, SampleType.UINT16), 1));

    assertThatExceptionOfType(ShapeMismatchException.class)
        .isThrownBy(() -> first(loader(source).batchSize(4).workers(0).mixedShapes(true)))
        .withMessageContaining("toFloat for the type");
  }

  @Test
  void putsFloatsOfSixteenBits() {
    TestSource source = TestSource.ofRaw(2, 3, 3, 2);
    for (Layout layout : Layout.values()) {
      FloatBuffer floats =
          first(loader(source).batchSize(2).layout(layout).transform(Transforms.toFloat()))
              .floats();
      TensorBatch batch =
          first(loader(source).batchSize(2).layout(layout).transform(Transforms.toFloat().half()));

      assertThat(batch.type()).isEqualTo(TensorType.FLOAT16);
      ShortBuffer halves = batch.data().asShortBuffer();
      assertThat(halves.remaining()).isEqualTo(floats.remaining());
      while (floats.hasRemaining()) {
        assertThat(halves.get()).isEqualTo(HalfFloat.of(floats.get()));
      }
    }
  }

  @Test
  void makesFloatsOfSixteenBitsOfWiderSamples() {
    ImageShape shape = new ImageShape(2, 3, 2, SampleType.FLOAT32);
    TestSource source = TestSource.empty().add(0, TestSource.wide(shape, 3));
    FloatBuffer floats =
        first(loader(source).batchSize(1).transform(Transforms.toFloat())).floats();

    ShortBuffer halves =
        first(loader(source).batchSize(1).transform(Transforms.toFloat().half()))
            .data()
            .asShortBuffer();

    while (floats.hasRemaining()) {
      assertThat(halves.get()).isEqualTo(HalfFloat.of(floats.get()));
    }
  }

  @Test
  void fillsTheCallersMemory() {
    TestSource source = TestSource.ofRaw(4, 3, 3, 1);
    List<ByteBuffer> given = new ArrayList<>();
    IntFunction<ByteBuffer> memory =
        bytes -> {
          given.add(ByteBuffer.allocateDirect(bytes + 3));
          return given.get(given.size() - 1).position(1);
        };

    TensorBatch batch = first(loader(source).batchSize(4).workers(0).memory(memory));

    assertThat(given).hasSize(1);
    assertThat(given.get(0).slice(1, 36)).isEqualTo(batch.data());
  }

  @Test
  void refusesMemoryThatWillNotDo() {
    TestSource source = TestSource.ofRaw(4, 3, 3, 1);
    List<IntFunction<ByteBuffer>> memories =
        List.of(
            ByteBuffer::allocate,
            bytes -> ByteBuffer.allocateDirect(bytes - 1),
            bytes -> ByteBuffer.allocateDirect(bytes).asReadOnlyBuffer());

    for (IntFunction<ByteBuffer> memory : memories) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> first(loader(source).batchSize(4).workers(0).memory(memory)))
          .withMessageContaining("direct buffer of 36 bytes");
    }
  }

  @Test
  void refusesABatchOfMoreThanTwoGibibytes() {
    TestSource source = TestSource.ofRaw(1, 64, 64, 3);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> first(loader(source).batchSize(200_000)))
        .withMessageContaining("200000 images of 64x64x3 uint8 takes more than the 2 GiB");
  }

  @Test
  void saysEverythingThatIsWrongAtOnce() {
    DataLoader.Builder builder =
        loader(TestSource.empty())
            .shard(3, 3)
            .workers(-1)
            .prefetch(0)
            .transform(Transforms.toFloat(), Transforms.randomFlip());

    assertThatIllegalArgumentException()
        .isThrownBy(builder::build)
        .withMessageContaining("batchSize must be at least 1, but is 0")
        .withMessageContaining("rank must be from 0 to worldSize - 1, but is 3 of 3")
        .withMessageContaining("workers must be from 0 to 1024, but is -1")
        .withMessageContaining("prefetch must be from 1 to 1024, but is 0")
        .withMessageContaining("toFloat() must be the last transform");
  }

  @Test
  void refusesASubsetThatNamesMoreThanThereIs() {
    DataLoader.Builder builder =
        loader(TestSource.ofRaw(10, 1, 1, 1)).batchSize(1).subset(Subset.random(1, 100, 100));

    assertThatIllegalArgumentException()
        .isThrownBy(builder::build)
        .withMessageContaining("but the source has 10");
  }

  @Test
  void leavesNoThreadWhenClosedEarly() {
    DataLoader loader =
        loader(TestSource.ofRaw(100, 1, 1, 1)).batchSize(2).workers(3).prefetch(2).build();
    Iterator<TensorBatch> batches = loader.epoch(0).iterator();
    batches.next();

    loader.close();
    loader.close();

    assertNoThreads();
    assertThatIllegalStateException().isThrownBy(batches::next);
    assertThatIllegalStateException().isThrownBy(() -> loader.epoch(1));
  }

  @Test
  void isClosedByTransformsOfSeveralThreadsAtOnce() {
    AtomicReference<DataLoader> closed = new AtomicReference<>();
    CyclicBarrier together = new CyclicBarrier(2);
    Transform closing =
        sample -> {
          meet(together);
          closed.get().close();
        };
    DataLoader loader =
        loader(TestSource.ofRaw(2, 1, 1, 1)).batchSize(2).workers(2).transform(closing).build();
    closed.set(loader);

    assertThatIllegalStateException().isThrownBy(() -> loader.epoch(0).iterator().next());

    loader.close();
    assertNoThreads();
  }

  private static void meet(CyclicBarrier together) {
    try {
      together.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void leavesNoThreadAtTheEndOfAnEpoch() throws InterruptedException {
    Seen.all(loader(TestSource.ofRaw(100, 1, 1, 1)).batchSize(2).workers(3).build().epoch(0));

    for (Thread thread : loaderThreads("imagestore-loader-")) {
      thread.join();
    }
    assertNoThreads();
  }

  @Test
  void leavesNoThreadWhenTheLoopIsLeftAndForgotten() throws InterruptedException {
    DataLoader loader =
        loader(TestSource.ofRaw(100, 1, 1, 1)).batchSize(2).workers(3).prefetch(2).build();
    WeakReference<Iterator<TensorBatch>> forgotten = leaveLoop(loader);

    while (forgotten.get() != null) {
      System.gc();
      Thread.onSpinWait();
    }
    for (Thread thread : loaderThreads("imagestore-loader-")) {
      thread.join();
    }
    assertNoThreads();
    assertThat(loader.state().seen()).isEqualTo(2);
  }

  private static WeakReference<Iterator<TensorBatch>> leaveLoop(DataLoader loader) {
    Iterator<TensorBatch> batches = loader.epoch(0).iterator();
    batches.next();
    return new WeakReference<>(batches);
  }

  @Test
  void endsAnEpochWhenTheNextOneBegins() {
    DataLoader loader = loader(TestSource.ofRaw(10, 1, 1, 1)).batchSize(2).build();
    Epoch former = loader.epoch(0);
    Iterator<TensorBatch> batches = former.iterator();
    batches.next();

    loader.epoch(1);

    assertThatIllegalStateException().isThrownBy(batches::next).withMessageContaining("another");
    assertThatIllegalStateException()
        .isThrownBy(former::iterator)
        .withMessageContaining("ended by a later one");
  }

  @Test
  void wakesAConsumerThatWaitsWhenClosed() throws InterruptedException {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    TestSource source =
        TestSource.ofRaw(10, 1, 1, 1)
            .onRead(
                () -> {
                  reading.countDown();
                  Uninterruptibly.await(goOn);
                });
    Epoch epoch = loader(source).batchSize(2).workers(1).build().epoch(0);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread consumer =
        new Thread(
            () -> {
              try {
                epoch.iterator().next();
              } catch (Throwable e) {
                thrown.set(e);
              }
            });
    consumer.start();
    reading.await();
    Thread closer = new Thread(epoch::close);
    closer.start();

    consumer.join();
    goOn.countDown();
    closer.join();

    assertThat(thrown.get()).isInstanceOf(IllegalStateException.class);
    assertNoThreads();
  }

  @Test
  void waitsOnThoughTheConsumerIsInterrupted() {
    DataLoader loader = loader(TestSource.ofRaw(50, 1, 1, 1)).batchSize(2).workers(2).build();
    Thread.currentThread().interrupt();

    List<Long> seen = Seen.ids(loader.epoch(0));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(seen).hasSize(50);
  }

  @Test
  void worksFromVirtualThreads() throws Exception {
    TestSource source = TestSource.ofPng(60, 8, 8, 3);
    List<Seen> expected =
        Seen.all(loader(source).batchSize(7).shuffle(1).transform(AUGMENTED).build().epoch(0));
    AtomicReference<List<Seen>> seen = new AtomicReference<>();
    for (int workers : new int[] {0, 2}) {
      Thread consumer =
          virtualWherePossible(
              () ->
                  seen.set(
                      Seen.all(
                          loader(source)
                              .batchSize(7)
                              .shuffle(1)
                              .transform(AUGMENTED)
                              .workers(workers)
                              .build()
                              .epoch(0))));
      consumer.join();
      assertThat(seen.get()).isEqualTo(expected);
    }
  }

  @Test
  void tellsHowLongTheConsumerWaited() {
    DataLoader loader =
        loader(TestSource.ofPng(60, 8, 8, 3)).batchSize(10).transform(AUGMENTED).workers(0).build();

    Seen.all(loader.epoch(0));

    LoaderStats stats = loader.stats();
    assertThat(stats.batches()).isEqualTo(6);
    assertThat(stats.images()).isEqualTo(60);
    assertThat(stats.waitedForRead()).isPositive();
    assertThat(stats.waitedForDecode()).isPositive();
    assertThat(stats.waitedForTransform()).isPositive();
    assertThat(
            stats
                .waitedForRead()
                .plus(stats.waitedForDecode())
                .plus(stats.waitedForTransform())
                .minus(stats.waited())
                .abs()
                .toNanos())
        .isLessThan(100);
  }

  private static Thread virtualWherePossible(Runnable work) throws ReflectiveOperationException {
    if (Runtime.version().feature() >= 21) {
      return (Thread)
          Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
    }
    Thread thread = new Thread(work);
    thread.start();
    return thread;
  }

  private static void awaitWaiting(String name) {
    while (loaderThreads(name).stream()
        .anyMatch(thread -> thread.getState() != Thread.State.WAITING)) {
      Thread.onSpinWait();
    }
  }

  /** Those of a test before this one may be about to end. */
  @BeforeEach
  void awaitTheEndOfThreads() throws InterruptedException {
    for (Thread thread : loaderThreads("imagestore-loader-")) {
      thread.join(10_000);
    }
  }

  private static void assertNoThreads() {
    assertThat(loaderThreads("imagestore-loader-")).isEmpty();
  }

  private static List<Thread> loaderThreads(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(name))
        .toList();
  }

  private static DataLoader.Builder loader(TestSource source) {
    return DataLoader.builder(source.open());
  }

  private static TensorBatch first(DataLoader.Builder builder) {
    return builder.build().epoch(0).iterator().next();
  }

  private static float[] floats(TensorBatch batch) {
    float[] floats = new float[batch.floats().remaining()];
    batch.floats().get(floats);
    return floats;
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  private static List<Long> boxed(long[] ids) {
    return Arrays.stream(ids).boxed().toList();
  }
}
