package io.imagestore.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptStoreException;
import io.imagestore.UnsupportedStoreException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreHeaderTest {

  private static final Path STORE = Path.of("/data/train");

  private static StoreHeader parse(String json) {
    return StoreHeader.parse(json, "imagestore-disk", 1, STORE);
  }

  @Test
  void isReadAsItWasWritten() {
    StoreHeader header = new StoreHeader("imagestore-disk", 1, List.of("cat", "\"dog\", ünï\n"));

    assertThat(header.toJson()).doesNotContain("\n");
    assertThat(parse(header.toJson())).isEqualTo(header);
  }

  @Test
  void isWrittenInAFixedOrder() {
    assertThat(new StoreHeader("imagestore-disk", 1, List.of("cat")).toJson())
        .isEqualTo("{\"format\":\"imagestore-disk\",\"version\":1,\"labelNames\":[\"cat\"]}");
  }

  @Test
  void fieldsOfLaterReleasesArePassedOver() {
    assertThat(
            parse("{\"format\":\"imagestore-disk\",\"version\":1,\"colour\":\"blue\"}")
                .labelNames())
        .isEmpty();
  }

  @Test
  void aLaterVersionIsRefusedByNumber() {
    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> parse("{\"format\":\"imagestore-disk\",\"version\":2}"))
        .withMessageContaining("version 2")
        .withMessageContaining(STORE.toString());
  }

  @Test
  void anotherFormatIsRefusedByName() {
    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> parse("{\"format\":\"imagestore-lmdb\",\"version\":1}"))
        .withMessageContaining("imagestore-lmdb");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{", "null", "[]", "{}", "{\"format\":7}", "{\"version\":1}", "\u0000\u0001"})
  void whatIsNoHeaderIsDamage(String json) {
    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> parse(json))
        .withMessageContaining(STORE.toString());
  }
}
