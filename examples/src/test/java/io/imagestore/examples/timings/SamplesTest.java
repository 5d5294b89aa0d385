package io.imagestore.examples.timings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SamplesTest {

  @Test
  void theMedianOfAnOddNumberIsTheOneInTheMiddle() {
    assertThat(samples(5, 1, 2).median()).isEqualTo(2);
  }

  @Test
  void theMedianOfAnEvenNumberIsTheMeanOfTheTwoInTheMiddle() {
    assertThat(samples(5, 1, 2, 4).median()).isEqualTo(3);
  }

  @Test
  void allAreKeptInTheirOrder() {
    assertThat(samples(5, 1, 2).all()).containsExactly(5.0, 1.0, 2.0);
  }

  private static Samples samples(double... seconds) {
    Samples samples = new Samples();
    for (double each : seconds) {
      samples.add(each);
    }
    return samples;
  }
}
