package io.imagestore.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ShapeMismatchException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorBatchTest {

  private static final Transform[] EVALUATION = {
    Transforms.resize(12), Transforms.centerCrop(8), Transforms.toFloat()
  };

  @Test
  void imagesThatNeedNotBeStoredBecomeWhatTheLoaderMakesOfStoredOnes() {
    TestSource stored = TestSource.ofPng(3, 20, 30, 3);
    List<Image> images = List.of(stored.image(0), stored.image(1001), stored.image(1002));

    TensorBatch batch = TensorBatch.of(images, Layout.NCHW, EVALUATION);

    DataLoader loader =
        DataLoader.builder(stored.open()).batchSize(3).transform(EVALUATION).build();
    assertThat(batch.shape()).containsExactly(3, 3, 8, 8);
    assertThat(batch.ids()).containsExactly(0, 1, 2);
    assertThat(batch.floats()).isEqualTo(loader.epoch(0).iterator().next().floats());
  }

  @Test
  void anImageThatCannotBeDecodedIsNamedByItsPlace() {
    Image whole = TestSource.png(TestSource.raw(1, 4, 4, 3));
    byte[] cut = Arrays.copyOf(whole.encodedBytes(), 60);
    Image damaged = Image.encoded(ByteBuffer.wrap(cut), "png", new ImageShape(4, 4, 3));

    assertThatExceptionOfType(CorruptImageException.class)
        .isThrownBy(() -> TensorBatch.of(List.of(whole, damaged), Layout.NHWC))
        .satisfies(e -> assertThat(e.id()).isEqualTo(1));
  }

  @Test
  void imagesOfDifferentShapesAreRefused() {
    List<Image> images = List.of(TestSource.raw(1, 4, 4, 3), TestSource.raw(1, 4, 5, 3));

    assertThatExceptionOfType(ShapeMismatchException.class)
        .isThrownBy(() -> TensorBatch.of(images, Layout.NHWC));
  }

  @Test
  void noImagesAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> TensorBatch.of(List.of(), Layout.NHWC));
  }
}
