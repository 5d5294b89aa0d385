package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptStoreException;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JhdfFileTest {

  @TempDir Path folder;

  private JhdfFile file() throws IOException {
    Path path = folder.resolve("some.h5");
    try (ImageStore store = Hdf5ImageStore.open(path)) {
      store.put(1, SampleImages.noise(new ImageShape(4, 4, 3), 1), 1);
    }
    return new JhdfFile(path);
  }

  @Test
  void thatMemoryWasTooSmallIsNotCalledDamage() throws IOException {
    try (JhdfFile file = file()) {
      assertThatExceptionOfType(ImageStoreException.class)
          .isThrownBy(
              () ->
                  file.read(
                      "images",
                      dataset -> {
                        throw new OutOfMemoryError("Java heap space");
                      }))
          .isNotInstanceOf(CorruptStoreException.class)
          .withMessageContaining("not enough memory")
          .withMessageContaining("some.h5");
    }
  }

  @Test
  void anInterruptedThreadIsToldWhatIsThere() throws IOException {
    try (JhdfFile file = file()) {
      Thread.currentThread().interrupt();
      assertThat(file.has("images")).isTrue();
      assertThat(file.has("nothing")).isFalse();
      assertThat(file.names()).contains("labels");
      assertThat(file.base()).isZero();
      assertThat(Thread.interrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void whateverElseADamagedFileDoesToJhdfIsCalledDamage() throws IOException {
    try (JhdfFile file = file()) {
      assertThatExceptionOfType(CorruptStoreException.class)
          .isThrownBy(
              () ->
                  file.read(
                      "images",
                      dataset -> {
                        throw new StackOverflowError();
                      }))
          .withMessageContaining("some.h5");
    }
  }
}
