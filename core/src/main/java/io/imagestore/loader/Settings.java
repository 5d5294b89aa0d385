package io.imagestore.loader;

import io.imagestore.ImageSource;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** What a loader was built with. */
record Settings(
    ImageSource source,
    @Nullable LongSequence part,
    int batchSize,
    Order order,
    long seed,
    Shard shard,
    LastBatch lastBatch,
    int workers,
    int prefetch,
    List<Transform> transforms,
    Layout layout,
    boolean mixedShapes,
    IntFunction<ByteBuffer> allocator,
    OnFailure onFailure) {

  /** The samples that the source has now. */
  Samples samples() {
    return Samples.of(source.ids(), part);
  }

  LoaderState state(long epoch, long seen, Samples samples) {
    return new LoaderState(
        epoch, seen, samples.size(), samples.fingerprint(), order.toString(), seed, batchSize);
  }
}
