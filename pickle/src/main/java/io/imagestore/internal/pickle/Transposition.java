package io.imagestore.internal.pickle;

import java.util.Arrays;
import java.util.List;

/**
 * Another order of an array's axes, as {@code numpy.transpose} gives it: the elements of an array
 * in C order are put into the C order of the new axes.
 */
final class Transposition {

  private final List<Long> shape;

  /** The new axes that are longer than 1, as the others move nothing, the slowest first. */
  private final int[] lengths;

  /** How many elements apart neighbors along such an axis lie in the old order. */
  private final int[] strides;

  private Transposition(List<Long> shape, int[] lengths, int[] strides) {
    this.shape = shape;
    this.lengths = lengths;
    this.strides = strides;
  }

  /** For an array of the given shape, whose bytes are held, so that its sides fit into an int. */
  static Transposition of(List<Long> oldShape, int[] axes) {
    long[] oldStrides = new long[oldShape.size()];
    long stride = 1;
    for (int axis = oldStrides.length - 1; axis >= 0; axis--) {
      oldStrides[axis] = stride;
      stride *= oldShape.get(axis);
    }
    int[] moving = Arrays.stream(axes).filter(axis -> oldShape.get(axis) > 1).toArray();
    return new Transposition(
        Arrays.stream(axes).mapToObj(oldShape::get).toList(),
        Arrays.stream(moving).map(axis -> oldShape.get(axis).intValue()).toArray(),
        Arrays.stream(moving).map(axis -> (int) oldStrides[axis]).toArray());
  }

  List<Long> shape() {
    return shape;
  }

  byte[] apply(byte[] elements, int itemBytes) {
    byte[] moved = new byte[elements.length];
    int[] place = new int[lengths.length];
    int from = 0;
    for (int to = 0; to < moved.length; to += itemBytes) {
      System.arraycopy(elements, from * itemBytes, moved, to, itemBytes);
      from = next(place, from);
    }
    return moved;
  }

  /** Goes one place on, as an odometer does, and gives where its element lies in the old order. */
  private int next(int[] place, int from) {
    int at = from;
    for (int axis = place.length - 1; axis >= 0; axis--) {
      at += strides[axis];
      if (++place[axis] < lengths[axis]) {
        return at;
      }
      at -= lengths[axis] * strides[axis];
      place[axis] = 0;
    }
    return at;
  }
}
