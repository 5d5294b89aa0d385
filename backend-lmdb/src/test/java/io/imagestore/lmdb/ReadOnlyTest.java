package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.testkit.ChildJvm;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store opened to read needs nothing but its data file. */
final class ReadOnlyTest {

  private static final ImageShape SHAPE = new ImageShape(32, 32, 3);

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("store");
  }

  @BeforeEach
  void aStore() {
    try (ImageStore store = LmdbImageStore.open(path())) {
      store.putBatch(SampleImages.list(0, 20, SHAPE, 1));
    }
  }

  @Test
  void noFileIsMade() throws IOException {
    Files.delete(path().resolve("lock.mdb"));
    try (ImageSource store = LmdbImageStore.openReadOnly(path())) {
      assertThat(store.stream().toList()).isEqualTo(SampleImages.list(0, 20, SHAPE, 1));
      assertThat(store.verify().isClean()).isTrue();
    }
    try (Stream<Path> files = Files.list(path())) {
      assertThat(files).containsExactly(path().resolve(DataFile.NAME));
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsRead() {
    assertThat(path().resolve("lock.mdb").toFile().setReadOnly()).isTrue();
    assertThat(path().resolve(DataFile.NAME).toFile().setReadOnly()).isTrue();
    assertThat(path().toFile().setReadOnly()).isTrue();
    try (ImageSource store = LmdbImageStore.openReadOnly(path())) {
      assertThat(store.get(7)).isEqualTo(SampleImages.labeled(7, SHAPE, 1));
    } finally {
      assertThat(path().toFile().setWritable(true)).isTrue();
    }
  }

  @Test
  void lmdbNeedNotBeThere() {
    try (ChildJvm child =
        ChildJvm.start(
            List.of("-Djava.io.tmpdir=" + folder.resolve("missing")), Reader.class, path())) {
      assertThat(child.succeed()).contains("read 20 images", "can't write");
    }
  }

  /** Reads where LMDB's library can't be unpacked. */
  static final class Reader {
    public static void main(String[] args) {
      Path path = Path.of(args[0]);
      try (ImageSource store = LmdbImageStore.openReadOnly(path)) {
        List<LabeledImage> images = store.stream().toList();
        System.out.println("read " + images.size() + " images");
      }
      try (ImageStore store = LmdbImageStore.open(path)) {
        System.out.println("opened " + store);
      } catch (ImageStoreException e) {
        System.out.println("can't write");
      }
    }
  }
}
