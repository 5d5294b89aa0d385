package io.imagestore.testkit;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToLongFunction;

/**
 * What has reached the device of all that wasn't synced when the power failed: nothing, all, all up
 * to a moment, or any of it in any order.
 */
final class Survival {

  private enum Kind {
    NOTHING,
    ALL,
    UP_TO_A_MOMENT,
    ANY
  }

  /** Sectors that follow one another often share their fate, as those of a page do. */
  private static final int[] SECTORS_TOGETHER = {1, 8, 64};

  private final Kind kind;
  private final long moment;
  private final int sectorsTogether;
  private final SplittableRandom random;

  private Survival(Kind kind, long moment, int sectorsTogether, SplittableRandom random) {
    this.kind = kind;
    this.moment = moment;
    this.sectorsTogether = sectorsTogether;
    this.random = random;
  }

  /** A random one, of changes made up to now. */
  static Survival drawn(SplittableRandom random, long now) {
    int kind = random.nextInt(8); // any of it, in any order, is what most mistakes fear
    return new Survival(
        kind < 3 ? Kind.values()[kind] : Kind.ANY,
        random.nextLong(now + 1),
        SECTORS_TOGETHER[random.nextInt(SECTORS_TOGETHER.length)],
        random);
  }

  /** One where each may be left. */
  static Survival ofAny(SplittableRandom random) {
    return new Survival(Kind.ANY, 0, 1, random);
  }

  /** Whether a change of this moment is left. */
  boolean keeps(long time) {
    return switch (kind) {
      case NOTHING -> false;
      case ALL -> true;
      case UP_TO_A_MOMENT -> time <= moment;
      case ANY -> random.nextBoolean();
    };
  }

  /** A number from 0 to below 1 for each group of sectors in a file that share their fate. */
  double luck() {
    return random.nextDouble();
  }

  long group(long sector) {
    return sector / sectorsTogether;
  }

  /**
   * Which of several states is left.
   *
   * @param states from the one on the device to the latest
   * @param timeOf when a state began
   * @param luck decides between them where any may be left
   */
  <T> T pick(List<T> states, ToLongFunction<T> timeOf, double luck) {
    int last = states.size() - 1;
    int picked =
        switch (kind) {
          case NOTHING -> 0;
          case ALL -> last;
          case UP_TO_A_MOMENT -> latest(states, timeOf);
          case ANY -> (int) (luck * states.size());
        };
    return states.get(picked);
  }

  private <T> int latest(List<T> states, ToLongFunction<T> timeOf) {
    int latest = 0;
    while (latest + 1 < states.size() && timeOf.applyAsLong(states.get(latest + 1)) <= moment) {
      latest++;
    }
    return latest;
  }
}
