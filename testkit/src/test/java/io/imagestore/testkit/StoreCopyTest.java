package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StoreCopyTest {

  private static final ImageShape LARGE = new ImageShape(512, 1024, 3);

  private final ImageStore source = new MemoryImageStore();
  private final ImageStore destination = new MemoryImageStore();

  @AfterEach
  void close() {
    source.close();
    destination.close();
  }

  @Test
  void copiesImagesIdsAndLabels() {
    source.putBatch(SampleImages.list(10, 300, SampleImages.CIFAR, 1));

    ImageStores.copy(source, destination, (copied, total) -> {});

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

    ImageStores.copy(source, destination, (copied, total) -> {});

    assertThat(already).isBetween(1L, 12L);
    assertThat(ImageStoreContract.all(destination)).isEqualTo(ImageStoreContract.all(source));
  }

  @Test
  void replacesWhatDiffersAndLeavesWhatTheSourceDoesNotHave() {
    source.putBatch(SampleImages.list(0, 5, SampleImages.CIFAR, 1));
    destination.putBatch(SampleImages.list(3, 5, SampleImages.CIFAR, 2));

    ImageStores.copy(source, destination, (copied, total) -> {});

    assertThat(destination.get(4)).isEqualTo(SampleImages.labeled(4, SampleImages.CIFAR, 1));
    assertThat(destination.get(7)).isEqualTo(SampleImages.labeled(7, SampleImages.CIFAR, 2));
  }
}
