package io.imagestore.codec.jpeg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.imagestore.ImageShape;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.DecodeException;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JpegHeaderTest {

  private static JpegBytes frame(int... ids) {
    return JpegBytes.begin().frame(JpegBytes.BASELINE, 16, 24, ids);
  }

  private static JpegHeader read(JpegBytes begun) {
    return JpegHeader.read(begun.scan(100).end());
  }

  @Test
  void theShapeStandsInTheFrameHeader() {
    assertThat(read(frame(1, 2, 3)).shape()).isEqualTo(new ImageShape(16, 24, 3));
    assertThat(read(frame(1)).shape()).isEqualTo(new ImageShape(16, 24, 1));
    assertThat(read(frame(1, 2, 3, 4)).shape()).isEqualTo(new ImageShape(16, 24, 3));
  }

  static Stream<Arguments> colors() {
    return Stream.of(
        Arguments.of("one component", frame(7), JpegColors.GRAY),
        Arguments.of("three", frame(1, 2, 3), JpegColors.YCBCR),
        Arguments.of("three of unknown ids", frame(5, 6, 7), JpegColors.YCBCR),
        Arguments.of("ids R, G, B", frame('R', 'G', 'B'), JpegColors.RGB),
        Arguments.of("JFIF, whatever the ids", frame('R', 'G', 'B').jfif(), JpegColors.YCBCR),
        Arguments.of("Adobe's 0", frame(1, 2, 3).adobe(0), JpegColors.RGB),
        Arguments.of(
            "Adobe's 1, whatever the ids", frame('R', 'G', 'B').adobe(1), JpegColors.YCBCR),
        Arguments.of("JFIF, whatever Adobe's", frame(1, 2, 3).jfif().adobe(0), JpegColors.YCBCR),
        Arguments.of("four", frame(1, 2, 3, 4), JpegColors.CMYK),
        Arguments.of("four, Adobe's 0", frame(1, 2, 3, 4).adobe(0), JpegColors.CMYK),
        Arguments.of("four, Adobe's 2", frame(1, 2, 3, 4).adobe(2), JpegColors.YCCK));
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("colors")
  void whatTheComponentsAreIsDecidedAsLibjpegDoes(String name, JpegBytes begun, JpegColors colors) {
    assertThat(read(begun).colors()).isEqualTo(colors);
  }

  @Test
  void segmentsAndBytesThatAreNoneArePassedOver() {
    ByteBuffer file =
        JpegBytes.begin()
            .segment(0xE1, new byte[] {(byte) 0xFF, (byte) 0xD9}) // EXIF may hold a whole JPEG
            .segment(0xFE, new byte[70])
            .raw(0, 7, 0xFF, 0, 0xFF, 0xFF)
            .frame(JpegBytes.PROGRESSIVE, 8, 8, 1)
            .scan(10)
            .end();

    assertThat(JpegHeader.read(file).isProgressive()).isTrue();
    assertThat(file.position()).isOne();
  }

  static Stream<Arguments> others() {
    return Stream.of(
        Arguments.of("another kind of frame", JpegBytes.PROGRESSIVE, 16, 24, 100),
        Arguments.of("more bytes", JpegBytes.BASELINE, 16, 24, 101),
        Arguments.of("another height", JpegBytes.BASELINE, 17, 24, 100),
        Arguments.of("another width", JpegBytes.BASELINE, 16, 25, 100));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("others")
  void aHeaderKnowsAnothersFile(String name, int code, int height, int width, int dataBytes) {
    JpegHeader header = read(frame(1, 2, 3));
    JpegBytes other = JpegBytes.begin().frame(code, height, width, 1, 2, 3);

    assertThat(header.isOf(frame(1, 2, 3).scan(100).end())).isTrue();
    assertThat(header.isOf(other.scan(dataBytes).end())).isFalse();
  }

  @Test
  void aHeaderKnowsAnothersFileThatIsAsLongByWhereItsFrameIs() {
    JpegBytes sooner = frame(1, 2, 3).segment(0xFE, new byte[7]);
    JpegBytes later =
        JpegBytes.begin().segment(0xFE, new byte[7]).frame(JpegBytes.BASELINE, 16, 24, 1, 2, 3);

    assertThat(read(sooner).isOf(later.scan(100).end())).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "c3, lossless",
    "cb, arithmetic",
    "c9, arithmetic",
    "ca, arithmetic",
    "c5, hierarchical",
    "de, hierarchical"
  })
  void otherCodingsAreUnsupportedByName(String code, String name) {
    JpegBytes begun = JpegBytes.begin().frame(Integer.parseInt(code, 16), 16, 16, 1, 2, 3);

    assertThatThrownBy(() -> read(begun))
        .isInstanceOf(UnsupportedImageException.class)
        .hasMessageContaining(name);
  }

  @Test
  void twelveBitsAreUnsupported() {
    JpegBytes begun = JpegBytes.begin().frameOf(0xC1, 12, 16, 16, 0x11, 1);

    assertThatThrownBy(() -> read(begun))
        .isInstanceOf(UnsupportedImageException.class)
        .hasMessageContaining("12-bit");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 5, 255})
  void otherCountsOfComponentsAreUnsupported(int count) {
    assertThatThrownBy(() -> read(frame(new int[count])))
        .isInstanceOf(UnsupportedImageException.class)
        .hasMessageContaining(count + " components");
  }

  @Test
  void aHeightThatIsToldLaterIsUnsupported() {
    assertThatThrownBy(() -> read(JpegBytes.begin().frame(JpegBytes.BASELINE, 0, 8, 1)))
        .isInstanceOf(UnsupportedImageException.class)
        .hasMessageContaining("DNL");
  }

  @Test
  void aSideLongerThanLibjpegTakesIsUnsupported() {
    assertThatThrownBy(() -> read(JpegBytes.begin().frame(JpegBytes.BASELINE, 1, 65_501, 1)))
        .isInstanceOf(UnsupportedImageException.class)
        .hasMessageContaining("65500");
  }

  @Test
  void moreThanTheMostPixelsAreUnsupported() {
    ByteBuffer file =
        JpegBytes.begin().frame(JpegBytes.BASELINE, 65_000, 65_000, 1).scan(9_000_000).end();

    assertThatThrownBy(() -> JpegHeader.read(file)).isInstanceOf(UnsupportedImageException.class);
  }

  static Stream<Arguments> damaged() {
    return Stream.of(
        Arguments.of("no SOI", ByteBuffer.wrap(new byte[] {(byte) 0xFF, (byte) 0xD9, 0})),
        Arguments.of("nothing", ByteBuffer.allocate(0)),
        Arguments.of("no frame", JpegBytes.begin().scan(9).end()),
        Arguments.of("no scan", frame(1).end()),
        Arguments.of("two frames", frame(1).frame(JpegBytes.BASELINE, 8, 8, 1).scan(9).end()),
        Arguments.of("two SOI", JpegBytes.begin().marker(0xD8).scan(9).end()),
        Arguments.of("reserved marker", JpegBytes.begin().marker(0x02).scan(9).end()),
        Arguments.of("segment shorter than itself", JpegBytes.begin().raw(0xFF, 0xE0, 0, 1).end()),
        Arguments.of("segment past the end", JpegBytes.begin().raw(0xFF, 0xE0, 9, 9).end()),
        Arguments.of("frame too short", JpegBytes.begin().segment(0xC0, new byte[5]).end()),
        Arguments.of(
            "components missing",
            JpegBytes.begin().segment(0xC0, new byte[] {8, 0, 8, 0, 8, 3, 1, 17, 0}).end()),
        Arguments.of(
            "no width", JpegBytes.begin().frame(JpegBytes.BASELINE, 8, 0, 1).scan(9).end()),
        Arguments.of(
            "sampling of 0",
            JpegBytes.begin().frameOf(JpegBytes.BASELINE, 8, 8, 8, 0x10, 1).scan(9).end()),
        Arguments.of(
            "sampling of 5",
            JpegBytes.begin().frameOf(JpegBytes.BASELINE, 8, 8, 8, 0x51, 1).scan(9).end()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("damaged")
  void aDamagedHeaderIsADecodeException(String name, ByteBuffer file) {
    assertThatThrownBy(() -> JpegHeader.read(file)).isInstanceOf(DecodeException.class);
  }

  @Test
  void eachBlockTakesABit() {
    JpegBytes gray = JpegBytes.begin().frame(JpegBytes.PROGRESSIVE, 128, 128, 1);
    ByteBuffer longEnough = gray.scan(5).end();

    assertThat(longEnough.remaining() * 8).isEqualTo(128 / 8 * 128 / 8);
    assertThat(JpegHeader.read(longEnough).shape()).isEqualTo(new ImageShape(128, 128, 1));
    assertThatThrownBy(() -> JpegHeader.read(longEnough.limit(longEnough.limit() - 1)))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("at least 32 bytes, but has 31");
  }

  @Test
  void moreBlocksThanTheFileHasBitsAreADecodeException() {
    ByteBuffer bomb =
        JpegBytes.begin().frame(JpegBytes.BASELINE, 65_500, 65_500, 1, 2, 3).scan(160).end();

    assertThatThrownBy(() -> JpegHeader.read(bomb))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("65500x65500")
        .hasMessageContaining("at least 25141254 bytes");
  }
}
