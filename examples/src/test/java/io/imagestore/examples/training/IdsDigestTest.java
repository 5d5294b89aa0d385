package io.imagestore.examples.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class IdsDigestTest {

  /** In Python: {@code hashlib.sha256(bytes(32) + (7).to_bytes(8, "big")).hexdigest()}. */
  private static final String OF_SEVEN =
      "5069b1eb90236acbcbb75e6a7f704475747b8f58997bfcb02aada5028f3c7826";

  @Test
  void isWhatItsDescriptionSays() {
    assertThat(IdsDigest.plus(IdsDigest.NONE, List.of(7L))).isEqualTo(OF_SEVEN);
  }

  @Test
  void goesOnFromItsOwnText() {
    String part = IdsDigest.plus(IdsDigest.NONE, List.of(3L, 1L));

    assertThat(IdsDigest.plus(part, List.of(2L)))
        .isEqualTo(IdsDigest.plus(IdsDigest.NONE, List.of(3L, 1L, 2L)));
  }

  @Test
  void tellsAnotherOrder() {
    assertThat(IdsDigest.plus(IdsDigest.NONE, List.of(1L, 2L)))
        .isNotEqualTo(IdsDigest.plus(IdsDigest.NONE, List.of(2L, 1L)));
  }
}
