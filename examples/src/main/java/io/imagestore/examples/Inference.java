package io.imagestore.examples;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.imagestore.ImageBatch;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.examples.timings.CheckFailedException;
import java.util.Map;

/** What it takes to have ONNX Runtime classify a store, batch by batch, without a copy. */
final class Inference {
  private static final int BATCH = 256;

  private Inference() {}

  /** Gives how many images of a store the model tells right. */
  static long right(ImageSource store, byte[] model) throws OrtException {
    OrtEnvironment onnx = OrtEnvironment.getEnvironment();
    try (OrtSession session = onnx.createSession(model)) {
      long[] ids = store.ids();
      if (ids.length == 0) {
        throw new CheckFailedException("there is no image in " + store.info().location());
      }
      ImageShape shape = store.get(ids[0]).image().shape();
      ImageBatch batch = ImageBatch.allocate(shape, BATCH);
      String input = session.getInputNames().iterator().next();
      long right = 0;
      for (int from = 0; from < ids.length; from += BATCH) {
        store.readBatch(ids, from, Math.min(BATCH, ids.length - from), batch);
        long[] extents = {batch.size(), shape.height(), shape.width(), shape.channels()};
        try (OnnxTensor pixels =
                OnnxTensor.createTensor(onnx, batch.pixels(), extents, OnnxJavaType.UINT8);
            OrtSession.Result result = session.run(Map.of(input, pixels))) {
          float[][] scores = scores(result.get(0).getValue());
          for (int i = 0; i < scores.length; i++) {
            right += greatest(scores[i]) == batch.label(i) ? 1 : 0;
          }
        }
      }
      return right;
    }
  }

  private static float[][] scores(Object value) {
    if (value instanceof float[][] scores) {
      return scores;
    }
    throw new CheckFailedException("the model gives something else than a score for each class");
  }

  private static int greatest(float[] scores) {
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      best = scores[i] > scores[best] ? i : best;
    }
    return best;
  }
}
