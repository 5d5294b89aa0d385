package io.imagestore.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParallelLoopTest {
  private final Workers workers = new Workers("test", 4);

  @AfterEach
  void close() {
    workers.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 1000})
  void eachTurnIsTakenOnce(int count) throws IOException {
    AtomicIntegerArray turns = new AtomicIntegerArray(count);
    workers.forEach(count, 1, turns::incrementAndGet);

    assertThat(IntStream.range(0, count).map(turns::get)).allMatch(turnsTaken -> turnsTaken == 1);
  }

  @Test
  void theFailureOfATurnReachesTheCaller() {
    assertThatIOException()
        .isThrownBy(
            () ->
                workers.forEach(
                    100,
                    1 << 20,
                    i -> {
                      if (i == 40) {
                        throw new IOException("turn 40");
                      }
                    }))
        .withMessage("turn 40");
  }

  @Test
  void anInterruptOfTheCallerEndsNothing() throws IOException {
    AtomicIntegerArray turns = new AtomicIntegerArray(500);
    Thread.currentThread().interrupt();
    workers.forEach(500, 1, turns::incrementAndGet);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(IntStream.range(0, 500).map(turns::get)).containsOnly(1);
  }
}
