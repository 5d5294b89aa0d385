package io.imagestore.examples.training;

import static io.imagestore.examples.training.OnnxModel.attribute;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import java.util.Iterator;
import java.util.List;

/** The trained network as a model that takes pixels as {@code readBatch} gives them. */
final class OnnxExport {

  private final OnnxModel model = new OnnxModel();
  private final Iterator<Parameter> weights;
  private int constants;

  private OnnxExport(Block network) {
    weights = network.getParameters().values().iterator();
  }

  /**
   * The model's file.
   *
   * @param network as {@link Network} makes them
   * @param side height and width of the pictures
   */
  static byte[] of(Block network, int classes, int side, Normalization normalization) {
    return new OnnxExport(network).write(classes, side, normalization);
  }

  private byte[] write(int classes, int side, Normalization normalization) {
    model.constant("mean", normalization.byteMean(), 1, 3, 1, 1);
    model.constant("std", normalization.byteStd(), 1, 3, 1, 1);
    String last = model.node("Cast", List.of("images"), attribute("to", OnnxModel.FLOAT));
    last = model.node("Transpose", List.of(last), attribute("perm", 0, 3, 1, 2));
    last = model.node("Sub", List.of(last, "mean"));
    last = model.node("Div", List.of(last, "std"));
    for (int i = 0; i < Network.CONVOLUTIONS; i++) {
      last = convolution(last);
    }
    last = model.node("GlobalAveragePool", List.of(last));
    last = model.node("Flatten", List.of(last));
    last = model.node("Gemm", List.of(last, weight(), weight()), attribute("transB", 1));
    return model.toBytes("images", side, last, classes);
  }

  private String convolution(String before) {
    String last = model.node("Conv", List.of(before, weight()), attribute("pads", 1, 1, 1, 1));
    last = model.node("BatchNormalization", List.of(last, weight(), weight(), weight(), weight()));
    last = model.node("Relu", List.of(last));
    return model.node(
        "MaxPool", List.of(last), attribute("kernel_shape", 2, 2), attribute("strides", 2, 2));
  }

  /** The network's next weights, in the order of its layers, as a constant. */
  private String weight() {
    NDArray values = weights.next().getArray();
    String name = "weight" + constants++;
    model.constant(name, values.toFloatArray(), values.getShape().getShape());
    return name;
  }
}
