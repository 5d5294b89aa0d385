package io.imagestore.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class IdRunsTest {

  @Test
  void keepsConsecutiveIdsAsOneRunHoweverTheyArePortioned() {
    IdRuns.Builder builder = new IdRuns.Builder();
    for (long first = 0; first < 1_000_000; first += 1000) {
      builder.add(LongStream.range(first, first + 1000).toArray());
    }
    IdRuns ids = builder.build();

    assertThat(ids.runs()).isEqualTo(1);
    assertThat(ids.size()).isEqualTo(1_000_000);
    assertThat(ids.get(999_999)).isEqualTo(999_999);
  }

  @Test
  void givesTheIdAtEachPosition() {
    Random random = new Random(1);
    long[] all = LongStream.range(0, 10_000).filter(id -> random.nextInt(10) > 2).toArray();
    IdRuns.Builder builder = new IdRuns.Builder();
    for (int from = 0; from < all.length; from += 7) {
      builder.add(Arrays.copyOfRange(all, from, Math.min(from + 7, all.length)));
    }
    IdRuns ids = builder.build();

    assertThat(LongStream.range(0, ids.size()).map(ids::get).toArray()).isEqualTo(all);
  }

  @Test
  void keepsIdsInTheOrderInWhichTheyCame() {
    IdRuns ids = new IdRuns.Builder().add(9, 3, 4, 4, 5, Long.MAX_VALUE, 0).build();

    assertThat(LongStream.range(0, ids.size()).map(ids::get))
        .containsExactly(9L, 3L, 4L, 4L, 5L, Long.MAX_VALUE, 0L);
  }

  @Test
  void isEmptyWithoutIds() {
    IdRuns ids = new IdRuns.Builder().add().build();

    assertThat(ids.size()).isZero();
    assertThatThrownBy(() -> ids.get(0)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void hasOneFingerprintForTheSameIdsHoweverTheyArePortioned() {
    long whole = new IdRuns.Builder().add(1, 2, 3, 7, 8).build().fingerprint();

    assertThat(new IdRuns.Builder().add(1, 2).add().add(3, 7).add(8).build().fingerprint())
        .isEqualTo(whole);
  }

  @Test
  void hasAnotherFingerprintForOtherIds() {
    assertThat(
            LongStream.of(
                new IdRuns.Builder().build().fingerprint(),
                new IdRuns.Builder().add(0).build().fingerprint(),
                new IdRuns.Builder().add(1).build().fingerprint(),
                new IdRuns.Builder().add(1, 2).build().fingerprint(),
                new IdRuns.Builder().add(2, 1).build().fingerprint(),
                new IdRuns.Builder().add(1, 3).build().fingerprint(),
                new IdRuns.Builder().add(1, 2, 3).build().fingerprint()))
        .doesNotHaveDuplicates();
  }
}
