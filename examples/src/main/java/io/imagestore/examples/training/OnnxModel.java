package io.imagestore.examples.training;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A model in the making in <a href="https://onnx.ai">ONNX</a>'s format: nodes, each of which takes
 * the outputs of others, and constants. The numbers of fields and types are those of {@code
 * onnx.proto}; what the nodes do is told by version 13 of ONNX's operators.
 */
final class OnnxModel {

  /** The type of floats, where an operator asks for one. */
  static final long FLOAT = 1;

  private static final long UINT8 = 2;
  private static final long FORMAT_VERSION = 8;
  private static final long OPERATORS_VERSION = 13;

  // Kinds of attributes.
  private static final long ONE_NUMBER = 2;
  private static final long NUMBERS = 7;

  private final ProtoWriter graph = new ProtoWriter().text(2, "small");
  private int nodes;

  /** Adds floats of a shape, which nodes take under a name. */
  void constant(String name, float[] values, long... shape) {
    ProtoWriter tensor = new ProtoWriter();
    for (long extent : shape) {
      tensor.number(1, extent);
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    graph.message(5, tensor.number(2, FLOAT).text(8, name).bytes(9, bytes.array()));
  }

  /** Adds a node; gives the name of its output. */
  String node(String operator, List<String> inputs, ProtoWriter... attributes) {
    String output = operator + nodes++;
    ProtoWriter node = new ProtoWriter();
    inputs.forEach(input -> node.text(1, input));
    node.text(2, output).text(4, operator);
    for (ProtoWriter attribute : attributes) {
      node.message(5, attribute);
    }
    graph.message(1, node);
    return output;
  }

  /** An attribute that is one number. */
  static ProtoWriter attribute(String name, long value) {
    return new ProtoWriter().text(1, name).number(3, value).number(20, ONE_NUMBER);
  }

  /** An attribute that is several numbers. */
  static ProtoWriter attribute(String name, long... values) {
    ProtoWriter attribute = new ProtoWriter().text(1, name);
    for (long value : values) {
      attribute.number(8, value);
    }
    return attribute.number(20, NUMBERS);
  }

  /**
   * The file.
   *
   * @param input the name under which nodes take the pixels, 8 bits a sample, {@code [N, side,
   *     side, 3]}
   * @param output the node that gives floats, {@code [N, classes]}
   */
  byte[] toBytes(String input, int side, String output, int classes) {
    graph.message(11, value(input, UINT8, side, side, 3));
    graph.message(12, value(output, FLOAT, classes));
    ProtoWriter operators = new ProtoWriter().text(1, "").number(2, OPERATORS_VERSION);
    return new ProtoWriter()
        .number(1, FORMAT_VERSION)
        .text(2, "ImageStore examples")
        .message(7, graph)
        .message(8, operators)
        .toBytes();
  }

  /** A tensor whose first extent is as large as a batch happens to be. */
  private static ProtoWriter value(String name, long type, long... extents) {
    ProtoWriter shape = new ProtoWriter().message(1, new ProtoWriter().text(2, "N"));
    for (long extent : extents) {
      shape.message(1, new ProtoWriter().number(1, extent));
    }
    ProtoWriter tensor = new ProtoWriter().number(1, type).message(2, shape);
    return new ProtoWriter().text(1, name).message(2, new ProtoWriter().message(1, tensor));
  }
}
