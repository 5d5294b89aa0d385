package io.imagestore.examples.timings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitsTest {

  @ParameterizedTest
  @CsvSource({"12.345, 12.3 s", "0.12, 120 ms", "0.00123, 1.23 ms", "0.0000123, 0.012 ms"})
  void timesHaveAFittingUnit(double seconds, String text) {
    assertThat(Units.time(seconds)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0.001, 0.002, 1.00–2.00 ms", "0.9, 1.1, 900 ms–1.10 s", "1, 2, 1.00–2.00 s"})
  void rangesNameASharedUnitOnce(double least, double most, String text) {
    assertThat(Units.range(least, most)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"307200000, 307 MB", "4096, 4.10 kB", "2500000000, 2.50 GB"})
  void sizesHaveAFittingUnit(long bytes, String text) {
    assertThat(Units.bytes(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"123456, '123,000'", "999.6, '1,000'", "12.34, 12.3"})
  void ratesHaveThreeDigitsThatCount(double rate, String text) {
    assertThat(Units.rate(rate)).isEqualTo(text);
  }
}
