package io.imagestore.internal.png;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.imagestore.ImageShape;
import io.imagestore.SampleType;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.Codecs;
import io.imagestore.codec.DecodeException;
import io.imagestore.codec.DecodeRegion;
import io.imagestore.codec.ImageCodec;
import io.imagestore.codec.ImageHeader;
import io.imagestore.internal.png.RandomPng.Kind;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PngCodecTest {
  private final ImageCodec codec = new PngCodec();

  private static final RandomPng IMAGE = new Kind(2, 16, false, true).image(13, 9);

  private byte[] decode(ByteBuffer file) {
    ImageHeader header = codec.readHeader(file);
    ByteBuffer pixels = ByteBuffer.allocate((int) header.shape().byteCount());
    codec.decode(file, header, DecodeRegion.whole(header.shape(), 1), pixels);
    return pixels.array();
  }

  @Test
  void itIsTheOneForPng() {
    assertThat(Codecs.require("png")).isInstanceOf(PngCodec.class);
    assertThat(Codecs.recognize(ByteBuffer.wrap(IMAGE.file()))).containsInstanceOf(PngCodec.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3}) // RGB, and a palette
  void theHeaderOfAnotherFileOfTheShapeIsNotTakenForThisOnes(int colorType) {
    ByteBuffer file = ByteBuffer.wrap(new Kind(colorType, 8, false, false).image(13, 9).file());
    byte[] interlaced = new Kind(colorType, 8, true, false).image(13, 9).file();
    ImageHeader other = codec.readHeader(ByteBuffer.wrap(interlaced));
    ByteBuffer pixels = ByteBuffer.allocate((int) other.shape().byteCount());

    codec.decode(file, other, DecodeRegion.whole(other.shape(), 1), pixels);

    assertThat(pixels.array()).isEqualTo(decode(file));
  }

  @Test
  void theHeaderTellsFormatAndShape() {
    assertThat(codec.readHeader(ByteBuffer.wrap(IMAGE.file())))
        .isEqualTo(new ImageHeader("png", new ImageShape(9, 13, 4, SampleType.UINT16)));
  }

  /** Buffers of all kinds that hold the image's file from position 3 to their limit. */
  static Stream<ByteBuffer> files() {
    byte[] file = IMAGE.file(100);
    ByteBuffer heap = ByteBuffer.allocate(file.length + 5).put(3, file);
    ByteBuffer direct = ByteBuffer.allocateDirect(file.length + 5).put(3, file);
    return Stream.of(heap, direct, heap.asReadOnlyBuffer(), direct.asReadOnlyBuffer())
        .map(each -> each.position(3).limit(file.length + 3).order(ByteOrder.LITTLE_ENDIAN));
  }

  @ParameterizedTest
  @MethodSource("files")
  void aFileIsReadFromAnyBufferWhichStaysAsItWas(ByteBuffer file) {
    ByteBuffer before = file.duplicate();

    assertThat(decode(file)).isEqualTo(IMAGE.pixels());
    assertThat(file.position()).isEqualTo(before.position());
    assertThat(file.limit()).isEqualTo(before.limit());
  }

  static Stream<ByteBuffer> targets() {
    return Stream.of(ByteBuffer.allocate(2000), ByteBuffer.allocateDirect(2000));
  }

  @ParameterizedTest
  @MethodSource("targets")
  void pixelsGoToTheBuffersPositionWhichMovesBehindThem(ByteBuffer into) {
    ByteBuffer file = ByteBuffer.wrap(IMAGE.file());
    ImageHeader header = codec.readHeader(file);
    int length = IMAGE.pixels().length;
    into.position(7);

    codec.decode(file, header, DecodeRegion.whole(header.shape(), 1), into);

    assertThat(into.position()).isEqualTo(7 + length);
    byte[] pixels = new byte[length];
    into.get(7, pixels);
    assertThat(pixels).isEqualTo(IMAGE.pixels());
    assertThat(into.get(6)).isZero();
    assertThat(into.get(7 + length)).isZero();
  }

  @Test
  void whereThereIsTooLittleRoomNothingIsWritten() {
    ByteBuffer file = ByteBuffer.wrap(IMAGE.file());
    ImageHeader header = codec.readHeader(file);
    ByteBuffer small = ByteBuffer.allocate(IMAGE.pixels().length - 1);

    assertThatExceptionOfType(BufferOverflowException.class)
        .isThrownBy(() -> codec.decode(file, header, DecodeRegion.whole(header.shape(), 1), small));
    assertThat(small.position()).isZero();
    assertThat(small.array()).containsOnly(0);
  }

  @Test
  void whatCoversAPartIsThePartItselfNotScaled() {
    ImageHeader header = new ImageHeader("png", new ImageShape(9, 13, 4, SampleType.UINT16));

    assertThat(codec.covering(header, new DecodeRegion(1, 2, 3, 4, 5)))
        .isEqualTo(new DecodeRegion(1, 2, 3, 4, 5));
    assertThat(codec.covering(header, new DecodeRegion(4, 1, 0, 2, 1)))
        .isEqualTo(new DecodeRegion(1, 4, 0, 8, 4));
    assertThat(codec.covering(header, DecodeRegion.whole(header.shape(), 8)))
        .isEqualTo(DecodeRegion.whole(header.shape(), 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.covering(header, new DecodeRegion(8, 1 << 29, 0, 1, 1)));
  }

  @Test
  void aPartThatIsScaledOrOutsideIsRefused() {
    ByteBuffer file = ByteBuffer.wrap(IMAGE.file());
    ImageHeader header = codec.readHeader(file);
    for (DecodeRegion region :
        List.of(
            new DecodeRegion(2, 0, 0, 1, 1),
            new DecodeRegion(1, 13, 0, 1, 1),
            new DecodeRegion(1, 0, 1, 13, 9),
            new DecodeRegion(1, 1, 0, Integer.MAX_VALUE, 1))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> codec.decode(file, header, region, ByteBuffer.allocate(5000)));
    }
  }

  @Test
  void aFileThatIsNotAsTheHeaderSaysIsRefused() {
    ByteBuffer file = ByteBuffer.wrap(IMAGE.file());
    ImageShape other = new ImageShape(9, 13, 3);

    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(
            () ->
                codec.decode(
                    file,
                    new ImageHeader("png", other),
                    DecodeRegion.whole(other, 1),
                    ByteBuffer.allocate(5000)))
        .withMessageContaining("9x13x4 UINT16, not 9x13x3");
  }

  @Test
  void anAreaOverTheLimitIsRefusedBeforeMemoryIsTaken() {
    byte[] zeros = TestPng.deflate(new byte[20_000 * (20_000 / 8 + 1)]);
    byte[] png = new TestPng().header(20_000, 20_000, 1, 0, 0).chunk("IDAT", zeros).end();

    assertThatExceptionOfType(UnsupportedImageException.class)
        .isThrownBy(() -> codec.readHeader(ByteBuffer.wrap(png)))
        .withMessageContaining("20000x20000x1");
  }

  @Test
  void aFileHarmedByTextTransferIsRecognizedAndCalledNoPng() {
    byte[] file = IMAGE.file();
    file[4] = '\n';

    assertThat(codec.recognizes(ByteBuffer.wrap(file))).isTrue();
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> codec.readHeader(ByteBuffer.wrap(file)));
  }

  @Test
  void otherFilesAreNotRecognized() {
    for (byte[] file : new byte[][] {{}, {(byte) 0x89, 'P', 'N'}, {'G', 'I', 'F', '8', '9', 'a'}}) {
      assertThat(codec.recognizes(ByteBuffer.wrap(file))).isFalse();
    }
  }

  @Test
  void integersInOneToFourChannelsAreEncodedAndNothingElse() {
    for (SampleType type : SampleType.values()) {
      for (int channels = 1; channels < 7; channels++) {
        ImageShape shape = new ImageShape(2, 3, channels, type);
        boolean fits = channels <= 4 && type != SampleType.FLOAT32;

        assertThat(codec.encodes(shape)).isEqualTo(fits);
        if (!fits) {
          assertThatExceptionOfType(UnsupportedImageException.class)
              .isThrownBy(() -> codec.encode(shape, ByteBuffer.allocate(1000)))
              .withMessageContaining(shape.toString());
        }
      }
    }
    assertThat(codec.encodes(new ImageShape(1 << 15, 1 << 14, 1))).isFalse();
    assertThat(codec.encodes(new ImageShape(1 << 14, 1 << 14, 4, SampleType.UINT16))).isFalse();
  }

  @ParameterizedTest
  @EnumSource(
      value = SampleType.class,
      names = {"UINT8", "UINT16"})
  void whatIsEncodedIsDecoded(SampleType type) {
    Random random = new Random(4);
    for (int channels = 1; channels <= 4; channels++) {
      ImageShape shape = new ImageShape(11, 70, channels, type);
      byte[] pixels = TestPng.bytes((int) shape.byteCount(), random);
      ByteBuffer from = ByteBuffer.allocateDirect(pixels.length + 9).put(4, pixels).position(4);

      ByteBuffer file = codec.encode(shape, from);

      assertThat(from.position()).isEqualTo(4);
      assertThat(codec.readHeader(file).shape()).isEqualTo(shape);
      assertThat(decode(file)).isEqualTo(pixels);
    }
  }

  @Test
  void anEncodedFileIsItsOwnersAlone() {
    ImageShape shape = new ImageShape(4, 4, 3);
    byte[] pixels = TestPng.bytes(48, new Random(1));
    ByteBuffer first = codec.encode(shape, ByteBuffer.wrap(pixels));

    codec.encode(shape, ByteBuffer.allocate(48));

    assertThat(decode(first)).isEqualTo(pixels);
  }

  @Test
  void manyThreadsDecodeAtOnce() throws Exception {
    RandomPng large = new Kind(6, 8, true, false).image(200, 150);
    byte[] small = IMAGE.file();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        tasks.add(() -> Arrays.equals(decode(ByteBuffer.wrap(small)), IMAGE.pixels()));
        tasks.add(() -> Arrays.equals(decode(ByteBuffer.wrap(large.file())), large.pixels()));
      }
      for (Future<Boolean> right : threads.invokeAll(tasks)) {
        assertThat(right.get()).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
