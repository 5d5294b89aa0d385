package io.imagestore.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class InFlightCallsTest {

  private final InFlightCalls calls = new InFlightCalls();

  @Test
  void aClosedGateLetsNobodyIn() {
    assertThat(calls.enter()).isTrue();
    calls.exit();
    calls.close();

    assertThat(calls.enter()).isFalse();
  }

  @Test
  void onlyTheFirstCloserIsToldSo() {
    assertThat(calls.close()).isTrue();
    assertThat(calls.close()).isFalse();
  }

  @Test
  void closingWithNothingInFlightNeedNotWait() {
    calls.close();

    assertThat(CompletableFuture.runAsync(calls::awaitDrained))
        .succeedsWithin(Duration.ofMinutes(1));
  }

  @Test
  void closingWaitsForTheLastCall() {
    calls.enter();
    calls.enter();
    calls.close();
    CompletableFuture<Void> drained = CompletableFuture.runAsync(calls::awaitDrained);
    calls.exit();
    calls.enter(); // refused, and must not count
    assertThat(drained).isNotDone();

    calls.exit();

    assertThat(drained).succeedsWithin(Duration.ofMinutes(1));
  }

  @Test
  void aCallbackMayBeginCallsThoughTheGateIsClosed() {
    calls.enter();
    calls.close();

    assertThat(calls.callBack(calls::enter)).isTrue();
  }

  @Test
  void closingWaitsForTheCallsOfACallback() {
    calls.enter();
    calls.close();
    CompletableFuture<Void> drained = CompletableFuture.runAsync(calls::awaitDrained);
    calls.callBack(calls::enter);
    calls.exit();
    assertThat(drained).isNotDone();

    calls.exit();

    assertThat(drained).succeedsWithin(Duration.ofMinutes(1));
  }

  @Test
  void besideACallbackOtherThreadsStayOut() {
    calls.enter();
    calls.close();

    assertThat(calls.callBack(() -> CompletableFuture.supplyAsync(calls::enter).join())).isFalse();
  }

  @Test
  void afterItsCallbackAThreadStaysOutToo() {
    calls.enter();
    calls.close();
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                calls.callBack(
                    () -> {
                      throw new IllegalStateException();
                    }));

    assertThat(calls.isInCallback()).isFalse();
    assertThat(calls.enter()).isFalse();
  }

  @Test
  void aCallbackWithinACallbackDoesNotEndIt() {
    assertThat(
            calls.callBack(
                () -> {
                  calls.callBack(() -> 0);
                  return calls.isInCallback();
                }))
        .isTrue();
  }

  @Test
  void anInterruptDoesNotEndTheWaitAndIsKept() {
    calls.enter();
    calls.close();
    CompletableFuture<Boolean> interrupted =
        CompletableFuture.supplyAsync(
            () -> {
              Thread.currentThread().interrupt();
              calls.awaitDrained();
              return Thread.interrupted();
            });
    calls.exit();

    assertThat(interrupted).succeedsWithin(Duration.ofMinutes(1)).isEqualTo(true);
  }
}
