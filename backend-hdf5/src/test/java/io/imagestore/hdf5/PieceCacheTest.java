package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PieceCacheTest {

  private static int[] at(int row) {
    return new int[] {row, 0};
  }

  private static int held(PieceCache cache, int rows) {
    int held = 0;
    for (int row = 0; row < rows; row++) {
      held += cache.get(at(row)) == null ? 0 : 1;
    }
    return held;
  }

  @Test
  void theChunksUsedLastStayWithinItsBytes() {
    PieceCache cache = new PieceCache(30);
    for (int row = 0; row < 3; row++) {
      cache.put(at(row), new byte[10]);
    }
    byte[] first = cache.get(at(0));
    assertThat(first).isNotNull();

    cache.put(at(3), new byte[20]);

    assertThat(cache.get(at(0))).isSameAs(first);
    assertThat(cache.get(at(3))).hasSize(20);
    assertThat(held(cache, 4)).isEqualTo(2);
  }

  @Test
  void aChunkThatIsPutTwiceCountsOnce() {
    PieceCache cache = new PieceCache(20);
    cache.put(at(0), new byte[10]);
    for (int i = 0; i < 5; i++) {
      cache.put(at(1), new byte[10]);
    }
    assertThat(held(cache, 2)).isEqualTo(2);
  }

  @Test
  void theLastChunkStaysWhateverItWeighs() {
    PieceCache cache = new PieceCache(5);
    cache.put(at(0), new byte[10]);
    cache.put(at(1), new byte[1000]);

    assertThat(cache.get(at(1))).hasSize(1000);
    assertThat(held(cache, 2)).isEqualTo(1);
  }
}
