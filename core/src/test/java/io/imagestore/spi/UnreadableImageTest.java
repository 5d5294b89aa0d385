package io.imagestore.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.RepairPolicy;
import io.imagestore.RepairReport;
import io.imagestore.VerifyReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device gives an error where one image lies, as a bad sector does. */
final class UnreadableImageTest {

  private static final int COUNT = 10;
  private static final long DAMAGED = 7;
  private static final long UNREADABLE = 3;

  @TempDir Path folder;

  private ImageStore open() {
    ImageStore store = new BadSector().open();
    for (long id = 0; id < COUNT; id++) {
      store.put(new LabeledImage(id, Image.of(1, 1, 1, new byte[] {7}), 1));
    }
    return store;
  }

  private final class BadSector extends HeapBackend {

    @Override
    public Path location() {
      return folder.resolve("store");
    }

    @Override
    public void read(StoredImage image, Visitor visitor) throws IOException {
      check(image.id());
      super.read(image, visitor);
    }

    @Override
    public void check(long id) throws IOException {
      if (id == UNREADABLE) {
        throw new IOException("Input/output error");
      }
      if (id == DAMAGED) {
        throw new CorruptImageException(location(), id, "a bit was flipped");
      }
    }
  }

  @Test
  void aVerificationNamesItAndGoesOn() {
    try (ImageStore store = open()) {
      VerifyReport report = store.verify();

      assertThat(report.imagesChecked()).isEqualTo(COUNT);
      assertThat(report.damagedIds()).containsExactly(DAMAGED);
      assertThat(report.storeProblems())
          .containsExactly("image 3 can't be checked: Input/output error");
    }
  }

  @Test
  void aRepairLeavesItAndMendsTheOthers() {
    try (ImageStore store = open()) {
      RepairReport report = store.repair(RepairPolicy.dropDamaged());

      assertThat(report.dropped()).extracting(RepairReport.Dropped::id).containsExactly(DAMAGED);
      assertThat(report.storeProblems())
          .containsExactly("image 3 can't be checked: Input/output error");
      assertThat(store.contains(UNREADABLE)).isTrue();
    }
  }

  @Test
  void aStreamThatSkipsDamageIsToldOfItAndGoesOn() {
    List<CorruptImageException> damages = new ArrayList<>();
    try (ImageStore store = open();
        Stream<LabeledImage> images = store.stream(damages::add)) {
      assertThat(images.map(LabeledImage::id))
          .containsExactlyElementsOf(
              LongStream.range(0, COUNT)
                  .filter(id -> id != DAMAGED && id != UNREADABLE)
                  .boxed()
                  .toList());
    }
    assertThat(damages).extracting(CorruptImageException::id).containsExactly(UNREADABLE, DAMAGED);
    assertThat(damages.get(0)).hasMessageContaining("can't be read: Input/output error");
  }

  @Test
  void anyOtherStreamGivesWhatComesBeforeItAndNamesIt() {
    try (ImageStore store = open();
        Stream<LabeledImage> images = store.stream()) {
      Iterator<LabeledImage> iterator = images.iterator();
      for (long id = 0; id < UNREADABLE; id++) {
        assertThat(iterator.next().id()).isEqualTo(id);
      }
      assertThatExceptionOfType(ImageStoreException.class)
          .isThrownBy(iterator::next)
          .isNotInstanceOf(CorruptImageException.class)
          .withMessageContaining("image 3 can't be read: Input/output error");
    }
  }
}
