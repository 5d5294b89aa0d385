package io.imagestore.internal.pickle;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The stack machine's values, its marks among them, and its memo, all within the limits. */
final class ValueStack {

  private final PickleInput input;
  private final PickleLimits limits;
  private @Nullable Object[] values = new Object[16];
  private int size;
  private int[] marks = new int[8];
  private int markCount;
  private @Nullable Object[] memo = new Object[16];
  private boolean[] memoized = new boolean[16];
  private int memoCount;
  private long pushed;

  ValueStack(PickleInput input, PickleLimits limits) {
    this.input = input;
    this.limits = limits;
  }

  void push(@Nullable Object value) throws PickleFormatException {
    count();
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = value;
  }

  @Nullable Object pop(String expected) throws PickleFormatException {
    requireAboveMark(expected);
    Object value = values[--size];
    values[size] = null;
    return value;
  }

  @Nullable Object peek(String expected) throws PickleFormatException {
    requireAboveMark(expected);
    return values[size - 1];
  }

  void mark() throws PickleFormatException {
    count();
    if (markCount == marks.length) {
      marks = Arrays.copyOf(marks, 2 * markCount);
    }
    marks[markCount++] = size;
  }

  /** The values above the last mark, which goes with them. */
  @Nullable Object[] popToMark() throws PickleFormatException {
    if (markCount == 0) {
      throw input.error("expected a mark on the stack");
    }
    int from = marks[--markCount];
    @Nullable Object[] above = Arrays.copyOfRange(values, from, size);
    Arrays.fill(values, from, size, null);
    size = from;
    return above;
  }

  /** Drops the top, be it a value or a mark. */
  void popAnything() throws PickleFormatException {
    if (markCount > 0 && marks[markCount - 1] == size) {
      markCount--;
    } else {
      pop("a value to drop");
    }
  }

  boolean holdsNothing() {
    return size == 0 && markCount == 0;
  }

  void memoize() throws PickleFormatException {
    memoize(memoCount);
  }

  void memoize(long index) throws PickleFormatException {
    requireMemoIndex(index);
    Object value = peek("a value to remember");
    int at = (int) index;
    if (at >= memo.length) {
      int length = (int) Math.min(limits.maxMemoEntries(), Math.max(2L * memo.length, at + 1L));
      memo = Arrays.copyOf(memo, length);
      memoized = Arrays.copyOf(memoized, length);
    }
    if (!memoized[at]) {
      memoized[at] = true;
      memoCount++;
    }
    memo[at] = value;
  }

  void pushRemembered(long index) throws PickleFormatException {
    requireMemoIndex(index);
    if (index >= memo.length || !memoized[(int) index]) {
      throw input.error("expected a remembered value but there is none of number " + index);
    }
    push(memo[(int) index]);
  }

  private void requireMemoIndex(long index) throws PickleFormatException {
    if (index < 0 || index >= limits.maxMemoEntries()) {
      throw input.error(
          "expected a memo number from 0 to "
              + (limits.maxMemoEntries() - 1)
              + " but found "
              + index);
    }
  }

  private void requireAboveMark(String expected) throws PickleFormatException {
    if (size == (markCount == 0 ? 0 : marks[markCount - 1])) {
      throw input.error("expected " + expected + " on the stack");
    }
  }

  private void count() throws PickleFormatException {
    count(1);
  }

  /** Counts values that come to be without passing over the stack. */
  void count(int values) throws PickleFormatException {
    pushed += values;
    if (pushed > limits.maxObjects()) {
      throw input.error("the pickle has more than the limit of " + limits.maxObjects() + " values");
    }
  }
}
