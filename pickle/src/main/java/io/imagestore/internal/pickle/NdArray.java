package io.imagestore.internal.pickle;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A numpy array of plain numbers: its type, shape and bytes, whose count fits them. */
public final class NdArray {

  /** As many as numpy has. */
  static final int MAX_AXES = 64;

  private @Nullable Content content;

  private record Content(Dtype dtype, List<Long> shape, boolean fortranOrder, PickledBytes bytes) {}

  /** An array that numpy's first step has made and whose state comes later. */
  NdArray() {}

  void build(
      Dtype dtype, List<Long> shape, boolean fortranOrder, PickledBytes bytes, PickleInput input)
      throws PickleFormatException {
    long expected = dtype.itemBytes();
    for (long side : shape) {
      if (side < 0 || (side != 0 && expected > Long.MAX_VALUE / side)) {
        throw input.error("expected the shape of a numpy array but found a side of " + side);
      }
      expected *= side;
    }
    if (bytes.length() != expected) {
      throw input.error(
          "expected "
              + expected
              + " bytes for a numpy array of shape "
              + shape
              + " and type "
              + dtype.code()
              + " but found "
              + bytes.length());
    }
    content = new Content(dtype, List.copyOf(shape), fortranOrder, bytes);
  }

  /** Orders the axes anew, and the elements with them: what is axis {@code axes[i]} becomes i. */
  void transpose(int[] axes, PickleInput input) throws PickleFormatException {
    Content base = content();
    if (axes.length != base.shape().size()) {
      throw input.error(
          "expected an order of " + base.shape().size() + " axes but found " + axes.length);
    }
    if (!base.bytes().isHeld()) {
      throw input.error("expected so long a numpy array to be in C order");
    }
    input.hold(base.bytes().length());
    Transposition transposition = Transposition.of(base.shape(), axes);
    byte[] bytes = transposition.apply(base.bytes().bytes(), base.dtype().itemBytes());
    content = new Content(base.dtype(), transposition.shape(), false, PickledBytes.held(bytes));
  }

  boolean isBuilt() {
    return content != null;
  }

  /**
   * The type of an element, without byte order: {@code b1}, {@code u1}, {@code u2}, {@code u4},
   * {@code u8}, {@code i1}, {@code i2}, {@code i4}, {@code i8}, {@code f4} or {@code f8}, the digit
   * being its size in bytes.
   *
   * @return numpy's code
   */
  public String dtype() {
    return content().dtype().code();
  }

  /**
   * The length of each axis, the slowest first; empty for a single number.
   *
   * @return the shape
   */
  public List<Long> shape() {
    return content().shape();
  }

  /**
   * Whether the first axis, not the last, is the one that varies fastest in {@link #bytes()}.
   *
   * @return true for Fortran's order, false for C's
   */
  public boolean isFortranOrder() {
    return content().fortranOrder();
  }

  /**
   * The elements' bytes.
   *
   * @return the bytes, held or left in the pickle
   */
  public PickledBytes bytes() {
    return content().bytes();
  }

  /**
   * The number of elements.
   *
   * @return the product of the shape
   */
  public long size() {
    return bytes().length() / content().dtype().itemBytes();
  }

  /**
   * Whether {@link #longAt} can be called.
   *
   * @return false for {@code f4} and {@code f8}
   */
  public boolean isInteger() {
    return content().dtype().isInteger();
  }

  /**
   * One element, in the order of the bytes; a {@code u8} beyond 63 bits comes out negative.
   *
   * @param index from 0 to {@link #size()} - 1
   * @return its value
   * @throws IndexOutOfBoundsException if there is no such element
   * @throws IllegalStateException if the elements aren't integers or were left in the pickle
   */
  public long longAt(int index) {
    return content().dtype().longAt(bytes().bytes(), index);
  }

  private Content content() {
    if (content == null) {
      throw new IllegalStateException("an array without its state never leaves the reader");
    }
    return content;
  }

  @Override
  public String toString() {
    return content == null ? "NdArray[]" : "NdArray[" + dtype() + ", " + shape() + "]";
  }
}
