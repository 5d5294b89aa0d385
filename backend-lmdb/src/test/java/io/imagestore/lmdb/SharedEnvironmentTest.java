package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.Durability;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SharedEnvironmentTest {

  private static final ImageShape SHAPE = new ImageShape(32, 32, 3);

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("store");
  }

  @Test
  void aReaderBesideTheWriterSeesEachCommit() {
    try (ImageStore writer = LmdbImageStore.open(path());
        ImageSource reader = LmdbImageStore.openReadOnly(path())) {
      writer.putBatch(SampleImages.list(0, 5, SHAPE, 1));
      assertThat(reader.stream().toList()).isEqualTo(SampleImages.list(0, 5, SHAPE, 1));

      writer.delete(0);
      assertThat(reader.size()).isEqualTo(4);
    }
  }

  @Test
  void aReaderByAnotherNameSharesTheEnvironment() throws IOException {
    try (ImageStore writer = LmdbImageStore.open(path())) {
      Path link = Files.createSymbolicLink(folder.resolve("link"), path());
      try (ImageSource reader = LmdbImageStore.openReadOnly(link.resolve("../link"))) {
        writer.putBatch(SampleImages.list(0, 5, SHAPE, 1));

        assertThat(reader.size()).isEqualTo(5);
      }
      writer.putBatch(SampleImages.list(5, 5, SHAPE, 1));
      assertThat(writer.size()).isEqualTo(10);
    }
  }

  @Test
  void aWriterThatComesAfterAReaderCanWrite() {
    LmdbImageStore.open(path()).close();
    try (ImageSource reader = LmdbImageStore.openReadOnly(path())) {
      long count = 0;
      for (Durability durability : Durability.values()) {
        LmdbOptions options = LmdbOptions.builder().durability(durability).build();
        try (ImageStore writer = LmdbImageStore.open(path(), options)) {
          writer.put(count++, SampleImages.noise(SHAPE, 1), 1);
        }
        assertThat(reader.size()).isEqualTo(count);
      }
    }
  }

  @Test
  void aReaderOutlivesTheWriter() {
    ImageStore writer = LmdbImageStore.open(path());
    writer.putBatch(SampleImages.list(0, 5, SHAPE, 1));
    try (ImageSource reader = LmdbImageStore.openReadOnly(path())) {
      writer.close();

      assertThat(reader.stream().toList()).isEqualTo(SampleImages.list(0, 5, SHAPE, 1));
    }
  }
}
