package io.imagestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.imagestore.spi.Batches;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.zip.CRC32C;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class ImageBatchTest {

  private static final ImageShape SHAPE = new ImageShape(1, 2, 1);

  private final ImageBatch batch = ImageBatch.allocate(SHAPE, 3);

  private static LabeledImage image(long id, int a, int b) {
    return new LabeledImage(id, Image.of(1, 2, 1, new byte[] {(byte) a, (byte) b}), (int) id * 10);
  }

  @Test
  void holdsWhatWasAddedInOrder() {
    batch.add(image(7, 1, 2));
    batch.add(image(3, 3, 4));

    assertThat(batch.size()).isEqualTo(2);
    assertThat(batch.id(1)).isEqualTo(3);
    assertThat(batch.label(0)).isEqualTo(70);
    assertThat(batch.image(1)).isEqualTo(image(3, 3, 4).image());
    byte[] pixels = new byte[4];
    batch.pixels().get(pixels);
    assertThat(pixels).containsExactly(1, 2, 3, 4);
  }

  @Test
  void itsPixelsAreDirectAndReadOnly() {
    batch.add(image(7, 1, 2));

    assertThat(batch.pixels().isDirect()).isTrue();
    assertThatExceptionOfType(ReadOnlyBufferException.class)
        .isThrownBy(() -> batch.pixels().put(0, (byte) 1));
  }

  @Test
  void isFilledInOneGo() {
    batch.add(image(7, 1, 2));
    Batches.fill(
        batch,
        2,
        (pixels, ids, labels) -> {
          pixels.put(new byte[] {5, 6, 7, 8});
          ids[1] = 9;
          labels[1] = 90;
        });

    assertThat(batch.size()).isEqualTo(2);
    assertThat(batch.id(1)).isEqualTo(9);
    assertThat(batch.image(1)).isEqualTo(image(9, 7, 8).image());
  }

  @Test
  void knowsTheChecksumOfEachImage() {
    batch.add(image(7, 1, 2));
    batch.add(image(3, 3, 4));

    assertThat(Batches.crc32c(batch, 1)).isEqualTo(crc32c(3, 4));
    assertThat(Batches.crc32c(batch, 0)).isEqualTo(crc32c(1, 2));
  }

  @Test
  void makesNewChecksumsWhenItIsFilledAgain() {
    batch.add(image(7, 1, 2));
    Batches.fill(batch, 2, (pixels, ids, labels) -> pixels.put(new byte[] {5, 6, 7, 8}));
    batch.add(image(3, 3, 4));

    assertThat(Batches.crc32c(batch, 0)).isEqualTo(crc32c(5, 6));
    assertThat(Batches.crc32c(batch, 2)).isEqualTo(crc32c(3, 4));
    batch.clear();
    batch.add(image(1, 1, 1));
    assertThat(Batches.crc32c(batch, 0)).isEqualTo(crc32c(1, 1));
  }

  private static int crc32c(int a, int b) {
    CRC32C crc = new CRC32C();
    crc.update(new byte[] {(byte) a, (byte) b});
    return (int) crc.getValue();
  }

  @Test
  void isEmptyWhenItsSourceThrows() {
    batch.add(image(7, 1, 2));

    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                Batches.fill(
                    batch,
                    1,
                    (pixels, ids, labels) -> {
                      throw new IllegalStateException("broken");
                    }));
    assertThat(batch.size()).isZero();
  }

  @Test
  void samplesOfMoreThanOneByteAreLittleEndian() {
    ImageShape wide = new ImageShape(1, 1, 1, SampleType.UINT16);
    ImageBatch sixteen = ImageBatch.allocate(wide, 1);
    sixteen.add(new LabeledImage(1, Image.of(wide, ByteBuffer.wrap(new byte[] {1, 2})), 0));

    assertThat(sixteen.pixels().getShort()).isEqualTo((short) 0x0201);
  }

  @Test
  void isEmptyWhenItIsClosedAndMayBeClosedTwice() {
    batch.add(image(7, 1, 2));

    batch.close();
    batch.close();

    assertThat(batch.size()).isZero();
  }

  @Test
  void aViewOfAClosedBatchNeverReadsOtherMemory() {
    batch.add(image(7, 1, 2));
    ByteBuffer view = batch.pixels();

    batch.close();

    // Newer Java gives the memory back and refuses; older Java keeps it for the view.
    assertThat(Assertions.catchThrowable(() -> assertThat(view.get(0)).isEqualTo((byte) 1)))
        .satisfiesAnyOf(
            thrown -> assertThat(thrown).isNull(),
            thrown -> assertThat(thrown).isInstanceOf(IllegalStateException.class));
  }

  @Test
  void takesNoMoreThanItsCapacity() {
    for (int i = 0; i < 3; i++) {
      batch.add(image(i, 1, 2));
    }

    assertThatIllegalStateException()
        .isThrownBy(() -> batch.add(image(4, 1, 2)))
        .withMessageContaining("3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Batches.fill(batch, 4, (pixels, ids, labels) -> {}));
    assertThat(batch.size()).isEqualTo(3);
  }

  @Test
  void takesNoOtherShape() {
    LabeledImage other = new LabeledImage(1, Image.of(1, 1, 1, new byte[1]), 0);

    assertThatExceptionOfType(ShapeMismatchException.class)
        .isThrownBy(() -> batch.add(other))
        .withMessageContaining("1x1x1")
        .withMessageContaining("1x2x1");
  }

  @Test
  void takesNothingOnceItIsClosed() {
    batch.close();

    assertThatIllegalStateException()
        .isThrownBy(() -> batch.add(image(7, 1, 2)))
        .withMessageContaining("closed");
    assertThat(batch.size()).isZero();
  }

  @Test
  void aPlaceBehindItsSizeIsRefused() {
    batch.add(image(7, 1, 2));
    batch.clear();

    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> batch.id(0));
  }

  @Test
  void moreThanTwoGibibytesAreRefusedBeforeMemoryIsTaken() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ImageBatch.allocate(new ImageShape(1024, 1024, 3), 1000))
        .withMessageContaining("1000 images of 1024x1024x3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ImageBatch.allocate(SHAPE, -1))
        .withMessageContaining("-1");
  }
}
