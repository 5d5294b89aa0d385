package io.imagestore.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoaderStateTest {

  private static final LoaderState STATE =
      new LoaderState(3, 512, 50_000, -2, "shuffled(seed=42)", Long.MIN_VALUE, 256);

  private static final String JSON =
      "{\"format\":\"imagestore-loader-state\",\"version\":1,\"epoch\":3,\"seen\":512,"
          + "\"samples\":50000,\"source\":\"fffffffffffffffe\",\"order\":\"shuffled(seed=42)\","
          + "\"seed\":-9223372036854775808,\"batchSize\":256}";

  @Test
  void isAFewNumbersAsJson() {
    assertThat(STATE.toJson()).isEqualTo(JSON);
  }

  @Test
  void comesBackFromItsJson() {
    assertThat(LoaderState.parse(JSON)).isEqualTo(STATE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"epoch"                      | no JSON
          {"version":1}                 | it has no "format": "imagestore-loader-state"
          [1, 2]                        | it has no "format": "imagestore-loader-state"
          null                          | it has no "format": "imagestore-loader-state"
          ''                            | it has no "format": "imagestore-loader-state"
          """)
  void refusesWhatIsNoState(String json, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LoaderState.parse(json))
        .withMessageContaining("This is no loader state")
        .withMessageContaining(reason)
        .withMessageContaining(json);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "epoch":3                     | "epoch":-1             | epoch must be at least 0, but is -1
          "epoch":3                     | "epoch":3.5            | "epoch" is no whole number of 64 bits
          "seen":512                    | "seen":"512"           | "seen" is no whole number of 64 bits
          "seen":512,                   | ''                     | "seen" is no whole number of 64 bits
          "samples":50000               | "samples":1e30         | "samples" is no whole number of 64 bits
          "samples":50000               | "samples":9223372036854775808 | "samples" is no whole number of 64 bits
          "source":"fffffffffffffffe"   | "source":"xyz"         | "source" isn't 16 hexadecimal digits
          "order":"shuffled(seed=42)"   | "order":1              | "order" is no text
          "batchSize":256               | "batchSize":4294967296 | "batchSize" is no whole number of 32 bits
          "batchSize":256               | "batchSize":0          | batchSize must be at least 1, but is 0
          "batchSize":256}              | "batchSize":256} {}    | no JSON
          """)
  void refusesAStateThatIsMalformed(String part, String changed, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LoaderState.parse(JSON.replace(part, changed)))
        .withMessageContaining(reason);
  }

  @Test
  void refusesAVersionThatItDoesNotKnow() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LoaderState.parse(JSON.replace("\"version\":1", "\"version\":2")))
        .withMessageContaining("version 2")
        .withMessageContaining("reads version 1 only");
  }

  @Test
  void fitsARunThatDiffersInHowFarItCame() {
    LoaderState other = new LoaderState(0, 0, 50_000, -2, "shuffled(seed=42)", Long.MIN_VALUE, 256);

    assertThatCode(() -> STATE.requireFits(other)).doesNotThrowAnyException();
  }

  @Test
  void saysEverythingInWhichAnotherRunDiffers() {
    LoaderState other = new LoaderState(3, 512, 60_000, 1, "sequential", 7, 128);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> STATE.requireFits(other))
        .withMessage(
            "The state is from another run: number of samples is 50000 in the state, but 60000 in"
                + " this loader; source is fffffffffffffffe in the state, but 0000000000000001 in"
                + " this loader; order is shuffled(seed=42) in the state, but sequential in this"
                + " loader; seed is -9223372036854775808 in the state, but 7 in this loader; batch"
                + " size is 256 in the state, but 128 in this loader. Build the loader as that run"
                + " did, or start anew");
  }

  @Test
  void saysTheOnlyThingInWhichAnotherRunDiffers() {
    LoaderState other =
        new LoaderState(3, 512, 50_000, -2, "shuffled(seed=42)", Long.MIN_VALUE, 32);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> STATE.requireFits(other))
        .withMessageContaining("run: batch size is 256 in the state, but 32 in this loader.");
  }
}
