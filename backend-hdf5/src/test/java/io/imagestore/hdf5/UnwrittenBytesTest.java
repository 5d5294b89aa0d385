package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.RepairPolicy;
import io.imagestore.hdf5.Hdf5Options.Layout;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** Stores that claim bytes which nobody has written, and which no heap could take. */
@EnabledIfEnvironmentVariable(
    named = Python.VARIABLE,
    matches = ".+",
    disabledReason = Python.REASON)
final class UnwrittenBytesTest {

  private static final ImageShape RGB = new ImageShape(4, 4, 3);

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("store.h5");
  }

  private ImageStore open() {
    return Hdf5ImageStore.open(file(), Hdf5Options.builder().layout(Layout.MIXED).build());
  }

  private void change(String... lines) throws IOException {
    List<String> script = new ArrayList<>();
    script.add("import h5py");
    script.add("with h5py.File('" + file() + "', 'r+') as f:");
    for (String line : lines) {
      script.add("    " + line);
    }
    Python.lines(script.toArray(String[]::new));
  }

  @Test
  void anImageThatClaimsThemIsDamagedAndTheOthersStayReadable() throws IOException {
    List<LabeledImage> images =
        SampleImages.list(0, 4, RGB, 1).stream()
            .map(image -> new LabeledImage(image.id(), png(image.id()), image.label()))
            .toList();
    try (ImageStore store = open()) {
      store.putBatch(images);
    }
    change("f['bytes'].resize((2**31,))", "f['sizes'][1] = 2**31 - 1 - 1000");
    try (ImageStore store = open()) {
      assertUnwritten(store, "bytes");
      store.repair(RepairPolicy.dropDamaged());

      assertThat(store.readImages(new long[] {0, 2, 3}))
          .containsExactly(images.get(0), images.get(2), images.get(3));
      assertThat(store.verify().isClean()).isTrue();
    }
  }

  private static Image png(long seed) {
    return SampleImages.encoded("png", 4, 4, seed);
  }

  private static void assertUnwritten(ImageStore store, String what) {
    assertThatExceptionOfType(CorruptImageException.class)
        .isThrownBy(() -> store.get(1))
        .withMessageContaining(what + " were never written")
        .satisfies(e -> assertThat(e.id()).isEqualTo(1));
    assertThat(store.verify().damagedIds()).containsExactly(1);
  }
}
