package io.imagestore.turbojpeg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.imagestore.ImageShape;
import io.imagestore.codec.Codecs;
import io.imagestore.codec.DecodeException;
import io.imagestore.codec.DecodeRegion;
import io.imagestore.codec.ImageCodec;
import io.imagestore.codec.ImageHeader;
import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an application gets that has this module on its class path: libjpeg-turbo's decoding, or
 * where that isn't installed the JDK's, with the same rules.
 */
class TurboJpegCodecTest {

  private static final boolean IS_INSTALLED = new TurboJpegCodec().isAvailable();
  private static final List<String> NAMES =
      Jpegs.NAMES.stream()
          .filter(name -> IS_INSTALLED || !name.equals(Jpegs.UNLIKE_IN_JDKS))
          .toList();
  private static final int REGIONS = 200;

  private final ImageCodec codec = Codecs.require("jpeg");

  private byte[] decode(ByteBuffer file, DecodeRegion region, IntFunction<ByteBuffer> memory) {
    ImageHeader header = codec.readHeader(file);
    int bytes = (int) region.shape(header.shape()).byteCount();
    ByteBuffer into = memory.apply(bytes);
    codec.decode(file, header, region, into);
    assertThat(into.hasRemaining()).isFalse();
    byte[] pixels = new byte[bytes];
    into.flip().get(pixels);
    return pixels;
  }

  private byte[] decode(ByteBuffer file, IntFunction<ByteBuffer> memory) {
    return decode(file, DecodeRegion.whole(codec.readHeader(file).shape(), 1), memory);
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  @Test
  void itIsUsedWhereTheLibraryIsInstalled() {
    assertThat(codec)
        .isInstanceOf(IS_INSTALLED ? TurboJpegCodec.class : Jpegs.codecOfTheJdk().getClass());
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void thePixelsArePillowsFromDirectMemoryIntoDirectMemory(String name) {
    assertThat(decode(direct(Jpegs.file(name)), ByteBuffer::allocateDirect))
        .isEqualTo(Jpegs.pixels(name));
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void thePixelsArePillowsFromTheHeapIntoTheHeap(String name) {
    assertThat(decode(ByteBuffer.wrap(Jpegs.file(name)), ByteBuffer::allocate))
        .isEqualTo(Jpegs.pixels(name));
  }

  @Test
  void aFileMayBeMappedAndLieAmongOthers(@TempDir Path folder) throws IOException {
    byte[] jpeg = Jpegs.file("ycbcr-420");
    Path path = folder.resolve("files");
    Files.write(path, new byte[4_097]);
    Files.write(path, jpeg, StandardOpenOption.APPEND);
    Files.write(path, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
    try (FileChannel channel = FileChannel.open(path)) {
      ByteBuffer file =
          channel
              .map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
              .position(4_097)
              .limit(4_097 + jpeg.length);

      assertThat(decode(file, ByteBuffer::allocateDirect)).isEqualTo(Jpegs.pixels("ycbcr-420"));
      assertThat(file.position()).isEqualTo(4_097);
    }
  }

  @Test
  void thePixelsGoToTheDestinationsPosition() {
    ByteBuffer file = direct(Jpegs.file("gray"));
    ImageHeader header = codec.readHeader(file);
    byte[] pixels = Jpegs.pixels("gray");
    ByteBuffer into = ByteBuffer.allocateDirect(pixels.length + 9).position(5);

    codec.decode(file, header, DecodeRegion.whole(header.shape(), 1), into);

    ByteBuffer expected = ByteBuffer.allocate(pixels.length + 9).put(5, pixels);
    assertThat(into.position()).isEqualTo(5 + pixels.length);
    assertThat(into.clear()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8})
  void aScaledImageIsTheMeanOfWhatItStandsFor(int scale) throws IOException {
    ByteBuffer file = direct(slopes(133, 101));
    ImageShape shape = codec.readHeader(file).shape();
    byte[] full = decode(file, ByteBuffer::allocateDirect);
    DecodeRegion wanted = DecodeRegion.whole(shape, scale);

    DecodeRegion region = codec.covering(codec.readHeader(file), wanted);
    byte[] pixels = decode(file, region, ByteBuffer::allocateDirect);

    assertThat(region).isEqualTo(IS_INSTALLED ? wanted : DecodeRegion.whole(shape, 1));
    int block = region.scale();
    for (int y = 0; y < shape.height() / block; y++) {
      for (int x = 0; x < shape.width() / block; x++) {
        int red = pixels[(y * region.width() + x) * 3] & 0xFF;
        assertThat(red)
            .as("red of %d, %d", x, y)
            .isCloseTo(mean(full, shape, x * block, y * block, block), within(4));
      }
    }
  }

  private static int mean(byte[] pixels, ImageShape shape, int left, int top, int block) {
    int sum = 0;
    for (int y = top; y < top + block; y++) {
      for (int x = left; x < left + block; x++) {
        sum += pixels[(y * shape.width() + x) * 3] & 0xFF;
      }
    }
    return Math.round(sum / (float) (block * block));
  }

  /** A JPEG of colors that change slowly. */
  private static byte[] slopes(int width, int height) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    WritableRaster raster = image.getRaster();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        raster.setPixel(x, y, new int[] {x + y, 200 - x, 2 * y});
      }
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, "jpeg", file)).isTrue();
    return file.toByteArray();
  }

  @ParameterizedTest
  @FieldSource("NAMES")
  void aPartHasThePixelsOfTheWhole(String name) {
    Random random = new Random(20_261_124);
    ByteBuffer file = direct(Jpegs.file(name));
    ImageHeader header = codec.readHeader(file);
    for (int i = 0; i < REGIONS; i++) {
      DecodeRegion wanted = anyRegion(header.shape(), random);

      DecodeRegion part = codec.covering(header, wanted);

      DecodeRegion whole = DecodeRegion.whole(header.shape(), part.scale());
      IntFunction<ByteBuffer> memory =
          random.nextBoolean() ? ByteBuffer::allocate : ByteBuffer::allocateDirect;
      int channels = header.shape().channels();
      if (part.scale() == wanted.scale()) {
        assertThat(crop(decode(file, part, memory), part, wanted, channels))
            .as("%s in %s", wanted, part)
            .isEqualTo(crop(decode(file, whole, ByteBuffer::allocate), whole, wanted, channels));
      } else {
        assertThat(part).isEqualTo(whole);
      }
    }
  }

  @Test
  void rowsBelowAPartAreNotDecoded() {
    ImageHeader header = codec.readHeader(direct(Jpegs.file("ycbcr-420")));

    DecodeRegion part = codec.covering(header, new DecodeRegion(1, 0, 0, 9, 7));

    assertThat(part.height()).isEqualTo(IS_INSTALLED ? 8 : header.shape().height());
  }

  private static DecodeRegion anyRegion(ImageShape shape, Random random) {
    DecodeRegion whole = DecodeRegion.whole(shape, 1 << random.nextInt(4));
    int width = 1 + random.nextInt(whole.width());
    int height = 1 + random.nextInt(whole.height());
    return new DecodeRegion(
        whole.scale(),
        random.nextInt(whole.width() - width + 1),
        random.nextInt(whole.height() - height + 1),
        width,
        height);
  }

  private static byte[] crop(byte[] pixels, DecodeRegion from, DecodeRegion to, int channels) {
    ByteBuffer cropped = ByteBuffer.allocate(to.height() * to.width() * channels);
    for (int y = to.y() - from.y(); y < to.y() - from.y() + to.height(); y++) {
      cropped.put(pixels, (y * from.width() + to.x() - from.x()) * channels, to.width() * channels);
    }
    return cropped.array();
  }

  @Test
  void aRegionThatIsNotCoveringIsRefused() {
    ByteBuffer file = direct(Jpegs.file("ycbcr-420"));
    ImageHeader header = codec.readHeader(file);
    ByteBuffer into = ByteBuffer.allocateDirect(10_000);

    assertThatThrownBy(() -> codec.decode(file, header, new DecodeRegion(1, 3, 0, 9, 9), into))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> codec.decode(file, header, new DecodeRegion(1, 0, 0, 36, 9), into))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(into.position()).isZero();
  }

  static Stream<IntFunction<ByteBuffer>> memories() {
    return Stream.of(ByteBuffer::allocate, ByteBuffer::allocateDirect);
  }

  @ParameterizedTest
  @MethodSource("memories")
  void aFileCutAtAnyByteIsRefused(IntFunction<ByteBuffer> memory) {
    byte[] jpeg = Jpegs.file("ycbcr-420-restarts");
    for (int length = 0; length < jpeg.length; length++) {
      ByteBuffer cut = memory.apply(length).put(jpeg, 0, length).flip();

      assertThatThrownBy(() -> decode(cut, memory))
          .as("cut at byte %d", length)
          .isInstanceOf(DecodeException.class);
    }
  }

  @Test
  void whatTheLibraryFindsWrongStandsInTheMessage() {
    byte[] jpeg = Jpegs.file("gray");
    jpeg[jpeg.length - jpeg.length / 4] = (byte) 0xFF; // a marker within coded data: a frame's
    jpeg[jpeg.length - jpeg.length / 4 + 1] = (byte) 0xC0;

    assertThatThrownBy(() -> decode(direct(jpeg), ByteBuffer::allocateDirect))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining(IS_INSTALLED ? "libjpeg-turbo can't decode it: " : "");
  }

  @Test
  void aFileWithoutItsTablesIsNotDecodedWithAnothers() {
    byte[] jpeg = Jpegs.file("ycbcr-420");
    decode(direct(jpeg), ByteBuffer::allocateDirect);

    ByteBuffer file = direct(withoutQuantizationTables(jpeg));

    assertThatThrownBy(() -> decode(file, ByteBuffer::allocateDirect))
        .isInstanceOf(DecodeException.class);
  }

  @Test
  void aFileThatCannotBeDecodedIsRefusedThoughAWarningCameBefore() {
    byte[] jpeg = withoutQuantizationTables(Jpegs.file("ycbcr-420"));
    byte[] warned = new byte[jpeg.length + 3]; // with bytes before the first segment: a warning
    System.arraycopy(jpeg, 0, warned, 0, 2);
    System.arraycopy(jpeg, 2, warned, 5, jpeg.length - 2);

    assertThatThrownBy(() -> decode(direct(warned), ByteBuffer::allocateDirect))
        .isInstanceOf(DecodeException.class);
  }

  @Test
  void damagedCodedDataIsDecodedAsWellAsItGoes() {
    byte[] jpeg = Jpegs.file("ycbcr-420-restarts");
    jpeg[jpeg.length - 30] = (byte) 0xFF; // a restart marker that isn't due
    jpeg[jpeg.length - 29] = (byte) 0xD7;

    byte[] pixels = decode(direct(jpeg), ByteBuffer::allocateDirect);

    byte[] sound = Jpegs.pixels("ycbcr-420-restarts");
    int above = 14 * 35 * 3; // the first row of MCUs, less what interpolation blurs
    assertThat(Arrays.copyOf(pixels, above)).isEqualTo(Arrays.copyOf(sound, above));
    assertThat(pixels).isNotEqualTo(sound);
  }

  private static byte[] withoutQuantizationTables(byte[] jpeg) {
    ByteBuffer from = ByteBuffer.wrap(jpeg);
    ByteBuffer to = ByteBuffer.allocate(jpeg.length).putShort(from.getShort());
    int at = from.position();
    while ((jpeg[at + 1] & 0xFF) != 0xDA) {
      int length = 2 + Short.toUnsignedInt(from.getShort(at + 2));
      if ((jpeg[at + 1] & 0xFF) != 0xDB) {
        to.put(jpeg, at, length);
      }
      at += length;
    }
    return Arrays.copyOf(to.array(), to.put(jpeg, at, jpeg.length - at).position());
  }

  @Test
  void threadsDecodeAtTheSameTime() throws Exception {
    decodeInAll(Executors.newFixedThreadPool(16));
  }

  @Test
  void virtualThreadsDecodeAtTheSameTime() throws Exception {
    decodeInAll(virtualThreads());
  }

  private void decodeInAll(ExecutorService threads) throws Exception {
    try {
      List<Callable<Boolean>> calls =
          IntStream.range(0, 2_000)
              .mapToObj(i -> NAMES.get(i % NAMES.size()))
              .<Callable<Boolean>>map(name -> () -> decodesRight(name))
              .toList();
      for (Future<Boolean> isRight : threads.invokeAll(calls)) {
        assertThat(isRight.get()).isTrue();
      }
    } finally {
      threads.shutdown();
    }
  }

  private boolean decodesRight(String name) {
    byte[] jpeg = Jpegs.file(name);
    byte[] pixels = decode(direct(jpeg), ByteBuffer::allocate);
    return Arrays.equals(pixels, Jpegs.pixels(name));
  }

  /** Threads of the platform where the JDK has no virtual ones yet. */
  private static ExecutorService virtualThreads() throws ReflectiveOperationException {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (NoSuchMethodException | InvocationTargetException e) {
      return Executors.newCachedThreadPool();
    }
  }
}
