package io.imagestore.examples.timings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.imagestore.ImageBatch;
import io.imagestore.LabeledImage;
import io.imagestore.testkit.SampleImages;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TrainingSetTest {
  private final TrainingSet set =
      TrainingSet.of(SampleImages.stream(0, 5, SampleImages.CIFAR, 1), 3);

  @Test
  void keepsNoMoreThanTheLimit() {
    assertThat(set.size()).isEqualTo(3);
  }

  @Test
  void beginsAgainWhereTheImagesEnd() {
    LabeledImage again = set.image(4);
    assertThat(again).isEqualTo(new LabeledImage(4, set.image(1).image(), set.image(1).label()));
  }

  @Test
  void givesEachImageItsPlaceAsId() {
    List<Long> ids = new ArrayList<>();
    set.images(2, 6, () -> {}).forEach(image -> ids.add(image.id()));
    assertThat(ids).containsExactly(2L, 3L, 4L, 5L);
  }

  @Test
  void aDataSetWithoutImagesIsRefused() {
    assertThatThrownBy(() -> TrainingSet.of(Stream.of(), 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no training image");
  }

  @Test
  void aRightBatchPasses() {
    assertThatCode(() -> set.check("a", batch(set.image(1), set.image(4)), new long[] {1, 4}))
        .doesNotThrowAnyException();
  }

  @Test
  void wrongPixelsAreFound() {
    LabeledImage wrong = new LabeledImage(1, set.image(2).image(), set.image(1).label());
    assertThatThrownBy(() -> set.check("a", batch(wrong), new long[] {1}))
        .isInstanceOf(CheckFailedException.class)
        .hasMessageContaining("other pixels");
  }

  @Test
  void aWrongIdIsFound() {
    assertThatThrownBy(() -> set.check("a", batch(set.image(4)), new long[] {1}))
        .isInstanceOf(CheckFailedException.class)
        .hasMessageContaining("read back as image 4");
  }

  @Test
  void aMissingImageIsFound() {
    assertThatThrownBy(() -> set.check("a", batch(set.image(1)), new long[] {1, 2}))
        .isInstanceOf(CheckFailedException.class)
        .hasMessageContaining("2 images were asked for, and 1 read");
  }

  private static ImageBatch batch(LabeledImage... images) {
    ImageBatch batch = ImageBatch.allocate(SampleImages.CIFAR, images.length);
    Stream.of(images).forEach(batch::add);
    return batch;
  }
}
