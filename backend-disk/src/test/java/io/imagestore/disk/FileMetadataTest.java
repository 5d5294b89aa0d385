package io.imagestore.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FileMetadataTest {

  @Test
  void aPathIsFoundAgainWhateverItsCharacters() {
    String path = "cat/\"a\" \\ \u0001 \u00fc \uD83D\uDC31.jpg";

    assertThat(FileMetadata.file(FileMetadata.of(path, Map.of("x", "\"")))).contains(path);
  }

  @Test
  void furtherTextsFollow() {
    assertThat(FileMetadata.of("1.jpg", Map.of("breed", "Poodle, \"toy\"")))
        .isEqualTo("{\"file\":\"1.jpg\",\"breed\":\"Poodle, \\\"toy\\\"\"}");
  }

  @Test
  void aPathIsFoundBehindOtherFields() {
    assertThat(FileMetadata.file("{\"a\":{\"file\":\"no\"},\"b\":[{}],\"file\":\"yes\"}"))
        .isEqualTo(Optional.of("yes"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[\"file\"]", "\"file\"", "7", "{\"file\":7}", "{\"file\":{}}"})
  void otherMetadataHasNone(String metadata) {
    assertThat(FileMetadata.file(metadata)).isEmpty();
  }
}
