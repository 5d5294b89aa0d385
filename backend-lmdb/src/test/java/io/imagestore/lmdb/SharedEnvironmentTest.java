package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.Durability;
import io.imagestore.ImageShape;
import io.imagestore.OpenMode;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SharedEnvironmentTest {

  private static final ImageShape SHAPE = new ImageShape(32, 32, 3);
  private static final LmdbOptions READ_ONLY =
      LmdbOptions.builder().mode(OpenMode.READ_ONLY).build();

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("store");
  }

  @Test
  void aReaderBesideTheWriterSeesEachCommit() {
    try (LmdbImageStore writer = LmdbImageStore.open(path());
        LmdbImageStore reader = LmdbImageStore.open(path(), READ_ONLY)) {
      writer.putBatch(SampleImages.list(0, 5, SHAPE, 1));
      assertThat(reader.stream().toList()).isEqualTo(SampleImages.list(0, 5, SHAPE, 1));

      writer.delete(0);
      assertThat(reader.size()).isEqualTo(4);
    }
  }

  @Test
  void aReaderByAnotherNameSharesTheEnvironment() throws IOException {
    try (LmdbImageStore writer = LmdbImageStore.open(path())) {
      Path link = Files.createSymbolicLink(folder.resolve("link"), path());
      try (LmdbImageStore reader = LmdbImageStore.open(link.resolve("../link"), READ_ONLY)) {
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
    try (LmdbImageStore reader = LmdbImageStore.open(path(), READ_ONLY)) {
      long count = 0;
      for (Durability durability : Durability.values()) {
        LmdbOptions options = LmdbOptions.builder().durability(durability).build();
        try (LmdbImageStore writer = LmdbImageStore.open(path(), options)) {
          writer.put(count++, SampleImages.noise(SHAPE, 1), 1);
        }
        assertThat(reader.size()).isEqualTo(count);
      }
    }
  }

  @Test
  void aReaderOutlivesTheWriter() {
    LmdbImageStore writer = LmdbImageStore.open(path());
    writer.putBatch(SampleImages.list(0, 5, SHAPE, 1));
    try (LmdbImageStore reader = LmdbImageStore.open(path(), READ_ONLY)) {
      writer.close();

      assertThat(reader.stream().toList()).isEqualTo(SampleImages.list(0, 5, SHAPE, 1));
    }
  }
}
