package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageSources;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.loader.DataLoader;
import io.imagestore.loader.Order;
import io.imagestore.loader.TensorBatch;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ImageSourcesTest {

  private static final long[] FIRST = {2, 3, 5, 8, 13, 21, 34};
  private static final long[] SECOND = {0, 1, 2, 3, 10, 15};

  @Nested
  class Concatenation extends ImageSourceContract {

    @Override
    ImageSource open() {
      return ImageSources.concat(
          List.of(store(List.of()), store(images(FIRST)), store(List.of()), store(images(SECOND))));
    }

    @Override
    List<LabeledImage> expected() {
      List<LabeledImage> all = new ArrayList<>(images(FIRST));
      all.addAll(images(SECOND));
      return LongStream.range(0, all.size())
          .mapToObj(
              id -> {
                LabeledImage there = all.get((int) id);
                return new LabeledImage(id, there.image(), there.label(), there.metadata());
              })
          .toList();
    }
  }

  @Nested
  class Subset extends ImageSourceContract {

    @Override
    ImageSource open() {
      return ImageSources.subset(
          store(images(LongStream.range(0, 50).toArray())),
          LongStream.iterate(48, id -> id - 4).limit(13).toArray());
    }

    @Override
    List<LabeledImage> expected() {
      return images(LongStream.iterate(0, id -> id + 4).limit(13).toArray());
    }
  }

  @Nested
  class InMemory extends ImageSourceContract {

    @Override
    ImageSource open() {
      try (ImageStore original = MemoryImageStore.open()) {
        original.putBatch(expected());
        return ImageSources.inMemory(original);
      }
    }

    @Override
    List<LabeledImage> expected() {
      return images(LongStream.iterate(3, id -> id + 7).limit(40).toArray());
    }
  }

  @Nested
  class ImagesInMemory extends ImageSourceContract {

    @Override
    ImageSource open() {
      List<LabeledImage> shuffled = new ArrayList<>(expected());
      Collections.shuffle(shuffled, new Random(1));
      return ImageSources.inMemory(shuffled);
    }

    @Override
    List<LabeledImage> expected() {
      return images(LongStream.iterate(3, id -> id + 7).limit(40).toArray());
    }
  }

  @Test
  void imagesInMemoryOfTheSameIdAreRefused() {
    List<LabeledImage> twice = ImageSourceContract.images(5, 7, 5);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ImageSources.inMemory(twice))
        .withMessageContaining("two images with the id 5");
  }

  @Test
  void aDamagedImageIsNamedByItsNewIdAndByWhereItLies() {
    ImageShape shape = ImageSourceContract.SHAPE;
    Image broken = Image.encoded(ByteBuffer.wrap(new byte[] {1, 2, 3}), "png", shape);
    try (ImageStore first = MemoryImageStore.open();
        ImageStore second = MemoryImageStore.open();
        ImageSource both = concatenated(first, second, broken)) {
      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> both.readBatch(new long[] {0, 2}))
          .satisfies(e -> assertThat(e.id()).isEqualTo(2));
    }
  }

  private static ImageSource concatenated(ImageStore first, ImageStore second, Image last) {
    first.putBatch(ImageSourceContract.images(1, 2));
    second.put(9, last, 0);
    return ImageSources.concat(List.of(first, second));
  }

  @Test
  void damageThatNamesAnIdOfNoImageIsToldAsTheSourceTellsIt() {
    try (ImageStore store = MemoryImageStore.open()) {
      store.putBatch(ImageSourceContract.images(1, 2));
      ImageSource both = ImageSources.concat(List.of(store, namingIdsWrongly(store)));

      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> both.label(2))
          .satisfies(e -> assertThat(e.id()).isEqualTo(77));
    }
  }

  private static ImageSource namingIdsWrongly(ImageSource source) {
    return (ImageSource)
        Proxy.newProxyInstance(
            ImageSourcesTest.class.getClassLoader(),
            new Class<?>[] {ImageSource.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("label")) {
                throw new CorruptImageException(Path.of("damaged"), 77, "a test says so");
              }
              return method.invoke(source, arguments);
            });
  }

  @Test
  void anImageThatIsDeletedFromItsSourceIsMissing() {
    try (ImageStore store = MemoryImageStore.open()) {
      store.putBatch(ImageSourceContract.images(1, 2, 4));
      ImageSource both = ImageSources.concat(List.of(store, store));
      store.delete(2);

      assertThat(both.find(1)).isEmpty();
      assertThatExceptionOfType(ImageNotFoundException.class)
          .isThrownBy(() -> both.readImages(new long[] {0, 4}))
          .satisfies(e -> assertThat(e.id()).isEqualTo(4))
          .withCauseInstanceOf(ImageNotFoundException.class);
    }
  }

  @Test
  void aSubsetOfWhatIsNotThereIsRefused() {
    try (ImageStore store = MemoryImageStore.open()) {
      store.putBatch(ImageSourceContract.images(1, 2, 4));

      assertThatExceptionOfType(ImageNotFoundException.class)
          .isThrownBy(() -> ImageSources.subset(store, 1, 3));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ImageSources.subset(store, 1, 2, 1))
          .withMessageContaining("id 1 stands there twice");
    }
  }

  @Test
  void aConcatenationOfNothingIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> ImageSources.concat(List.of()));
  }

  @Test
  void aLoaderMixesSourcesByWeights() {
    try (ImageStore few = MemoryImageStore.open();
        ImageStore many = MemoryImageStore.open()) {
      few.putBatch(SampleImages.list(0, 10, ImageSourceContract.SHAPE, 1));
      many.putBatch(SampleImages.list(0, 1000, ImageSourceContract.SHAPE, 2));
      double[] weights = new double[1010];
      Arrays.fill(weights, 0, 10, 1.0 / 10);
      Arrays.fill(weights, 10, 1010, 1.0 / 1000);
      DataLoader loader =
          DataLoader.builder(ImageSources.concat(List.of(few, many)))
              .batchSize(64)
              .order(Order.weighted(5, weights, 4000))
              .build();

      long drawnFromFew = 0;
      for (TensorBatch batch : loader.epoch(0)) {
        drawnFromFew += Arrays.stream(batch.ids()).filter(id -> id < 10).count();
      }

      assertThat(drawnFromFew).isBetween(1850L, 2150L);
    }
  }
}
