package io.imagestore.loader;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.ImageSource;
import io.imagestore.spi.DirectSource;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** What a loader was built with. */
record Settings(
    ImageSource source,
    OptionalLong firstSamples,
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
    boolean scaledDecoding,
    IntFunction<ByteBuffer> allocator,
    OnFailure onFailure) {

  /**
   * The samples that the source has now, as far as they are wanted, or where they can't all be told
   * and that may be, those that are found.
   *
   * @throws IllegalArgumentException if more are wanted
   */
  Samples samples() {
    IdRuns ids = ids().build();
    long wanted = firstSamples.orElse(ids.size());
    if (wanted > ids.size()) {
      throw new IllegalArgumentException(
          "The loader is to read the first %d samples of the source, but it has %d"
              .formatted(wanted, ids.size()));
    }
    return Samples.of(ids.first(wanted), part, source::label);
  }

  private IdRuns.Builder ids() {
    try {
      return DirectSource.listIds(source, IdRuns.Builder::new);
    } catch (CorruptImageException | CorruptStoreException e) {
      if (source instanceof DirectSource direct) {
        onFailure.sourceDamaged(e);
        return idsFound(direct);
      }
      throw e;
    }
  }

  private IdRuns.Builder idsFound(DirectSource direct) {
    IdRuns.Builder found = direct.listIdsEvenIfDamaged(IdRuns.Builder::new);
    try {
      direct.requireNoLostIds();
    } catch (CorruptStoreException e) {
      onFailure.sourceDamaged(e);
    }
    return found;
  }

  LoaderState state(long epoch, long seen, Samples samples) {
    return new LoaderState(
        epoch, seen, samples.size(), samples.fingerprint(), order.toString(), seed, batchSize);
  }
}
