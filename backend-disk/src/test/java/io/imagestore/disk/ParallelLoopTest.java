package io.imagestore.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.imagestore.testkit.Awaiting;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntPredicate;
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
  void ofTwoFailuresTheLowerTurnsIsThrownThoughItComesLast() {
    assertThatIOException().isThrownBy(() -> runTwoTurns(turn -> turn == 1)).withMessage("turn 0");
  }

  @Test
  void ofTwoFailuresTheLowerTurnsIsThrownThoughItComesFirst() {
    assertThatIOException().isThrownBy(() -> runTwoTurns(turn -> turn == 0)).withMessage("turn 0");
  }

  /**
   * A loop of two turns that both fail: a helper takes turn 0 and the caller turn 1, and the one
   * that isn't first waits in its turn until the other has told of its failure.
   */
  private static void runTwoTurns(IntPredicate isFirst) throws IOException {
    CountDownLatch helperIsAtIt = new CountDownLatch(1);
    CountDownLatch callerIsAtIt = new CountDownLatch(1);
    Thread caller = Thread.currentThread();
    AtomicReference<Thread> helper = new AtomicReference<>();
    ParallelLoop loop =
        new ParallelLoop(
            2,
            1,
            turn -> {
              (turn == 0 ? helperIsAtIt : callerIsAtIt).countDown();
              await(callerIsAtIt);
              if (!isFirst.test(turn)) {
                Awaiting.until(
                    "told of the other turn's failure",
                    () -> turn == 0 ? waitsForHelpers(caller) : !helper.get().isAlive());
              }
              throw new IOException("turn " + turn);
            });
    loop.run(
        task -> {
          helper.set(new Thread(task));
          helper.get().start();
          await(helperIsAtIt);
        },
        1);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts this test", e);
    }
  }

  private static boolean waitsForHelpers(Thread callerThatHasFailed) {
    return callerThatHasFailed.getState() == Thread.State.WAITING;
  }

  @Test
  void aHelperThatCantBeStartedLeavesItsTurnsToTheOthers() throws IOException {
    AtomicIntegerArray turns = new AtomicIntegerArray(100);
    new ParallelLoop(100, 1, turns::incrementAndGet)
        .run(
            task -> {
              throw new OutOfMemoryError("unable to create native thread");
            },
            4);

    assertThat(IntStream.range(0, 100).map(turns::get)).containsOnly(1);
  }

  @Test
  void afterAFailureNoTurnIsBegun() {
    AtomicIntegerArray turns = new AtomicIntegerArray(100);
    assertThatIOException()
        .isThrownBy(
            () ->
                new ParallelLoop(
                        100,
                        1,
                        i -> {
                          turns.incrementAndGet(i);
                          if (i == 40) {
                            throw new IOException("turn 40");
                          }
                        })
                    .run(Runnable::run, 0));

    assertThat(IntStream.range(41, 100).map(turns::get)).containsOnly(0);
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
