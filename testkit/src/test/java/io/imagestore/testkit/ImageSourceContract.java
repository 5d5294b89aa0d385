package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.imagestore.Image;
import io.imagestore.ImageBatch;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.ShapeMismatchException;
import io.imagestore.StoreClosedException;
import io.imagestore.VerifyReport;
import io.imagestore.spi.DirectSource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a source keeps to that is made of others. */
abstract class ImageSourceContract {

  static final ImageShape SHAPE = new ImageShape(4, 6, 3);
  private static final long MISSING = 1_000_000;

  private final List<ImageStore> stores = new ArrayList<>();
  private List<LabeledImage> expected = List.of();
  private ImageSource source = MemoryImageStore.open();

  /** The source under test; stores that it is made of come from {@link #store}. */
  abstract ImageSource open();

  /** What it has to hold, ascending by id: at least ten, all of one shape, some encoded. */
  abstract List<LabeledImage> expected();

  @BeforeEach
  void openSource() {
    source = open();
    expected = expected();
  }

  @AfterEach
  void closeAll() {
    source.close();
    stores.forEach(ImageStore::close);
  }

  final ImageStore store(List<LabeledImage> images) {
    ImageStore store = MemoryImageStore.open();
    store.putBatch(images);
    stores.add(store);
    return store;
  }

  /** Every third one is a PNG file, every fifth has metadata. */
  static List<LabeledImage> images(long... ids) {
    List<LabeledImage> images = new ArrayList<>();
    for (long id : ids) {
      LabeledImage raw = SampleImages.labeled(id, SHAPE, 7);
      Image image =
          id % 3 == 0
              ? SampleImages.encoded("png", SHAPE.height(), SHAPE.width(), id)
              : raw.image();
      LabeledImage labeled = new LabeledImage(id, image, raw.label());
      images.add(id % 5 == 0 ? labeled.withMetadata("{\"id\":" + id + "}") : labeled);
    }
    return images;
  }

  private long[] ids() {
    return expected.stream().mapToLong(LabeledImage::id).toArray();
  }

  private List<LabeledImage> shuffled() {
    List<LabeledImage> shuffled = new ArrayList<>(expected);
    shuffled.add(expected.get(3));
    Collections.shuffle(shuffled, new Random(3));
    return shuffled;
  }

  private static long[] idsOf(List<LabeledImage> images) {
    return images.stream().mapToLong(LabeledImage::id).toArray();
  }

  @Test
  void getAndFindGiveEachImage() {
    for (LabeledImage image : expected) {
      assertThat(source.get(image.id())).isEqualTo(image);
      assertThat(source.find(image.id())).contains(image);
    }
  }

  @Test
  void whatIsAskedOfOneImageIsAnswered() {
    for (LabeledImage image : expected) {
      assertThat(source.contains(image.id())).isTrue();
      assertThat(source.label(image.id())).isEqualTo(image.label());
      assertThat(source.shape(image.id())).isEqualTo(SHAPE);
      assertThat(source.metadata(image.id())).isEqualTo(image.metadata());
    }
  }

  @Test
  void sizeIdsAndInfoCountTheImages() {
    assertThat(source.size()).isEqualTo(expected.size());
    assertThat(source.ids()).isEqualTo(ids());
    assertThat(source.info().count()).isEqualTo(expected.size());
  }

  @Test
  void anImageThatIsNotThereIsNamed() {
    assertThat(source.contains(MISSING)).isFalse();
    assertThat(source.find(MISSING)).isEmpty();
    assertThatExceptionOfType(ImageNotFoundException.class)
        .isThrownBy(() -> source.get(MISSING))
        .satisfies(e -> assertThat(e.id()).isEqualTo(MISSING));
  }

  @Test
  void anIdBelowZeroIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> source.find(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> source.labels(new long[] {0, -1}));
    assertThatIllegalArgumentException().isThrownBy(() -> source.readBatch(-1, 3));
  }

  @Test
  void imagesAndLabelsComeInTheOrderAskedFor() {
    List<LabeledImage> wanted = shuffled();

    assertThat(source.readImages(idsOf(wanted))).isEqualTo(wanted);
    assertThat(source.labels(idsOf(wanted)))
        .isEqualTo(wanted.stream().mapToInt(LabeledImage::label).toArray());
  }

  @Test
  void aBatchHoldsThePixelsInTheOrderAskedFor() {
    List<LabeledImage> wanted = shuffled();

    ImageBatch batch = source.readBatch(idsOf(wanted));

    assertThat(batch.size()).isEqualTo(wanted.size());
    for (int i = 0; i < wanted.size(); i++) {
      assertThat(batch.id(i)).isEqualTo(wanted.get(i).id());
      assertThat(batch.label(i)).isEqualTo(wanted.get(i).label());
      assertThat(batch.image(i)).isEqualTo(wanted.get(i).image().decoded());
    }
  }

  @Test
  void aBatchOfNothingIsEmpty() {
    assertThat(source.readBatch(new long[0]).size()).isZero();
    assertThat(source.readBatch(MISSING, 3).size()).isZero();
  }

  @Test
  void readBatchFromAnIdReadsTheImagesThatFollow() {
    long[] ids = ids();

    ImageBatch batch = source.readBatch(ids[2], 5);

    for (int i = 0; i < 5; i++) {
      assertThat(batch.id(i)).isEqualTo(ids[2 + i]);
    }
    assertThat(source.readBatch(ids[ids.length - 2], 100).size()).isEqualTo(2);
  }

  @Test
  void aMissingIdLeavesTheBatchAsItWas() {
    ImageBatch batch = source.readBatch(new long[] {ids()[1], ids()[2]});

    assertThatExceptionOfType(ImageNotFoundException.class)
        .isThrownBy(() -> source.readBatch(new long[] {ids()[0], MISSING}, batch));

    assertThat(batch.size()).isEqualTo(2);
    assertThat(batch.id(1)).isEqualTo(ids()[2]);
  }

  @Test
  void aBatchOfAnotherShapeIsLeftAsItWas() {
    ImageBatch batch = ImageBatch.allocate(new ImageShape(1, 2, 3), 3);

    assertThatExceptionOfType(ShapeMismatchException.class)
        .isThrownBy(() -> source.readBatch(new long[] {ids()[0]}, batch))
        .withMessageContaining("1x2x3")
        .withMessageContaining("4x6x3");
  }

  @Test
  void moreIdsThanABatchHasRoomForAreRefused() {
    ImageBatch batch = ImageBatch.allocate(SHAPE, 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> source.readBatch(Arrays.copyOf(ids(), 2), batch));
  }

  @Test
  void aPartOfAnArrayOfIdsIsRead() {
    ImageBatch batch = ImageBatch.allocate(SHAPE, 3);

    source.readBatch(ids(), 4, 3, batch);

    assertThat(batch.id(0)).isEqualTo(ids()[4]);
    assertThat(batch.size()).isEqualTo(3);
  }

  @Test
  void imagesAreShownWhereTheyLie() {
    List<LabeledImage> wanted = shuffled();
    ByteBuffer[] shown = new ByteBuffer[wanted.size()];

    ((DirectSource) source)
        .visit(
            idsOf(wanted),
            1,
            wanted.size() - 1,
            (i, image, bytes) -> {
              LabeledImage labeled = wanted.get(i + 1);
              assertThat(image.id()).isEqualTo(labeled.id());
              assertThat(image.label()).isEqualTo(labeled.label());
              assertThat(image.shape()).isEqualTo(SHAPE);
              assertThat(image.format()).isEqualTo(labeled.image().format().orElse(null));
              shown[i + 1] = ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
            });

    for (int i = 1; i < shown.length; i++) {
      assertThat(shown[i]).isEqualTo(wanted.get(i).image().bytes());
    }
  }

  @Test
  void aStreamGivesAllImagesAscendingById() {
    try (Stream<LabeledImage> images = source.stream()) {
      assertThat(images).isEqualTo(expected);
    }
  }

  @Test
  void verifyFindsWholeImagesWhole() {
    VerifyReport report = source.verify();

    assertThat(report.isClean()).isTrue();
    assertThat(report.imagesChecked()).isEqualTo(expected.size());
  }

  @Test
  void everyCallAfterCloseIsToldSo() {
    source.close();
    source.close();

    assertThatExceptionOfType(StoreClosedException.class).isThrownBy(source::size);
    assertThatExceptionOfType(StoreClosedException.class).isThrownBy(() -> source.find(0));
    assertThatExceptionOfType(StoreClosedException.class)
        .isThrownBy(() -> source.readImages(new long[] {0}));
    assertThatExceptionOfType(StoreClosedException.class).isThrownBy(source::stream);
  }

  @Test
  void closingItLeavesOpenWhatItIsMadeOf() {
    source.close();

    assertThat(stores).allSatisfy(store -> assertThat(store.size()).isNotNegative());
  }
}
