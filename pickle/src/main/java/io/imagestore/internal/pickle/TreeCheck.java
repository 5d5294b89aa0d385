package io.imagestore.internal.pickle;

import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes sure that a result is a finite tree of plain values: no cycles, and neither too deep nor
 * too large when each shared part is counted wherever it appears.
 */
final class TreeCheck {

  /** Size and height of a part once shared parts are unfolded. */
  private record Extent(long size, int height) {

    boolean isUnfinished() {
      return size == 0;
    }
  }

  private static final Extent LEAF = new Extent(1, 0);
  private static final Extent UNFINISHED = new Extent(0, 0);

  private final PickleInput input;
  private final PickleLimits limits;
  private final IdentityHashMap<Object, Extent> seen = new IdentityHashMap<>();

  TreeCheck(PickleInput input, PickleLimits limits) {
    this.input = input;
    this.limits = limits;
  }

  void check(@Nullable Object root) throws PickleFormatException {
    measure(root, 0);
  }

  private Extent measure(@Nullable Object value, int depth) throws PickleFormatException {
    if (value instanceof List<?> list) {
      return measure(list, list, depth);
    }
    if (value instanceof Map<?, ?> map) {
      return measure(map, map.values(), depth);
    }
    if (value instanceof PickledObject object) {
      return measure(object.state(), object.state().values(), depth);
    }
    requirePlain(value);
    return LEAF;
  }

  private Extent measure(Object container, Collection<?> parts, int depth)
      throws PickleFormatException {
    Extent known = seen.get(container);
    if (known != null && known.isUnfinished()) {
      throw input.error("the pickle's value contains itself");
    }
    requireDepth(depth + (known == null ? 1 : known.height()));
    return known == null ? measureNew(container, parts, depth) : known;
  }

  private Extent measureNew(Object container, Collection<?> parts, int depth)
      throws PickleFormatException {
    seen.put(container, UNFINISHED);
    long size = 1;
    int height = 0;
    for (Object part : parts) {
      Extent extent = measure(part, depth + 1);
      size += extent.size();
      height = Math.max(height, extent.height());
      if (size > limits.maxObjects()) {
        throw input.error(
            "the pickle's value has more than the limit of " + limits.maxObjects() + " parts");
      }
    }
    Extent extent = new Extent(size, height + 1);
    seen.put(container, extent);
    return extent;
  }

  private void requireDepth(int depth) throws PickleFormatException {
    if (depth > limits.maxDepth()) {
      throw input.error(
          "the pickle's value nests deeper than the limit of " + limits.maxDepth() + " levels");
    }
  }

  private void requirePlain(@Nullable Object value) throws PickleFormatException {
    if (value instanceof Global global) {
      throw input.error("expected plain values but found the class " + global.shown());
    }
    if (value instanceof Dtype || (value instanceof NdArray array && !array.isBuilt())) {
      throw input.error("expected plain values but found an unfinished numpy array or a dtype");
    }
  }
}
