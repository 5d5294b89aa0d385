package io.imagestore.internal.pickle;

import static io.imagestore.internal.pickle.Pickles.program;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PickleRecordsTest {

  private static final PickleReader RECORDS = PickleReader.strict().withUnknownClassesAsRecords();

  static Stream<String> records() {
    return Pickles.named("record").stream();
  }

  @Test
  void eachProtocolIsAmongTheFiles() {
    assertThat(records()).hasSize(12);
  }

  @ParameterizedTest
  @MethodSource("records")
  void anInstanceOfAUsersClassIsReadAsItsState(String name) throws IOException {
    PickledObject object = record(Pickles.bytesOf(name));

    assertThat(object.module()).isEqualTo("__main__");
    assertThat(object.state()).containsOnlyKeys("image", "size", "channels", "label");
    assertThat(object.state())
        .containsEntry("size", List.of(2L, 8L))
        .containsEntry("channels", 3L)
        .containsEntry("label", 7L);
    assertThat((PickledBytes) object.state().get("image"))
        .extracting(PickledBytes::length)
        .isEqualTo(48L);
  }

  @ParameterizedTest
  @MethodSource("records")
  void aStrictReaderRefusesItByName(String name) {
    assertThatThrownBy(() -> PickleReader.strict().read(ByteBuffer.wrap(Pickles.bytesOf(name))))
        .isInstanceOf(PickleFormatException.class)
        .hasMessageMatching(".*'(__main__ (CIFAR_Image|Old)|copy_reg _reconstructor)'.*");
  }

  @Test
  void attributesInSlotsAreReadToo() throws IOException {
    byte[] pickle =
        program("\u0080\u0002cmod\nC\n)\u0081}U\u0001aK\u0001s}U\u0001bK\u0002s\u0086b.");

    assertThat(record(pickle).state()).containsEntry("a", 1L).containsEntry("b", 2L);
  }

  @Test
  void aCallIsRefusedByName() {
    assertThatThrownBy(() -> record(program("cos\nsystem\n(S'id'\ntR.")))
        .isInstanceOf(PickleFormatException.class)
        .hasMessageContaining("calls 'os system'");
  }

  @Test
  void anObjectMadeWithArgumentsIsRefused() {
    assertThatThrownBy(() -> record(program("\u0080\u0002cos\nC\nK\u0001\u0085\u0081.")))
        .isInstanceOf(PickleFormatException.class)
        .hasMessageContaining("without arguments");
  }

  @Test
  void aClassIsNoValue() {
    assertThatThrownBy(() -> record(program("cos\nsystem\n.")))
        .isInstanceOf(PickleFormatException.class)
        .hasMessageContaining("found the class os system");
  }

  @Test
  void numpysOwnClassesAreNotMadeAsRecords() {
    assertThatThrownBy(() -> record(program("\u0080\u0002cnumpy\nndarray\n)\u0081.")))
        .isInstanceOf(PickleFormatException.class)
        .hasMessageContaining("numpy ndarray");
  }

  private static PickledObject record(byte[] pickle) throws PickleFormatException {
    return (PickledObject) RECORDS.read(ByteBuffer.wrap(pickle));
  }
}
