package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.imagestore.Durability;
import io.imagestore.OpenMode;
import io.imagestore.StoreOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LmdbOptionsTest {

  @Test
  void theDefaultMapNeverNeedsToGrow() {
    assertThat(LmdbOptions.defaults().mapSizeBytes()).isGreaterThanOrEqualTo(1L << 30);
    assertThat(LmdbOptions.defaults().maxMapSizeBytes()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aMaximumBelowTheDefaultMapMakesTheMapAsSmall() {
    LmdbOptions options = LmdbOptions.builder().maxMapSizeBytes(1 << 20).build();

    assertThat(options.mapSizeBytes()).isEqualTo(1 << 20);
  }

  @Test
  void aMapBeyondItsMaximumIsRefused() {
    LmdbOptions.Builder builder =
        LmdbOptions.builder().mapSizeBytes(1 << 21).maxMapSizeBytes(1 << 20);

    assertThatIllegalArgumentException()
        .isThrownBy(builder::build)
        .withMessageContaining("2097152");
  }

  @Test
  void badValuesAreRefusedAtOnce() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LmdbOptions.builder().mapSizeBytes(65_535))
        .withMessageContaining("65535");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LmdbOptions.builder().maxMapSizeBytes(-1))
        .withMessageContaining("-1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LmdbOptions.builder().maxReaders(1))
        .withMessageContaining("1");
  }

  @Test
  void generalOptionsAreTakenOver() {
    StoreOptions general =
        StoreOptions.builder()
            .mode(OpenMode.CREATE_NEW)
            .durability(Durability.FLUSH)
            .labelNames(List.of("cat"))
            .verifyChecksums(false)
            .build();

    LmdbOptions options = LmdbOptions.from(general);

    assertThat(options.mode()).isEqualTo(OpenMode.CREATE_NEW);
    assertThat(options.durability()).contains(Durability.FLUSH);
    assertThat(options.labelNames()).contains(List.of("cat"));
    assertThat(options.verifyChecksums()).isFalse();
  }

  @Test
  void optionsAboutWritingAreRefusedForReading() {
    assertThatCode(LmdbOptions.builder().verifyChecksums(false).build()::requireForReading)
        .doesNotThrowAnyException();
    assertRefused("durability", LmdbOptions.builder().durability(Durability.FLUSH));
    assertRefused("mapSizeBytes", LmdbOptions.builder().mapSizeBytes(1 << 20));
    assertRefused("maxMapSizeBytes", LmdbOptions.builder().maxMapSizeBytes(1 << 20));
    assertRefused("maxReaders", LmdbOptions.builder().maxReaders(7));
  }

  private static void assertRefused(String name, LmdbOptions.Builder options) {
    assertThatIllegalArgumentException()
        .isThrownBy(options.build()::requireForReading)
        .withMessageContaining("option " + name);
  }
}
