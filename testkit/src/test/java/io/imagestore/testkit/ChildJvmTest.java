package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class ChildJvmTest {

  private static final List<String> STARTING_FAST =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  @Test
  void aMainMethodThatThrowsEndsTheJvmThoughThreadsAreLeft() {
    try (ChildJvm child = ChildJvm.start(STARTING_FAST, Failing.class)) {
      assertThatExceptionOfType(AssertionError.class)
          .isThrownBy(child::succeed)
          .withMessageContaining("exit code 1")
          .withMessageContaining("IllegalStateException: what was wrong");
    }
  }

  @Test
  void oneThatSaysNothingIsKilledAndToldOf() {
    Duration tooShort = Duration.ofSeconds(1).minusMinutes(10);
    try (ChildJvm reading = ChildJvm.start(STARTING_FAST, Idle.class).waitingLongerBy(tooShort);
        ChildJvm ending = ChildJvm.start(STARTING_FAST, Idle.class).waitingLongerBy(tooShort)) {
      assertThatExceptionOfType(AssertionError.class)
          .isThrownBy(reading::readLine)
          .withMessageContaining("said nothing for PT1S");
      assertThatExceptionOfType(AssertionError.class)
          .isThrownBy(ending::succeed)
          .withMessageContaining("said nothing for PT1S");
    }
  }

  @Test
  void oneWhoseParentIsKilledEnds() {
    try (ChildJvm parent = ChildJvm.start(STARTING_FAST, Parent.class)) {
      ProcessHandle orphan = ProcessHandle.of(Long.parseLong(parent.readLine())).orElseThrow();
      parent.kill();

      Awaiting.until("an end of the orphan", () -> !orphan.isAlive());
    }
  }

  static final class Idle {
    public static void main(String[] args) {
      while (true) {
        LockSupport.park();
      }
    }
  }

  static final class Failing {
    public static void main(String[] args) {
      new Thread(() -> Idle.main(args)).start();
      throw new IllegalStateException("what was wrong");
    }
  }

  static final class Parent {
    public static void main(String[] args) {
      System.out.println(ChildJvm.start(STARTING_FAST, Idle.class).pid());
      Idle.main(args);
    }
  }
}
