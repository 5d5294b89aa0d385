package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.ImageSource;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.hdf5.format.ContiguousDataset;
import io.imagestore.hdf5.format.ElementType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Links in {@code links.h5}, which {@code links.py} beside it makes with h5py: soft ones to {@code
 * /inside/pixels}, whose bytes are all 7, and external ones to {@code other.h5}.
 */
final class LinksInForeignFilesTest {

  @TempDir Path folder;

  @BeforeEach
  void copy() throws IOException {
    try (InputStream links = LinksInForeignFilesTest.class.getResourceAsStream("links.h5")) {
      Files.copy(Objects.requireNonNull(links), file());
    }
  }

  private Path file() {
    return folder.resolve("links.h5");
  }

  private ImageSource open(String images) {
    return Hdf5ImageStore.openReadOnly(file(), Hdf5Options.builder().imagesDataset(images).build());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"inside/pixels", "/inside/pixels", "soft", "inside/beside", "group/beside"})
  void thoseWithinTheFileAreFollowed(String images) {
    byte[] sevens = new byte[2 * 3 * 3];
    Arrays.fill(sevens, (byte) 7);
    try (ImageSource source = open(images)) {
      assertThat(source.get(1).image().pixels()).isEqualTo(sevens);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"images", "elsewhere/images", "hidden/images"})
  void thoseToAnotherFileAreRefusedByItsName(String images) throws IOException {
    assertRefused(images); // where there is no such file, too
    byte[] pixels = new byte[2 * 2 * 3 * 3];
    ContiguousDataset there =
        new ContiguousDataset("images", ElementType.UINT8, new int[] {2, 2, 3, 3}, pixels);
    ContiguousDataset.createFile(folder.resolve("other.h5"), List.of(there));
    assertRefused(images);
  }

  private void assertRefused(String images) {
    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> open(images))
        .withMessageContaining(file().toString())
        .withMessageContaining("other.h5")
        .withMessageContaining("open that file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"broken", "turn", "group/turn", "soft/pixels"})
  void thoseThatLeadNowhereAreNoDatasets(String images) {
    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> open(images))
        .withMessageContaining("no dataset " + images);
  }
}
