package io.imagestore.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.imagestore.CorruptImageException;
import io.imagestore.ImageShape;
import io.imagestore.spi.StoredImage;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReadAheadTest {

  private static final int MEGABYTE = 1 << 20;

  private final ReadAhead ahead = new ReadAhead();

  /** Encoded images of one pixel, whose files have these lengths. */
  private static StoredImage[] images(int... fileBytes) {
    ImageShape shape = new ImageShape(1, 1, 1);
    return IntStream.range(0, fileBytes.length)
        .mapToObj(
            i ->
                new FoundImage(
                    i, new Entry(i, shape, "jpeg", 0, 0, fileBytes[i], MetadataPlace.NONE)))
        .toArray(StoredImage[]::new);
  }

  private static byte[] bytes(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private byte[] shown(int i) {
    ByteBuffer bytes = ahead.get(i);
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return copy;
  }

  @Test
  void eachImageOfARunKeepsItsBytesInWhateverOrderTheyCome() {
    int[] lengths = {5, 0, 3, 2 * MEGABYTE, 7};

    assertThat(ahead.reserve(images(lengths), 0)).isEqualTo(5);
    for (int i = 4; i >= 0; i--) {
      ahead.put(i, ByteBuffer.wrap(bytes(lengths[i], i)));
    }

    for (int i = 0; i < 5; i++) {
      assertThat(shown(i)).isEqualTo(bytes(lengths[i], i));
    }
  }

  @Test
  void theNextRunBeginsWhereTheLastOneEnded() {
    StoredImage[] images = images(IntStream.range(0, 10).map(i -> MEGABYTE / 2).toArray());

    assertThat(ahead.reserve(images, 0)).isEqualTo(6);
    assertThat(ahead.reserve(images, 6)).isEqualTo(10);
    ahead.put(0, ByteBuffer.wrap(bytes(MEGABYTE / 2, 9)));
    assertThat(shown(0)).isEqualTo(bytes(MEGABYTE / 2, 9));
  }

  @Test
  void noMemoryIsTakenForAFileThatIsOnlySaidToBeLarge() {
    ahead.reserve(images(Integer.MAX_VALUE, Integer.MAX_VALUE), 0);

    assertThat(ahead.heldBytes()).isLessThan(MEGABYTE);
  }

  @Test
  void aDamagedImageIsToldOfAtItsTurnAndThenForgotten() {
    StoredImage[] images = images(1, 1);
    CorruptImageException damage = new CorruptImageException(Path.of("store"), 1, "a test says so");
    ahead.reserve(images, 0);
    ahead.put(0, ByteBuffer.wrap(bytes(1, 4)));
    ahead.fail(1, damage);

    assertThat(shown(0)).isEqualTo(bytes(1, 4));
    assertThatThrownBy(() -> ahead.get(1)).isSameAs(damage);

    ahead.clear();
    ahead.reserve(images, 0);
    ahead.put(1, ByteBuffer.wrap(bytes(1, 5)));
    assertThat(shown(1)).isEqualTo(bytes(1, 5));
  }
}
