package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.spi.DirectSource;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read is what was checked, though the file changes just then. */
final class CheckedCopyTest {

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("store");
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 100, 1200}) // pixels a side; in its leaf, on pages of its own, and large
  void theBytesThatAreShownNoLongerLieInTheFile(int side) throws IOException {
    Image image = SampleImages.noise(new ImageShape(side, side, 3), 1);
    try (ImageStore store = LmdbImageStore.open(path())) {
      store.put(7, image, 0);
    }
    AtomicInteger shown = new AtomicInteger();

    try (ImageSource store = LmdbImageStore.openReadOnly(path())) {
      DirectSource.visit(
          store,
          new long[] {7},
          0,
          1,
          (i, stored, bytes) -> {
            damage(image);
            assertThat(bytes).isEqualTo(image.bytes());
            shown.incrementAndGet();
          });
    }

    assertThat(shown).hasValue(1);
  }

  /** Changes the last byte of an image in the file. */
  private void damage(Image image) throws IOException {
    Path data = path().resolve(DataFile.NAME);
    int at = text(Files.readAllBytes(data)).indexOf(text(image.pixels()));
    assertThat(at).isPositive();
    ByteBuffer bytes = image.bytes();
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      file.seek(at + bytes.limit() - 1L);
      file.write(~bytes.get(bytes.limit() - 1));
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
