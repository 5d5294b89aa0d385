package io.imagestore.internal.pickle;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tuple of a call's arguments, or of a numpy object's state, taken apart with checks. */
final class Arguments {

  private final Tuple values;
  private final PickleInput input;

  Arguments(@Nullable Object values, PickleInput input) throws PickleFormatException {
    if (!(values instanceof Tuple tuple)) {
      throw input.error("expected a tuple of arguments");
    }
    this.values = tuple;
    this.input = input;
  }

  int count() {
    return values.size();
  }

  String text(int index) throws PickleFormatException {
    Object value = value(index);
    if (value instanceof String text) {
      return text;
    }
    if (value instanceof PickledBytes bytes && bytes.isHeld()) {
      input.hold(bytes.length());
      return bytes.text();
    }
    throw unexpected(index, "text");
  }

  PickledBytes bytes(int index) throws PickleFormatException {
    if (value(index) instanceof PickledBytes bytes) {
      return bytes;
    }
    throw unexpected(index, "bytes");
  }

  boolean bool(int index) throws PickleFormatException {
    Object value = value(index);
    if (value instanceof Boolean bool) {
      return bool;
    }
    if (value instanceof Long number) {
      return number != 0;
    }
    throw unexpected(index, "a boolean");
  }

  Dtype dtype(int index) throws PickleFormatException {
    if (value(index) instanceof Dtype dtype) {
      return dtype;
    }
    throw unexpected(index, "a numpy dtype");
  }

  Global global(int index) throws PickleFormatException {
    if (value(index) instanceof Global global) {
      return global;
    }
    throw unexpected(index, "a class");
  }

  void requireKnown(int index, Global.Known known) throws PickleFormatException {
    Global global = global(index);
    if (global.known() != known) {
      throw input.error("expected " + known + " but found '" + global.shown() + "'");
    }
  }

  List<Long> shape(int index) throws PickleFormatException {
    if (!(value(index) instanceof Tuple sides) || sides.size() > NdArray.MAX_AXES) {
      throw unexpected(index, "a shape of at most " + NdArray.MAX_AXES + " axes");
    }
    List<Long> shape = new ArrayList<>();
    for (Object side : sides) {
      if (!(side instanceof Long length)) {
        throw unexpected(index, "a shape of integers");
      }
      shape.add(length);
    }
    return shape;
  }

  /** Each number from 0 on once, in any order, as {@code numpy.transpose} takes them. */
  int[] axes(int index) throws PickleFormatException {
    List<Long> axes = shape(index);
    if (axes.stream().distinct().count() < axes.size()
        || axes.stream().anyMatch(axis -> axis < 0 || axis >= axes.size())) {
      throw unexpected(index, "an order of axes");
    }
    return axes.stream().mapToInt(Long::intValue).toArray();
  }

  boolean isNoneOrMissing(int index) {
    return index >= values.size() || values.get(index) == null;
  }

  boolean isNone(int index) throws PickleFormatException {
    return value(index) == null;
  }

  private @Nullable Object value(int index) throws PickleFormatException {
    if (index >= values.size()) {
      throw input.error(
          "expected at least " + (index + 1) + " arguments but found " + values.size());
    }
    return values.get(index);
  }

  private PickleFormatException unexpected(int index, String expected) {
    return input.error("expected " + expected + " as argument " + (index + 1));
  }
}
