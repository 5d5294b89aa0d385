package io.imagestore.hdf5.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ArrayGeometryTest {

  /**
   * As in the header: bits, elements in the index block, fewest pointers and elements, page bits.
   */
  @ParameterizedTest
  @CsvSource({
    "63, 4, 4, 16, 10",
    "33, 4, 4, 16, 10",
    "0, 4, 4, 16, 10",
    "1, 4, 128, 128, 10",
    "32, 4, 3, 16, 10",
    "32, 4, 4, 0, 10",
    "32, 4, 4, 16, 31"
  })
  void aDivisionWhoseSizesWouldOverflowIsRefused(
      int bits, int inIndex, int pointers, int elements, int pageBits) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ArrayGeometry(bits, inIndex, pointers, elements, pageBits));
  }

  @ParameterizedTest
  @CsvSource({"32, 4, 4, 16, 10", "32, 255, 128, 128, 30", "32, 0, 2, 1, 1"})
  void ofADivisionThatIsTakenEachSuperBlockFollowsTheOneBefore(
      int bits, int inIndex, int pointers, int elements, int pageBits) {
    ArrayGeometry geometry = new ArrayGeometry(bits, inIndex, pointers, elements, pageBits);

    long first = 0;
    for (int s = 0; s < geometry.superBlocks(); s++) {
      assertThat(geometry.firstElement(s)).isEqualTo(first);
      assertThat(geometry.superBlockOf(first)).isEqualTo(s);
      assertThat(geometry.dataBlocks(s)).isPositive();
      assertThat(geometry.elements(s)).isPositive();
      assertThat(geometry.bitmapBytes(s)).isNotNegative();
      first += (long) geometry.dataBlocks(s) * geometry.elements(s);
    }
  }
}
