package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProvokedMessagesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "can't read null",
        "can't read: java.nio.file.NoSuchFileException",
        "image io.imagestore.LabeledImage@17 is damaged",
        "holds [B@4f2a",
        "failed in Stores$$Lambda/0x12"
      })
  void whatNoPersonWroteIsTold(String message) {
    assertThat(ProvokedMessages.isUnwritten(message)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "there is no image 42 in store /data/train",
        "No backend 'x' on the class path; add io.imagestore:imagestore-x",
        "nullable columns of /data/java/train.h5 aren't read"
      })
  void whatAPersonWroteIsNot(String message) {
    assertThat(ProvokedMessages.isUnwritten(message)).isFalse();
  }
}
