package io.imagestore.examples.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class AxisTest {
  private static final Axis LINEAR = Axis.linear("x", String::valueOf);
  private static final Axis LOGARITHMIC = Axis.logarithmic("x", String::valueOf);

  @Test
  void aLinearAxisHasRoundTicksFromZeroToBeyondTheData() {
    assertThat(LINEAR.over(3, 18.2).ticks()).containsExactly(0.0, 5.0, 10.0, 15.0, 20.0);
  }

  @Test
  void aLinearAxisOfZerosStillHasAnExtent() {
    assertThat(LINEAR.over(0, 0).place(0)).isZero();
  }

  @Test
  void aLogarithmicAxisHasATickAtEachPowerOfTenAroundTheData() {
    assertThat(LOGARITHMIC.over(0.02, 30).ticks()).containsExactly(0.01, 0.1, 1.0, 10.0, 100.0);
  }

  @Test
  void aLogarithmicAxisOfOneValueStillHasAnExtent() {
    assertThat(LOGARITHMIC.over(10, 10).ticks()).containsExactly(10.0, 100.0);
  }

  @Test
  void onALogarithmicAxisEqualRatiosAreEquallyFarApart() {
    Axis.Range range = LOGARITHMIC.over(1, 10_000);
    double step = range.place(10) - range.place(1);
    assertThat(range.place(1000) - range.place(100)).isCloseTo(step, within(1e-12));
  }

  @Test
  void aMarkedAxisHasTheTicksItWasGiven() {
    Axis marked = Axis.marked("threads", List.of(1.0, 2.0, 4.0), String::valueOf);
    assertThat(marked.over(1, 4).ticks()).containsExactly(1.0, 2.0, 4.0);
  }
}
