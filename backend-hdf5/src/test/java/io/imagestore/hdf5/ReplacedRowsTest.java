package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.hdf5.Hdf5Options.Layout;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What replacing an image costs. */
final class ReplacedRowsTest {

  private static final ImageShape RGB = new ImageShape(32, 32, 3);
  private static final int IMAGES = 400;

  /** What the image's pixels, its numbers, and its entry in the metadata may come to. */
  private static final long OWN_SIZE = RGB.byteCount() + 500;

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("store.h5");
  }

  private ImageStore open(Layout layout) {
    return Hdf5ImageStore.open(file(), Hdf5Options.builder().layout(layout).build());
  }

  private long make(Layout layout) throws IOException {
    try (ImageStore store = open(layout)) {
      store.putBatch(SampleImages.list(0, IMAGES, RGB, 1));
    }
    return Files.size(file());
  }

  @ParameterizedTest
  @EnumSource(
      value = Layout.class,
      names = {"UNIFORM", "MIXED"})
  void replacingSingleImagesCostsAboutTheirOwnSize(Layout layout) throws IOException {
    long before = make(layout);
    try (ImageStore store = open(layout)) {
      for (int i = 0; i < 10; i++) {
        store.put(37L * i, SampleImages.noise(RGB, i), i);
      }
    }
    assertThat(Files.size(file()) - before).isLessThan(10 * OWN_SIZE);
  }

  @ParameterizedTest
  @EnumSource(
      value = Layout.class,
      names = {"UNIFORM", "MIXED"})
  void imagesThatAreReplacedAndFlushedAgainAndAgainUseTheSameSpace(Layout layout)
      throws IOException {
    long before = make(layout);
    SplittableRandom random = new SplittableRandom(1);
    Image[] last = new Image[IMAGES];
    try (ImageStore store = open(layout)) {
      for (int i = 0; i < 200; i++) {
        int id = random.nextInt(IMAGES);
        last[id] = SampleImages.noise(RGB, i);
        store.put(id, last[id], i);
        store.flush();
      }
      for (int id = 0; id < IMAGES; id++) {
        if (last[id] != null) {
          assertThat(store.get(id).image()).isEqualTo(last[id]);
        }
      }
    }
    assertThat(Files.size(file()) - before).isLessThan(5 * OWN_SIZE);
  }

  @ParameterizedTest
  @EnumSource(
      value = Layout.class,
      names = {"UNIFORM", "MIXED"})
  void anImageThatIsDeletedAndStoredAgainCostsAboutItsOwnSize(Layout layout) throws IOException {
    long before = make(layout);
    try (ImageStore store = open(layout)) {
      for (int id = 0; id < 10; id++) {
        store.delete(id);
        store.put(id, SampleImages.noise(RGB, id), id);
      }
    }
    // Each twice: what was the last row moves into the gap, and comes back to the end.
    assertThat(Files.size(file()) - before).isLessThan(2 * 10 * OWN_SIZE);
  }
}
