package io.imagestore.loader;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What a consumer keeps of an image that it was handed. */
record Seen(long id, int label, boolean padding, ByteBuffer samples) {

  static List<Seen> all(Iterable<TensorBatch> batches) {
    List<Seen> seen = new ArrayList<>();
    for (TensorBatch batch : batches) {
      seen.addAll(in(batch));
    }
    return seen;
  }

  static List<Seen> in(TensorBatch batch) {
    List<Seen> seen = new ArrayList<>();
    ByteBuffer copy = ByteBuffer.allocate(batch.data().remaining());
    batch.copyTo(copy);
    int length = batch.size() == 0 ? 0 : copy.capacity() / batch.size();
    for (int i = 0; i < batch.size(); i++) {
      seen.add(
          new Seen(
              batch.ids()[i],
              batch.labels()[i],
              batch.isPadding(i),
              copy.slice(i * length, length)));
    }
    return seen;
  }

  static List<Long> ids(Iterable<TensorBatch> batches) {
    return all(batches).stream().map(Seen::id).toList();
  }
}
