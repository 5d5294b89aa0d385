package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptStoreException;
import io.imagestore.Durability;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.StoreNotFoundException;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies beside a store's file, and may be of somebody else or out of reach. */
final class BesideTheFileTest {

  private static final List<LabeledImage> IMAGES =
      SampleImages.list(0, 2, new ImageShape(4, 4, 3), 1);
  private static final Hdf5Options WAITING =
      Hdf5Options.builder().durability(Durability.COMMIT).build();

  @TempDir Path folder;

  private Path store(String name, Hdf5Options options) {
    Path path = folder.resolve(name);
    try (ImageStore store = Hdf5ImageStore.open(path, options)) {
      store.putBatch(IMAGES);
    }
    return path;
  }

  private static void assertHolds(Path path) {
    try (ImageSource store = ImageStores.open(path)) {
      assertThat(store.stream().toList()).isEqualTo(IMAGES);
    }
  }

  /** As on a device that fails, or in a folder that isn't to be entered. */
  private static void putOutOfReach(Path path) throws IOException {
    Files.createSymbolicLink(path, path);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
  void aJournalThatCannotBeReachedIsNotTakenForNone() throws IOException {
    Path path = store("store.h5", Hdf5Options.defaults());
    putOutOfReach(folder.resolve("store.h5.journal"));

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> Hdf5ImageStore.openReadOnly(path))
        .isNotInstanceOf(CorruptStoreException.class)
        .withMessageContaining("store.h5.journal");
    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> Hdf5ImageStore.open(path))
        .isNotInstanceOf(CorruptStoreException.class)
        .withMessageContaining("store.h5.journal");
    Files.delete(folder.resolve("store.h5.journal"));
    assertHolds(path);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
  void aStoreThatCannotBeReachedIsNotSaidToBeMissing() throws IOException {
    Path path = folder.resolve("store.h5");
    putOutOfReach(path);

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> Hdf5ImageStore.openReadOnly(path))
        .isNotInstanceOf(StoreNotFoundException.class)
        .withMessageContaining("symbolic links");
    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> Hdf5ImageStore.open(path))
        .withMessageContaining("store.h5");
  }

  @Test
  void aStoreThatIsMadeLeavesItsNeighborsAlone() {
    List<Path> neighbors =
        List.of(
            store("train.h5.new", Hdf5Options.defaults()),
            store("train.h5.new.new", Hdf5Options.defaults()));

    assertHolds(store("train.h5", WAITING));

    neighbors.forEach(BesideTheFileTest::assertHolds);
  }

  @Test
  void whatHasTheNameOfAStoreThatIsBeingMadeAndIsNoLeftoverStays() throws IOException {
    Path neighbor = store("train.h5.making", Hdf5Options.defaults());

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> store("train.h5", WAITING))
        .withMessageContaining("train.h5.making");
    assertHolds(neighbor);
    assertThat(folder.resolve("train.h5")).doesNotExist();
    Path text = Files.writeString(folder.resolve("test.h5.making"), "notes");
    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> store("test.h5", WAITING))
        .withMessageContaining("test.h5.making");
    assertThat(text).hasContent("notes");
  }

  @Test
  void aLeftoverOfAStoreThatWasBeingMadeGivesWay() throws IOException {
    Path whole = store("whole.h5", WAITING);
    try (ImageStore empty = Hdf5ImageStore.open(folder.resolve("new.h5"))) {
      assertThat(empty.size()).isZero();
      Files.copy(folder.resolve("new.h5"), folder.resolve("a.h5.making"));
    }
    Files.write(folder.resolve("b.h5.making"), new byte[0]);
    Files.write(folder.resolve("c.h5.making"), new byte[700]);

    for (String name : List.of("a.h5", "b.h5", "c.h5")) {
      assertHolds(store(name, WAITING));
      assertThat(folder.resolve(name + ".making")).doesNotExist();
    }
    assertHolds(whole);
  }

  @ParameterizedTest
  @ValueSource(ints = {240, 244, 248, 252, 255})
  void aFileMayHaveAsLongANameAsTheFileSystemTakes(int length) throws IOException {
    Path path = store("x".repeat(length), WAITING);
    assertHolds(path);

    try (ImageStore store = Hdf5ImageStore.open(path, WAITING)) {
      store.put(2, IMAGES.get(0).image(), 1);
      try (ImageSource reader = Hdf5ImageStore.openReadOnly(path)) {
        assertThat(reader.size()).isEqualTo(3);
      }
      store.delete(2);
    }
    assertHolds(path);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(path);
    }
  }

  @Test
  void theJournalOfAStoreThatHasComeInTheClosedOnesPlaceStays() throws IOException {
    Path crashed = folder.resolve("crashed.h5");
    try (ImageStore store = Hdf5ImageStore.open(folder.resolve("other.h5"))) {
      store.put(0, IMAGES.get(1).image(), 9);
      store.flush();
      store.putBatch(IMAGES); // of which one is brought home by the journal
      Files.copy(folder.resolve("other.h5"), crashed);
      Files.copy(folder.resolve("other.h5.journal"), folder.resolve("crashed.h5.journal"));
    }
    Path path = folder.resolve("store.h5");
    ImageStore closed = Hdf5ImageStore.open(path);
    closed.putBatch(IMAGES);
    Files.move(path, folder.resolve("moved.h5"));
    Files.move(folder.resolve("store.h5.journal"), folder.resolve("moved.h5.journal"));
    Files.move(crashed, path);
    Files.move(folder.resolve("crashed.h5.journal"), folder.resolve("store.h5.journal"));

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(closed::close)
        .withMessageContaining("replaced");

    assertHolds(path);
    assertHolds(folder.resolve("moved.h5"));
  }
}
