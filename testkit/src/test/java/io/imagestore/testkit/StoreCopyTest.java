package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.imagestore.CopyReport;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.Progress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StoreCopyTest {

  private static final ImageShape LARGE = new ImageShape(512, 1024, 3);

  private final ImageStore source = MemoryImageStore.open();
  private final ImageStore destination = MemoryImageStore.open();

  @AfterEach
  void close() {
    source.close();
    destination.close();
  }

  @Test
  void copiesImagesIdsAndLabels() {
    source.putBatch(SampleImages.list(10, 300, SampleImages.CIFAR, 1));

    ImageStores.copy(source, destination, Progress.NONE);

    assertThat(ImageStoreContract.all(destination)).isEqualTo(ImageStoreContract.all(source));
  }

  @Test
  void tellsHowFarItHasCome() {
    source.putBatch(SampleImages.list(0, 13, LARGE, 1));
    List<Long> told = new ArrayList<>();

    ImageStores.copy(
        source,
        destination,
        (copied, total) -> {
          assertThat(total).isEqualTo(13);
          told.add(copied);
        });

    assertThat(told).hasSizeGreaterThan(1).isSorted().endsWith(13L);
  }

  @Test
  void goesOnWhereItStopped() {
    source.putBatch(SampleImages.list(0, 13, LARGE, 1));
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                ImageStores.copy(
                    source,
                    destination,
                    (copied, total) -> {
                      throw new IllegalStateException("stopped after " + copied);
                    }));
    long already = destination.size();

    ImageStores.copy(source, destination, Progress.NONE);

    assertThat(already).isBetween(1L, 12L);
    assertThat(ImageStoreContract.all(destination)).isEqualTo(ImageStoreContract.all(source));
  }

  @Test
  void replacesWhatDiffersAndLeavesWhatTheSourceDoesNotHave() {
    source.putBatch(SampleImages.list(0, 5, SampleImages.CIFAR, 1));
    destination.putBatch(SampleImages.list(3, 5, SampleImages.CIFAR, 2));

    ImageStores.copy(source, destination, Progress.NONE);

    assertThat(destination.get(4)).isEqualTo(SampleImages.labeled(4, SampleImages.CIFAR, 1));
    assertThat(destination.get(7)).isEqualTo(SampleImages.labeled(7, SampleImages.CIFAR, 2));
  }

  @Test
  void keepsEncodedImagesAndMetadataAsTheyAre() {
    source.put(new LabeledImage(1, SampleImages.encoded("jpeg", 20, 30, 1), 3).withMetadata("[1]"));
    source.put(2, SampleImages.noise(LARGE, 2), 4);

    CopyReport report = ImageStores.copy(source, destination, Progress.NONE);

    assertThat(ImageStoreContract.all(destination)).isEqualTo(ImageStoreContract.all(source));
    assertThat(report).isEqualTo(new CopyReport(2, 0, 0, 0, List.of()));
    assertThat(ImageStores.copy(source, destination, Progress.NONE).present()).isEqualTo(2);
  }
}
