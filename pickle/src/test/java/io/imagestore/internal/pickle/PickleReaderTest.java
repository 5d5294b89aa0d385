package io.imagestore.internal.pickle;

import static io.imagestore.internal.pickle.Pickles.program;
import static io.imagestore.internal.pickle.Pickles.read;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PickleReaderTest {

  static Stream<String> batches() {
    return Stream.of("python2", "numpy1", "numpy2")
        .flatMap(writer -> Pickles.named(writer).stream());
  }

  @Test
  void eachWriterAndProtocolIsAmongTheFiles() {
    assertThat(batches()).hasSize(35);
  }

  @ParameterizedTest
  @MethodSource("batches")
  void pixelsAreTheSameInEachForm(String name) throws IOException {
    NdArray data = (NdArray) dict(Pickles.bytesOf(name)).get("data");

    assertThat(data.dtype()).isEqualTo("u1");
    assertThat(data.shape()).containsExactly(2L, 128L);
    assertThat(data.isFortranOrder()).isFalse();
    assertThat(data.bytes().bytes()).isEqualTo(eachByte());
  }

  @ParameterizedTest
  @MethodSource("batches")
  void labelsAreTheSameInEachForm(String name) throws IOException {
    Object labels = dict(Pickles.bytesOf(name)).get("labels");

    assertThat(longs(labels)).containsExactly(5L, 3L);
  }

  @ParameterizedTest
  @MethodSource("batches")
  void textIsTheSameInEachForm(String name) throws IOException {
    Map<?, ?> batch = dict(Pickles.bytesOf(name));

    assertThat(text(batch.get("batch_label"))).isEqualTo("training batch 1 of 5");
    assertThat(((List<?>) batch.get("filenames")).stream().map(PickleReaderTest::text))
        .containsExactly("a.png", "b.png");
  }

  @ParameterizedTest
  @MethodSource("batches")
  void aBufferReadsAsAStreamDoes(String name) throws IOException {
    byte[] pickle = Pickles.bytesOf(name);
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(pickle.length + 2).position(1).put(pickle).flip().position(1);

    Object value = PickleReader.strict().read(buffer.asReadOnlyBuffer());

    assertThat(value).asString().isEqualTo(String.valueOf(read(pickle)));
  }

  @Test
  void aLongByteStringCanBeLeftInPlace() throws IOException {
    byte[] pickle = Pickles.bytesOf("python2-protocol2.pickle");

    Map<?, ?> batch =
        (Map<?, ?>)
            PickleReader.strict().leavingInPlaceFrom(200).read(new ByteArrayInputStream(pickle));

    PickledBytes bytes = ((NdArray) batch.get("data")).bytes();
    assertThat(bytes.isHeld()).isFalse();
    int offset = (int) bytes.offset();
    assertThat(Arrays.copyOfRange(pickle, offset, offset + 256)).isEqualTo(eachByte());
  }

  @Test
  void aByteStringLongerThanTheReadBufferIsLeftInPlaceToo() throws IOException {
    byte[] pixels = new byte[200_000];
    byte[] pickle = program("T", int32(pixels.length), pixels, ".");

    PickledBytes bytes =
        (PickledBytes)
            PickleReader.strict().leavingInPlaceFrom(1).read(new ByteArrayInputStream(pickle));

    assertThat(bytes).isEqualTo(PickledBytes.leftInPlace(5, pixels.length));
  }

  @Test
  void aByteStringLongerThanMemoryIsTakenAtOnceForIsRead() throws IOException {
    byte[] pixels = new byte[5_000_000];
    new Random(1).nextBytes(pixels);

    Object value = read(program("T", int32(pixels.length), pixels, "."));

    assertThat(((PickledBytes) value).bytes()).isEqualTo(pixels);
  }

  @Test
  void numbersOfEachFormAreRead() throws IOException {
    Object value =
        read(
            program(
                "(I-7\nI00\nI01\nL12345678901L\nF1.5\nN\u0088\u0089K\u00ffM\u0001\u0002",
                "J\u00ff\u00ff\u00ff\u00ff\u008a\u0002\u0000\u0080\u008a\u0000",
                "\u008b\u0001\u0000\u0000\u0000\u0005G?\u00f0\u0000\u0000\u0000\u0000",
                "\u0000\u0000l."));

    assertThat(value)
        .isEqualTo(
            Arrays.asList(
                -7L,
                false,
                true,
                12345678901L,
                1.5,
                null,
                true,
                false,
                255L,
                513L,
                -1L,
                -32768L,
                0L,
                5L,
                1.0));
  }

  @Test
  void escapesOfAPython2StringAreUndone() throws IOException {
    Object value = read(program("S'a\\x00\\xff\\n\\t\\r\\\\\\'\\\"\\101\\7'\n."));

    assertThat(((PickledBytes) value).bytes())
        .isEqualTo(program("a\u0000\u00ff\n\t\r\\'\"A\u0007"));
  }

  @Test
  void escapesOfTextAreUndone() throws IOException {
    assertThat(read(program("V\u00e9\\u000a\\u20ac\\U0001f600\\\\u0041\\d\n.")))
        .isEqualTo("\u00e9\n\u20ac\ud83d\ude00\\\\u0041\\d");
  }

  @Test
  void textOfEachFormIsRead() throws IOException {
    Object value =
        read(
            program(
                "\u0080\u0004(\u008c\u0002\u00c3\u00a9X\u0001\u0000\u0000\u0000b",
                "\u008d\u0001\u0000\u0000\u0000\u0000\u0000\u0000\u0000ct."));

    assertThat(value).isEqualTo(List.of("\u00e9", "b", "c"));
  }

  @Test
  void textOfEachCharacterIsRead() throws IOException {
    String text = "a\u0080\u00ff\u0100\u20ac\ud83d\ude00";
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);

    assertThat(read(program("X", int32(utf8.length), utf8, "."))).isEqualTo(text);
    assertThat(read(program("X", int32(5), Arrays.copyOf(utf8, 5), ".")))
        .isEqualTo("a\u0080\u00ff");
  }

  /** As Python 3 writes bytearrays in protocols 0 to 4, and Python 2 in all of its. */
  @Test
  void callsThatMakeBytesAreHonoured() throws IOException {
    for (String type : List.of("__builtin__\nbytes", "builtins\nbytearray")) {
      assertThat(text(read(program("c", type, "\n)R.")))).isEmpty();
      assertThat(text(read(program("c", type, "\n(C\u0002\u00e9btR.")))).isEqualTo("\u00e9b");
      assertThat(text(read(program("c", type, "\n(V\u00e9b\nVlatin-1\ntR.")))).isEqualTo("\u00e9b");
    }
  }

  @Test
  void theStackMachinesOwnInstructionsWork() throws IOException {
    assertThat(read(program("(K\u0001K\u00022" + "01(K\u0003t."))).isEqualTo(List.of(3L));
  }

  @Test
  void numbersLargerThanAByteKeepTheirByteOrder() throws IOException {
    NdArray labels = (NdArray) dict(Pickles.bytesOf("numpy1-labels-be-u2.pickle")).get("labels");

    assertThat(labels.dtype()).isEqualTo("u2");
    assertThat(labels.longAt(0)).isEqualTo(5);
  }

  /** As numpy 2.4 writes {@code base.transpose(1, 2, 0)} in protocol 5. */
  @Test
  void anArrayOfTransposedAxesIsPutIntoCOrder() throws IOException {
    NdArray array =
        (NdArray)
            read(
                fromBuffer(
                    "\u0096\u000c\u0000\u0000\u0000\u0000\u0000\u0000\u0000abcdefghijkl",
                    "u1",
                    "K\u0003K\u0002K\u0002\u0087\u008c\u0001KK\u0001K\u0002K\u0000\u0087"));

    assertThat(array.shape()).containsExactly(2L, 2L, 3L);
    assertThat(array.isFortranOrder()).isFalse();
    assertThat(array.bytes().text()).isEqualTo("aeibfjcgkdhl");
  }

  @Test
  void transposedNumbersOfSeveralBytesStayWhole() throws IOException {
    NdArray array =
        (NdArray)
            read(
                fromBuffer(
                    "C\u000caAbBcCdDeEfF",
                    "u2",
                    "(K\u0001K\u0003K\u0001K\u0002t\u008c\u0001K(K\u0003K\u0000K\u0002K\u0001t"));

    assertThat(array.shape()).containsExactly(2L, 1L, 1L, 3L);
    assertThat(array.bytes().text()).isEqualTo("aAcCeEbBdDfF");
  }

  @Test
  void aTransposedArrayOfNothingIsRead() throws IOException {
    NdArray array =
        (NdArray)
            read(
                fromBuffer(
                    "C\u0000",
                    "u1",
                    "K\u0002K\u0000K\u0003\u0087\u008c\u0001KK\u0001K\u0002K\u0000\u0087"));

    assertThat(array.shape()).containsExactly(0L, 3L, 2L);
    assertThat(array.size()).isZero();
  }

  /** The order of an array's axes is told as None where it isn't needed. */
  @Test
  void anArrayInCOrFortranOrderMayNameNoAxes() throws IOException {
    NdArray inC = (NdArray) read(fromBuffer("C\u0002ab", "u1", "K\u0002\u0085\u008c\u0001CN"));
    NdArray inFortran =
        (NdArray) read(fromBuffer("C\u0002ab", "u1", "K\u0001K\u0002\u0086\u008c\u0001F"));

    assertThat(inC.isFortranOrder()).isFalse();
    assertThat(inFortran.isFortranOrder()).isTrue();
  }

  /** numpy's call that makes an array of bytes, a dtype, and its shape with the order behind it. */
  private static byte[] fromBuffer(String bytes, String dtype, String shapeAndOrder) {
    return program(
        "\u0080\u0005cnumpy._core.numeric\n_frombuffer\n(",
        bytes,
        "cnumpy\ndtype\n\u008c\u0002" + dtype + "\u0089\u0088\u0087R",
        shapeAndOrder,
        "tR.");
  }

  private static Map<?, ?> dict(byte[] pickle) throws IOException {
    return (Map<?, ?>) read(pickle);
  }

  private static List<Long> longs(Object labels) {
    return labels instanceof NdArray array
        ? IntStream.range(0, (int) array.size()).mapToObj(array::longAt).toList()
        : ((List<?>) labels).stream().map(Long.class::cast).toList();
  }

  private static String text(Object value) {
    return value instanceof PickledBytes bytes ? bytes.text() : (String) value;
  }

  private static byte[] eachByte() {
    byte[] bytes = new byte[256];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  static byte[] int32(int value) {
    return new byte[] {
      (byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)
    };
  }
}
