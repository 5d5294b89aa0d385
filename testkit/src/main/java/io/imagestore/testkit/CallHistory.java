package io.imagestore.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Calls that overlapped in time, what each saw and what each wrote, and the question whether they
 * could have come one after the other: whether each can be put at a moment between its beginning
 * and its end so that all saw what was there (Herlihy and Wing, 1990). What is written are the
 * versions of a few images; a version is written once.
 *
 * <p>The search is that of Wing and Gong (1993): of the calls that none other has ended before, one
 * came first. States that were met before are not searched again (Lowe, 2017).
 *
 * <p>Recording is safe in any thread, asking is for one.
 */
final class CallHistory {

  /** The version of an image that isn't there. */
  static final int ABSENT = 0;

  /** Of an image that is there, in whatever version. */
  static final int PRESENT = -1;

  /** Of an image of which a call sees or writes nothing. */
  static final int UNTOUCHED = -2;

  private static final int MOST_CALLS = Long.SIZE;

  private final int images;
  private final AtomicLong clock = new AtomicLong();
  private final List<Call> calls = new ArrayList<>();

  CallHistory(int images) {
    this.images = images;
  }

  /** Begins a call. */
  Call begin(String what) {
    return new Call(what);
  }

  /** One call; used by one thread until it has ended. */
  final class Call {
    private final String what;
    private final int[] seen = untouched();
    private final int[] written = untouched();
    private final long begun = clock.incrementAndGet();
    private long ended;

    private Call(String what) {
      this.what = what;
    }

    Call sees(int image, int version) {
      seen[image] = version;
      return this;
    }

    Call writes(int image, int version) {
      written[image] = version;
      return this;
    }

    void end() {
      ended = clock.incrementAndGet();
      synchronized (calls) {
        calls.add(this);
      }
    }

    private boolean fits(State state) {
      for (int i = 0; i < images; i++) {
        int there = state.versions.get(i);
        boolean fits =
            seen[i] == UNTOUCHED || (seen[i] == PRESENT ? there != ABSENT : seen[i] == there);
        if (!fits) {
          return false;
        }
      }
      return true;
    }

    private State after(State state, int number) {
      List<Integer> versions = new ArrayList<>(state.versions);
      for (int i = 0; i < images; i++) {
        if (written[i] != UNTOUCHED) {
          versions.set(i, written[i]);
        }
      }
      return new State(state.done | (1L << number), versions);
    }

    @Override
    public String toString() {
      return "%d to %d: %s saw %s wrote %s"
          .formatted(begun, ended, what, Arrays.toString(seen), Arrays.toString(written));
    }
  }

  private int[] untouched() {
    int[] versions = new int[images];
    Arrays.fill(versions, UNTOUCHED);
    return versions;
  }

  /** Which calls have been put in order, and what is there behind them. */
  private record State(long done, List<Integer> versions) {}

  /** Whether the calls could have come one after the other, where no image was there before. */
  boolean isLinearizable() {
    if (calls.size() > MOST_CALLS) {
      throw new IllegalStateException(calls.size() + " calls, at most " + MOST_CALLS);
    }
    return canEnd(new State(0, Collections.nCopies(images, ABSENT)), new HashSet<>());
  }

  private boolean canEnd(State state, Set<State> met) {
    if (Long.bitCount(state.done) == calls.size()) {
      return true;
    }
    if (!met.add(state)) {
      return false;
    }
    long firstEnd = Long.MAX_VALUE;
    for (int i = 0; i < calls.size(); i++) {
      if (isOpen(state, i)) {
        firstEnd = Math.min(firstEnd, calls.get(i).ended);
      }
    }
    for (int i = 0; i < calls.size(); i++) {
      Call call = calls.get(i);
      if (isOpen(state, i)
          && call.begun < firstEnd
          && call.fits(state)
          && canEnd(call.after(state, i), met)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOpen(State state, int call) {
    return ((state.done >> call) & 1) == 0;
  }

  @Override
  public String toString() {
    return calls.stream().map(Call::toString).collect(Collectors.joining("\n"));
  }
}
