package io.imagestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class StoreOptionsTest {

  @Test
  void aLabelNameThatCantBeStoredAsItIsIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StoreOptions.builder().labelNames(List.of("cat", "a\ud800b")))
        .withMessageContaining("surrogate");
  }

  @Test
  void theDefaultsReadAndWriteAndVerify() {
    StoreOptions options = StoreOptions.defaults();

    assertThat(options.mode()).isEqualTo(OpenMode.READ_WRITE);
    assertThat(options.verifyChecksums()).isTrue();
    assertThat(options.durability()).isEmpty();
    assertThat(options.labelNames()).isEmpty();
  }

  @Test
  void whatIsSetIsKept() {
    StoreOptions options =
        StoreOptions.builder()
            .mode(OpenMode.CREATE_NEW)
            .durability(Durability.COMMIT)
            .labelNames(List.of("cat"))
            .verifyChecksums(false)
            .build();

    assertThat(options.mode()).isEqualTo(OpenMode.CREATE_NEW);
    assertThat(options.durability()).contains(Durability.COMMIT);
    assertThat(options.labelNames()).contains(List.of("cat"));
    assertThat(options.verifyChecksums()).isFalse();
  }

  @Test
  void aBlankLabelNameIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StoreOptions.builder().labelNames(List.of("cat", " ")))
        .withMessageContaining("[cat,  ]");
  }

  @Test
  void optionsAboutWritingAreNotForReading() {
    for (StoreOptions options :
        List.of(
            StoreOptions.builder().mode(OpenMode.CREATE_NEW).build(),
            StoreOptions.builder().durability(Durability.FLUSH).build(),
            StoreOptions.builder().labelNames(List.of("cat")).build())) {
      assertThatIllegalArgumentException()
          .isThrownBy(options::requireForReading)
          .withMessageContaining("opened to read");
    }
    StoreOptions.builder().verifyChecksums(false).build().requireForReading();
  }
}
