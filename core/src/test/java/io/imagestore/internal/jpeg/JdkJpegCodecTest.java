package io.imagestore.internal.jpeg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.imagestore.ImageShape;
import io.imagestore.ImageStoreException;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.Codecs;
import io.imagestore.codec.DecodeException;
import io.imagestore.codec.DecodeRegion;
import io.imagestore.codec.ImageHeader;
import io.imagestore.codec.jpeg.JpegBytes;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JdkJpegCodecTest {

  private static final List<String> NAMES = Jpegs.NAMES;
  private static final int MUTATIONS = 2_000;

  /**
   * Vendors that bundle the old libjpeg repeat color differences where Pillow interpolates them, if
   * they are halved vertically alone. In these files each pixel differs from the next by up to 90.
   */
  private static final int MAX_DIFFERENCE_440 = 90;

  private final JdkJpegCodec codec = new JdkJpegCodec();

  private byte[] decode(ByteBuffer file) {
    ImageHeader header = codec.readHeader(file);
    ByteBuffer pixels = ByteBuffer.allocate((int) header.shape().byteCount());
    codec.decode(file, header, DecodeRegion.whole(header.shape(), 1), pixels);
    assertThat(pixels.hasRemaining()).isFalse();
    return pixels.array();
  }

  @Test
  void itIsFoundByItsFormat() {
    assertThat(Codecs.find("jpeg")).containsInstanceOf(JdkJpegCodec.class);
    assertThat(codec.isAvailable()).isTrue();
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void aFileIsRecognizedByItsFirstBytes(String name) {
    assertThat(codec.recognizes(ByteBuffer.wrap(Jpegs.file(name)))).isTrue();
  }

  @Test
  void otherFilesAreNot() {
    assertThat(codec.recognizes(ByteBuffer.wrap(new byte[] {(byte) 0x89, 'P', 'N', 'G'})))
        .isFalse();
    assertThat(codec.recognizes(ByteBuffer.wrap(new byte[] {(byte) 0xFF, (byte) 0xD8}))).isFalse();
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void theHeaderTellsTheShape(String name) {
    int channels = name.startsWith("gray") ? 1 : 3;

    assertThat(codec.readHeader(ByteBuffer.wrap(Jpegs.file(name))))
        .isEqualTo(new ImageHeader("jpeg", new ImageShape(Jpegs.HEIGHT, Jpegs.WIDTH, channels)));
  }

  static Stream<String> decodedAlikeByAllVendors() {
    return Jpegs.NAMES.stream().filter(name -> !name.equals("ycbcr-440"));
  }

  @ParameterizedTest
  @MethodSource("decodedAlikeByAllVendors")
  void thePixelsArePillows(String name) {
    assertThat(decode(ByteBuffer.wrap(Jpegs.file(name)))).isEqualTo(Jpegs.pixels(name));
  }

  @Test
  void thePixelsAreNearPillowsWhereColorIsHalvedVerticallyAlone() {
    byte[] pixels = decode(ByteBuffer.wrap(Jpegs.file("ycbcr-440")));
    byte[] pillows = Jpegs.pixels("ycbcr-440");

    assertThat(pixels).hasSameSizeAs(pillows);
    assertThat(IntStream.range(0, pixels.length))
        .allMatch(i -> Math.abs((pixels[i] & 0xFF) - (pillows[i] & 0xFF)) <= MAX_DIFFERENCE_440);
  }

  @Test
  void buffersOfAnyKindWillDo() {
    byte[] bytes = Jpegs.file("ycbcr-420");
    ByteBuffer file =
        ByteBuffer.allocateDirect(bytes.length + 20)
            .position(7)
            .put(bytes)
            .flip()
            .position(7)
            .asReadOnlyBuffer();
    ImageHeader header = codec.readHeader(file);
    ByteBuffer into = ByteBuffer.allocateDirect((int) header.shape().byteCount() + 9).position(5);

    codec.decode(file, header, DecodeRegion.whole(header.shape(), 1), into);

    assertThat(file.position()).isEqualTo(7);
    assertThat(into.remaining()).isEqualTo(4);
    byte[] pixels = new byte[into.position() - 5];
    into.get(5, pixels);
    assertThat(pixels).isEqualTo(Jpegs.pixels("ycbcr-420"));
  }

  @Test
  void tooLittleRoomIsAnOverflowAndNothingIsWritten() {
    ByteBuffer file = ByteBuffer.wrap(Jpegs.file("gray"));
    ImageHeader header = codec.readHeader(file);
    byte[] room = new byte[(int) header.shape().byteCount() - 1];
    DecodeRegion whole = DecodeRegion.whole(header.shape(), 1);

    assertThatThrownBy(() -> codec.decode(file, header, whole, ByteBuffer.wrap(room)))
        .isInstanceOf(BufferOverflowException.class);
    assertThat(room).containsOnly(0);
  }

  @Test
  void aReadOnlyDestinationIsRefused() {
    ByteBuffer file = ByteBuffer.wrap(Jpegs.file("gray"));
    ImageHeader header = codec.readHeader(file);
    ByteBuffer into = ByteBuffer.allocate(10_000).asReadOnlyBuffer();

    assertThatThrownBy(
            () -> codec.decode(file, header, DecodeRegion.whole(header.shape(), 1), into))
        .isInstanceOf(ReadOnlyBufferException.class);
  }

  @Test
  void itDecodesWholeImagesAlone() {
    ByteBuffer file = ByteBuffer.wrap(Jpegs.file("gray"));
    ImageHeader header = codec.readHeader(file);
    DecodeRegion half = DecodeRegion.whole(header.shape(), 2);

    assertThat(codec.covering(header, half)).isEqualTo(DecodeRegion.whole(header.shape(), 1));
    assertThatThrownBy(() -> codec.decode(file, header, half, ByteBuffer.allocate(10_000)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aHeaderOfAnotherFileIsRefused() {
    ImageHeader gray = codec.readHeader(ByteBuffer.wrap(Jpegs.file("gray")));
    ByteBuffer color = ByteBuffer.wrap(Jpegs.file("rgb"));

    assertThatThrownBy(
            () ->
                codec.decode(
                    color, gray, DecodeRegion.whole(gray.shape(), 1), ByteBuffer.allocate(10_000)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gray", "ycbcr-420-progressive"})
  void aFileCutAtAnyByteIsRefused(String name) {
    byte[] file = Jpegs.file(name);
    for (int length = 0; length < file.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(file, 0, length);

      assertThatThrownBy(() -> decode(cut))
          .as("cut at byte %d", length)
          .isInstanceOf(DecodeException.class);
    }
  }

  @Test
  void whatFollowsTheEndOfTheImageIsLeftAlone() {
    byte[] file = Jpegs.file("ycbcr-420");

    assertThat(decode(ByteBuffer.wrap(Arrays.copyOf(file, file.length + 3_000))))
        .isEqualTo(Jpegs.pixels("ycbcr-420"));
  }

  @Test
  void anImageWhoseEndIsOverwrittenIsRefused() {
    byte[] file = Jpegs.file("ycbcr-420");

    Arrays.fill(file, file.length - 40, file.length, (byte) 0);
    assertThatThrownBy(() -> decode(ByteBuffer.wrap(file)))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("cut short");
  }

  @Test
  void damagedCodedDataIsDecodedAsWellAsItGoes() {
    byte[] file = Jpegs.file("ycbcr-420-restarts");
    file[file.length - 30] = (byte) 0xFF; // a restart marker that isn't due
    file[file.length - 29] = (byte) 0xD7;

    byte[] pixels = decode(ByteBuffer.wrap(file));

    byte[] sound = Jpegs.pixels("ycbcr-420-restarts");
    int above = 14 * Jpegs.WIDTH * 3; // the first row of MCUs, less what interpolation blurs
    assertThat(Arrays.copyOf(pixels, above)).isEqualTo(Arrays.copyOf(sound, above));
    assertThat(pixels).isNotEqualTo(sound);
  }

  @Test
  void moreScansThanAnyEncoderWritesAreRefused() {
    JpegBytes scans = JpegBytes.begin().frame(JpegBytes.PROGRESSIVE, 8, 8, 1);
    for (int i = 0; i < 101; i++) {
      scans.scan(1);
    }
    ByteBuffer file = scans.end();

    assertThatThrownBy(() -> decode(file))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("more than 100 scans");
  }

  @Test
  void moreSamplesThanAQuarterOfTheHeapAreUnsupported() {
    ByteBuffer file =
        JpegBytes.begin().frame(JpegBytes.BASELINE, 12_000, 12_000, 1).scan(300_000).end();
    ImageHeader header = codec.readHeader(file);
    // The buffer only has to be long: the heap is asked before anything is written.
    ByteBuffer into = ByteBuffer.allocateDirect((int) header.shape().byteCount());

    assertThatThrownBy(
            () -> codec.decode(file, header, DecodeRegion.whole(header.shape(), 1), into))
        .isInstanceOf(UnsupportedImageException.class)
        .hasMessageContaining("imagestore-turbojpeg");
  }

  @Test
  void mutatedFilesGivePixelsOrATypedException() {
    Random random = new Random(20_261_124);
    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] file = mutated(Jpegs.file(NAMES.get(random.nextInt(NAMES.size()))), random);
      try {
        assertThat(decode(ByteBuffer.wrap(file))).isNotEmpty();
      } catch (ImageStoreException e) {
        refused++;
        assertThat(e.getMessage()).isNotBlank();
      }
    }
    assertThat(refused).isBetween(MUTATIONS / 4, MUTATIONS - MUTATIONS / 20);
  }

  private static byte[] mutated(byte[] file, Random random) {
    for (int i = random.nextInt(4); i >= 0; i--) {
      file[random.nextInt(file.length)] = (byte) random.nextInt(256);
    }
    return random.nextInt(8) == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file;
  }

  @Test
  void threadsDecodeAtTheSameTime() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Callable<byte[]>> calls =
          IntStream.range(0, 400)
              .mapToObj(i -> NAMES.get(i % NAMES.size()))
              .filter(name -> !name.equals("ycbcr-440"))
              .<Callable<byte[]>>map(
                  name ->
                      () -> {
                        byte[] pixels = decode(ByteBuffer.wrap(Jpegs.file(name)));
                        assertThat(pixels).as(name).isEqualTo(Jpegs.pixels(name));
                        return pixels;
                      })
              .toList();
      for (Future<byte[]> decoded : threads.invokeAll(calls)) {
        assertThatCode(decoded::get).doesNotThrowAnyException();
      }
    } finally {
      threads.shutdown();
    }
  }
}
