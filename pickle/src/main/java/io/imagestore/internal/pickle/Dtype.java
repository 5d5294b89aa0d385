package io.imagestore.internal.pickle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/** A numpy data type of plain numbers. It is named first, and given its byte order after. */
final class Dtype {

  private static final Set<String> CODES =
      Set.of("b1", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f4", "f8");

  private final String code;
  private ByteOrder order = ByteOrder.LITTLE_ENDIAN;

  private Dtype(String code) {
    this.code = code;
  }

  /**
   * The type of a name such as {@code u1} or {@code <i8}, or an error for any but plain numbers.
   */
  static Dtype named(String name, PickleInput input) throws PickleFormatException {
    boolean ordered = !name.isEmpty() && "<>=|".indexOf(name.charAt(0)) >= 0;
    String code = ordered ? name.substring(1) : name;
    if (!CODES.contains(code)) {
      throw input.error(
          "expected a numpy dtype of plain numbers but found '" + Excerpt.of(name) + "'");
    }
    Dtype dtype = new Dtype(code);
    if (ordered) {
      dtype.order(name.substring(0, 1), input);
    }
    return dtype;
  }

  void order(String mark, PickleInput input) throws PickleFormatException {
    order =
        switch (mark) {
          case "<", "=", "|" -> ByteOrder.LITTLE_ENDIAN;
          case ">" -> ByteOrder.BIG_ENDIAN;
          default ->
              throw input.error(
                  "expected a byte order among < > = | but found '" + Excerpt.of(mark) + "'");
        };
  }

  String code() {
    return code;
  }

  int itemBytes() {
    return code.charAt(1) - '0';
  }

  boolean isInteger() {
    return code.charAt(0) != 'f';
  }

  /** The integer at an index; a {@code u8} beyond 63 bits comes out negative. */
  long longAt(byte[] bytes, int index) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(order);
    int at = index * itemBytes();
    return switch (code) {
      case "u1", "b1" -> buffer.get(at) & 0xFF;
      case "u2" -> buffer.getShort(at) & 0xFFFF;
      case "u4" -> buffer.getInt(at) & 0xFFFF_FFFFL;
      case "i1" -> buffer.get(at);
      case "i2" -> buffer.getShort(at);
      case "i4" -> buffer.getInt(at);
      case "u8", "i8" -> buffer.getLong(at);
      default -> throw new IllegalStateException(code + " isn't an integer type");
    };
  }

  /** A numpy scalar's value: Boolean, Long or Double. */
  Object scalar(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(order);
    return switch (code) {
      case "b1" -> bytes[0] != 0;
      case "f4" -> (double) buffer.getFloat(0);
      case "f8" -> buffer.getDouble(0);
      default -> longAt(bytes, 0);
    };
  }
}
