package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.StoreLockedException;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that is made through a symbolic link, before there is the file that it leads to. */
final class LinkedFileTest {

  private static final ImageShape RGB = new ImageShape(4, 4, 3);

  @TempDir Path folder;

  @Test
  void lockAndJournalLieBesideTheFileThatALinkToNothingLeadsTo() throws IOException {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Path file = disk.resolve("store.h5");
    Path first = Files.createSymbolicLink(folder.resolve("first.h5"), Path.of("disk/store.h5"));
    Path second = Files.createSymbolicLink(folder.resolve("second.h5"), first);
    try (ImageStore store = Hdf5ImageStore.open(second)) {
      store.put(SampleImages.labeled(1, RGB, 1));

      assertThat(disk).isDirectoryContaining(path -> path.endsWith("store.h5.lock"));
      for (Path name : new Path[] {first, second, file}) {
        assertThatExceptionOfType(StoreLockedException.class)
            .isThrownBy(() -> Hdf5ImageStore.open(name));
      }
    }
    try (ImageStore store = Hdf5ImageStore.open(file)) {
      assertThat(store.get(1)).isEqualTo(SampleImages.labeled(1, RGB, 1));
    }
    assertThat(folder).isDirectoryNotContaining(path -> path.toString().contains(".lock"));
  }

  @Test
  void aLinkThatLeadsToItselfIsRefused() throws IOException {
    Path link = folder.resolve("store.h5");
    Files.createSymbolicLink(link, link);
    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> Hdf5ImageStore.open(link))
        .withMessageContaining(link.toString());
  }
}
