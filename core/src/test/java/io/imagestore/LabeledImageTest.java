package io.imagestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabeledImageTest {

  private final LabeledImage image = new LabeledImage(1, Image.of(1, 1, 1, new byte[1]), 2);

  @ParameterizedTest
  @ValueSource(strings = {"{\"file\":\"cats/7.jpg\"}", "[1, 2.5, null]", "\"söt\"", " 7 ", "{}"})
  void metadataIsKeptAsItIs(String json) {
    assertThat(image.withMetadata(json).metadata()).contains(json);
  }

  @Test
  void lineBreaksBetweenTokensBecomeSpaces() {
    assertThat(image.withMetadata("{\r\n\"a\":\n1}").metadata()).contains("{  \"a\": 1}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "{", "{\"a\":1} {}", "cat", "{'a':1}", "{\"a\":1,}", "\u0000"})
  void whatIsNotOneJsonValueIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> image.withMetadata(text))
        .withMessageContaining("JSON");
  }

  @Test
  void halfASurrogatePairIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> image.withMetadata("\"\ud83d\""))
        .withMessageContaining("surrogate");
  }

  @Test
  void deepNestingIsRefused() {
    String deep = "[".repeat(100_000) + "]".repeat(100_000);

    assertThatIllegalArgumentException().isThrownBy(() -> image.withMetadata(deep));
  }

  @Test
  void aMebibyteIsTakenAndAByteMoreIsRefused() {
    String most = '"' + "é".repeat(LabeledImage.MAX_METADATA_BYTES / 2 - 1) + '"';

    assertThat(image.withMetadata(most).metadata()).contains(most);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> image.withMetadata(most + " "))
        .withMessageContaining("1048576");
  }
}
