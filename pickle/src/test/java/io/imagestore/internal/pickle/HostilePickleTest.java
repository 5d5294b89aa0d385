package io.imagestore.internal.pickle;

import static io.imagestore.internal.pickle.Pickles.program;
import static io.imagestore.internal.pickle.Pickles.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HostilePickleTest {

  private static final String INT_MAX = "\u00ff\u00ff\u00ff\u007f";
  private static final String LONG_MINUS_1 = "\u00ff".repeat(8);

  static Stream<Arguments> malformed() {
    return Stream.of(
        Arguments.of("nothing", "", "an instruction"),
        Arguments.of("no value", ".", "the pickle's value"),
        Arguments.of("two values", "NN.", "one value at the end"),
        Arguments.of("an open mark", "(N.", "one value at the end"),
        Arguments.of("trailing bytes", "N.x", "the end of the data"),
        Arguments.of("no such instruction", "\u00ee.", "an instruction"),
        Arguments.of("a later protocol", "\u0080\u0006N.", "protocol 0 to 5"),
        Arguments.of("an endless frame", "\u0095" + LONG_MINUS_1 + "N.", "a frame"),
        Arguments.of("a cut frame", "\u0095\u0001\u0000", "1 byte"),
        Arguments.of("a cut string", "U\u0005abc", "a string of 5 bytes"),
        Arguments.of("a negative length", "T\u00ff\u00ff\u00ff\u00ff.", "a length of 0 or more"),
        Arguments.of("a negative long length", "\u008e" + LONG_MINUS_1, "a length of 0 or more"),
        Arguments.of("a huge length", "T" + INT_MAX + ".", "limit of 536870912 bytes"),
        Arguments.of("a long of many bytes", "\u008b" + INT_MAX, "at most 8 bytes"),
        Arguments.of("a long of negative length", "\u008b" + "\u00ff".repeat(4), "at most 8 bytes"),
        Arguments.of("a number that is none", "Iabc\n.", "an integer of 64 bits"),
        Arguments.of("a number of 70 digits", "L" + "1".repeat(70) + "L\n.", "at most 64 bytes"),
        Arguments.of("a float that is none", "Fabc\n.", "a number"),
        Arguments.of("an open line", "V" + "a".repeat(200), "a line feed"),
        Arguments.of("a string without quotes", "Sabc\n.", "between quotes"),
        Arguments.of("a string of one quote", "S'\n.", "between quotes"),
        Arguments.of("a cut escape", "S'\\x4'\n.", "2 digits"),
        Arguments.of("a wrong escape", "S'\\xzz'\n.", "hexadecimal"),
        Arguments.of("an unknown escape", "S'\\q'\n.", "escape sequence"),
        Arguments.of("a lone backslash", "S'\\'\n.", "escape sequence"),
        Arguments.of("a wrong Unicode escape", "V\\u12\n.", "4 digits"),
        Arguments.of("no such character", "V\\Uffffffff\n.", "Unicode character"),
        Arguments.of("text that is no UTF-8", "X\u0001\u0000\u0000\u0000\u00ff.", "UTF-8"),
        Arguments.of("text cut in a character", "X\u0001\u0000\u0000\u0000\u00c3.", "UTF-8"),
        Arguments.of("text of an overlong form", "X\u0002\u0000\u0000\u0000\u00c1\u0081.", "UTF-8"),
        Arguments.of("a tuple of too little", "N\u0086.", "a tuple's item"),
        Arguments.of("a tuple across a mark", "N(N\u0086.", "a tuple's item"),
        Arguments.of("a missing mark", "Nt.", "a mark"),
        Arguments.of("an append to no list", "}Na.", "a list"),
        Arguments.of("an append to a tuple", ")Na.", "a list"),
        Arguments.of("an append to nothing", "Na.", "a list"),
        Arguments.of("an item in no dict", "]K\u0001Ns.", "a dict"),
        Arguments.of("a key without a value", "}(K\u0001u.", "a value for each key"),
        Arguments.of("a list as a key", "}]Ns.", "a dict's key"),
        Arguments.of("an unknown memo number", "h\u0001.", "none of number 1"),
        Arguments.of("a huge memo number", "Nr" + INT_MAX + ".", "a memo number from 0 to 499999"),
        Arguments.of("a negative memo number", "Np-1\n.", "a memo number"),
        Arguments.of("a memo of nothing", "\u0094.", "a value to remember"),
        Arguments.of("a call of a number", "K\u0001)R.", "the name of a callable"),
        Arguments.of("a call without a tuple", "cnumpy\ndtype\nNR.", "a tuple of arguments"),
        Arguments.of("a system call", "cos\nsystem\n(S'id'\ntR.", "'os system'"),
        Arguments.of("an eval", "c__builtin__\neval\n(S'1'\ntR.", "'__builtin__ eval'"),
        Arguments.of("numpy's loader", "cnumpy\nload\n(S'x'\ntR.", "'numpy load'"),
        Arguments.of("a class by INST", "(ios\nsystem\n.", "'os system'"),
        Arguments.of(
            "a name on the stack", "\u008c\u0002os\u008c\u0006system\u0093.", "'os system'"),
        Arguments.of("a name that is no text", "NN\u0093.", "as text"),
        Arguments.of("an array called directly", "cnumpy\nndarray\n)R.", "isn't honoured"),
        Arguments.of("an array without state", array() + ".", "an unfinished numpy array"),
        Arguments.of(
            "a dtype as the value", dtype("u1") + ".", "an unfinished numpy array or a dtype"),
        Arguments.of("objects in an array", dtype("O8") + ".", "plain numbers but found 'O8'"),
        Arguments.of("a dtype with fields", dtype("u1") + "(K\u0003U\u0001|N}NttNb.", "a mark"),
        Arguments.of("a wrong byte order", dtype("u1") + "(K\u0003U\u0001?tb.", "a byte order"),
        Arguments.of("a subarray dtype", dtype("u1") + "(K\u0003U\u0001|}NNtb.", "with fields"),
        Arguments.of("too few pixels", array(state("K\u0002", "U\u0001a")), "expected 2 bytes"),
        Arguments.of(
            "a negative side", array(state("J" + "\u00ff".repeat(4), "U\u0000")), "side of -1"),
        Arguments.of(
            "a side beyond 64 bits",
            array(state("L9223372036854775807L\nK\u0003", "U\u0000")),
            "side of"),
        Arguments.of(
            "a side that is no number", array(state("N", "U\u0000")), "a shape of integers"),
        Arguments.of(
            "pixels that are text", array(state("K\u0001", "V0\n")), "bytes as argument 5"),
        Arguments.of("a state cut short", array("(K\u0001tb."), "at least 3 arguments"),
        Arguments.of(
            "a state given twice",
            array(
                "p9\n"
                    + state("K\u0001", "U\u0001a").replace("b.", "b")
                    + state("K\u0001", "U\u0001a")),
            "twice"),
        Arguments.of("a state for a number", "K\u0001)b.", "to give its state"),
        Arguments.of(
            "a short scalar",
            "cnumpy.core.multiarray\nscalar\n(" + dtype("i8") + "U\u0001atR.",
            "8 bytes of a numpy scalar"),
        Arguments.of("a number of zeros", "cbuiltins\nbytes\n(K\u0005tR.", "bytes as argument 1"),
        Arguments.of("bytes by three", "cbuiltins\nbytes\n(NNNtR.", "at most 2"),
        Arguments.of("another charset", "c_codecs\nencode\n(Va\nVrot13\ntR.", "to latin1"),
        Arguments.of(
            "text that is no bytes", "c_codecs\nencode\n(V\\u1234\nVlatin1\ntR.", "above 255"),
        Arguments.of("axes kept, but not told", fromBuffer("VK\n"), "at least 5 arguments"),
        Arguments.of("axes that are None", fromBuffer("VK\nN"), "as argument 5"),
        Arguments.of("too few axes", fromBuffer("VK\nK\u0000\u0085"), "an order of 2 axes"),
        Arguments.of("an axis twice", fromBuffer("VK\nK\u0001K\u0001\u0086"), "an order of axes"),
        Arguments.of("no such axis", fromBuffer("VK\nK\u0000K\u0002\u0086"), "an order of axes"),
        Arguments.of("axes of C order", fromBuffer("VC\nK\u0001K\u0000\u0086"), "order K alone"),
        Arguments.of("an order of no known name", fromBuffer("VA\n"), "the order C, F or K"),
        Arguments.of("an extension code", "\u0082\u0001.", "an extension code"),
        Arguments.of("a persistent id", "Pid\n.", "a persistent id"),
        Arguments.of("a buffer elsewhere", "\u0097.", "a buffer kept elsewhere"),
        Arguments.of("a set", "\u008f.", "a set"),
        Arguments.of("a list in itself", "]p0\ng0\na.", "contains itself"),
        Arguments.of("a list in a tuple in itself", "]p0\n(g0\nta.", "contains itself"),
        Arguments.of("a dict in itself", "}p0\nK\u0001g0\ns.", "contains itself"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void isRefusedWithWhatWasExpected(String what, String program, String expected) {
    assertThatExceptionOfType(PickleFormatException.class)
        .isThrownBy(() -> read(program(program)))
        .withMessageContaining(expected)
        .withMessageContaining("at byte");
  }

  @Test
  void theOffsetIsThatOfTheInstructionThatFailed() {
    PickleFormatException failure =
        catchThrowableOfType(
            PickleFormatException.class, () -> read(program("\u0080\u0002]q\u0001U\u0005abc")));

    assertThat(failure.offset()).isEqualTo(5);
  }

  @Test
  void eachTruncationOfARealFileIsRefused() {
    byte[] pickle = Pickles.bytesOf("python2-protocol2.pickle");

    assertThat(IntStream.range(0, pickle.length).mapToObj(n -> Arrays.copyOf(pickle, n)))
        .allSatisfy(
            cut ->
                assertThatExceptionOfType(PickleFormatException.class).isThrownBy(() -> read(cut)));
  }

  @Test
  void aStringSkippedBeyondTheEndIsRefused() {
    byte[] pickle = program("T\u0000\u0000\u0001\u0000", new byte[65_535]);

    assertThatExceptionOfType(PickleFormatException.class)
        .isThrownBy(
            () ->
                PickleReader.strict().leavingInPlaceFrom(1).read(new ByteArrayInputStream(pickle)))
        .withMessageContaining("a string of 65536 bytes");
  }

  @Test
  void aDeclaredLengthTakesNoMemoryBeforeItsBytesCome() {
    byte[] pickle = program("T\u0000\u0000\u0000\u001f", "abc");

    long allocated =
        allocatedBy(
            () ->
                assertThatExceptionOfType(PickleFormatException.class)
                    .isThrownBy(() -> read(pickle)));

    assertThat(allocated).isLessThan(4 << 20);
  }

  @Test
  void nestingIsBounded() {
    String nested = "]".repeat(100_000) + "a".repeat(99_999) + ".";

    assertThatExceptionOfType(PickleFormatException.class)
        .isThrownBy(() -> read(program(nested)))
        .withMessageContaining("deeper than the limit of 32 levels");
  }

  @Test
  void listsThatMultiplyByReferenceAreRefused() {
    StringBuilder laughs = new StringBuilder("(V").append("ha".repeat(100)).append("\nlp0\n");
    for (int i = 1; i < 30; i++) {
      laughs
          .append("0(")
          .append(("g" + (i - 1) + "\n").repeat(10))
          .append("lp")
          .append(i)
          .append('\n');
    }

    assertThatExceptionOfType(PickleFormatException.class)
        .isThrownBy(() -> read(program(laughs.append('.'))))
        .withMessageContaining("more than the limit of 500000 parts");
  }

  @Test
  void bytesThatMultiplyByEncodingAreRefused() {
    String encode = "0g0\n(g1\nVlatin1\ntR";
    String program =
        "c_codecs\nencode\np0\n0V" + "a".repeat(1 << 20) + "\np1\n" + encode.repeat(1000) + ".";

    assertThatExceptionOfType(PickleFormatException.class)
        .isThrownBy(() -> read(program(program)))
        .withMessageContaining("would exceed the limit of 536870912 bytes");
  }

  @Test
  void attributesThatMultiplyByStateAreRefused() {
    StringBuilder program = new StringBuilder("}p0\n(");
    for (int i = 0; i < 1000; i++) {
      program.append("Va").append(i).append("\nK\u0001");
    }
    program.append("u0ca\nB\n)\u0081").append("g0\nb".repeat(100_000)).append('.');

    assertThatExceptionOfType(PickleFormatException.class)
        .isThrownBy(
            () ->
                PickleReader.strict()
                    .withUnknownClassesAsRecords()
                    .read(ByteBuffer.wrap(program(program))))
        .withMessageContaining("more than the limit of 500000 values");
  }

  @Test
  void moreValuesThanTheLimitAreRefused() {
    assertThatExceptionOfType(PickleFormatException.class)
        .isThrownBy(() -> read(program("(", "N".repeat(500_000), "t.")))
        .withMessageContaining("more than the limit of 500000 values");
  }

  @Test
  void anInputLongerThanTheLimitIsRefused() {
    PickleLimits limits = new PickleLimits(1000, 1000, 1000, 1000, 10);

    assertThatExceptionOfType(PickleFormatException.class)
        .isThrownBy(
            () ->
                PickleReader.strict()
                    .withLimits(limits)
                    .read(ByteBuffer.wrap(program("N", "20".repeat(600), "."))))
        .withMessageContaining("longer than the limit of 1000 bytes");
  }

  @Test
  void aLineIsCountedAsItGrows() {
    PickleLimits limits = PickleLimits.DEFAULT.withMaxHeldBytes(1000);

    assertThatExceptionOfType(PickleFormatException.class)
        .isThrownBy(
            () ->
                PickleReader.strict()
                    .withLimits(limits)
                    .read(
                        ByteBuffer.wrap(
                            program("U\u00ff" + "a".repeat(255), "V", "a".repeat(900)))))
        .withMessageContaining("would exceed the limit of 1000 bytes in memory");
  }

  @Test
  void aLineMayTakeAllThatMayBeHeld() throws IOException {
    PickleLimits limits = PickleLimits.DEFAULT.withMaxHeldBytes(1000);

    assertThat(
            PickleReader.strict()
                .withLimits(limits)
                .read(ByteBuffer.wrap(program("V" + "a".repeat(1000) + "\n."))))
        .isEqualTo("a".repeat(1000));
  }

  @Test
  void aLimitBelowOneIsRefused() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> new PickleLimits(1, 1, 0, 1, 1))
        .withMessage("maxObjects must be at least 1 but is 0");
  }

  @Test
  void bytesThatMultiplyByTransposingAreRefused() {
    String array = "0cnumpy._core.numeric\n_frombuffer\n(g0\ng1\n(I1048576\nI1\ntVK\n(I1\nI0\nttR";
    String program =
        dtype("u1") + "p1\n0S'" + "a".repeat(1 << 20) + "'\np0\n" + array.repeat(600) + ".";

    assertThatExceptionOfType(PickleFormatException.class)
        .isThrownBy(() -> read(program(program)))
        .withMessageContaining("would exceed the limit of 536870912 bytes");
  }

  @Test
  void aTransposedArrayThatWasLeftInPlaceIsRefused() {
    assertThatExceptionOfType(PickleFormatException.class)
        .isThrownBy(
            () ->
                PickleReader.strict()
                    .leavingInPlaceFrom(2)
                    .read(
                        ByteBuffer.wrap(
                            program(
                                fromBuffer("VK\nK\u0001K\u0000\u0086")
                                    .replace("U\u0002u1", "Vu1\n")))))
        .withMessageContaining("in C order");
  }

  private static long allocatedBy(Runnable work) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    work.run();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private static String dtype(String code) {
    return "cnumpy\ndtype\n(U\u0002" + code + "K\u0000K\u0001tR";
  }

  /** Two by one bytes in an order. */
  private static String fromBuffer(String order) {
    return "cnumpy._core.numeric\n_frombuffer\n(U\u0002ab"
        + dtype("u1")
        + "K\u0002K\u0001\u0086"
        + order
        + "tR.";
  }

  private static String array() {
    return "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\u0000tU\u0001btR";
  }

  private static String array(String state) {
    return array() + state;
  }

  private static String state(String sides, String pixels) {
    return "(K\u0001(" + sides + "t" + dtype("u1") + "I00\n" + pixels + "tb.";
  }
}
