package io.imagestore.spi;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlaceTest {

  @TempDir Path folder;

  @Test
  void aStoreThatStaysIsThere() throws IOException {
    Place place = Place.of(Files.createDirectory(folder.resolve("store")));
    Files.writeString(folder.resolve("store/file"), "changed");

    assertThatCode(place::requireStore).doesNotThrowAnyException();
  }

  @Test
  void aStoreThatIsRemovedIsMissed() throws IOException {
    Path store = Files.createFile(folder.resolve("store"));
    Place place = Place.of(store);
    Files.delete(store);

    assertThatIOException().isThrownBy(place::requireStore).withMessageContaining("removed");
  }

  @Test
  void anotherStoreInItsPlaceIsNotTakenForIt() throws IOException {
    Path store = Files.createDirectory(folder.resolve("store"));
    Place place = Place.of(store);
    Files.move(store, folder.resolve("moved"));
    Files.createDirectory(store);

    assertThatIOException().isThrownBy(place::requireStore).withMessageContaining("replaced");
  }

  @Test
  void aLinkThatIsTurnedElsewhereChangesNothing() throws IOException {
    Path link = folder.resolve("link");
    Files.createSymbolicLink(link, Files.createDirectory(folder.resolve("store")));
    Place place = Place.of(link);
    Files.delete(link);
    Files.createSymbolicLink(link, Files.createDirectory(folder.resolve("other")));

    assertThatCode(place::requireStore).doesNotThrowAnyException();
  }

  @Test
  void aStoreThatLiesInNoFileIsAlwaysThere() {
    Place place = Place.of(folder.resolve("memory"));

    assertThatCode(place::requireStore).doesNotThrowAnyException();
  }
}
