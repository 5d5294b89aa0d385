package io.imagestore;

import io.imagestore.codec.DecodeException;
import io.imagestore.spi.Pixels;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One copy from source to store, by batches of bounded size, each compared before the next. */
final class StoreCopy {

  private static final long BYTES_A_BATCH = 8L << 20;

  private final ImageSource source;
  private final ImageStore destination;
  private final Progress progress;
  private final @Nullable Consumer<CorruptImageException> onDamage;
  private final Set<Capability> capabilities;
  private final List<VerifyReport.Damage> damages = new ArrayList<>();

  private long copied;
  private long present;
  private long decoded;
  private long withoutMetadata;

  /**
   * A copy.
   *
   * @param onDamage takes damaged images, or null to end at the first
   */
  StoreCopy(
      ImageSource source,
      ImageStore destination,
      Progress progress,
      @Nullable Consumer<CorruptImageException> onDamage) {
    this.source = source;
    this.destination = destination;
    this.progress = progress;
    this.onDamage = onDamage;
    this.capabilities = destination.info().capabilities();
  }

  CopyReport run() {
    long total = total();
    try (Stream<LabeledImage> images =
        onDamage == null ? source.stream() : source.stream(this::skip)) {
      for (Iterator<LabeledImage> rest = images.iterator(); rest.hasNext(); ) {
        copy(nextBatch(rest));
        progress.advanced(copied + present + damages.size(), total);
      }
    }
    destination.flush();
    return new CopyReport(copied, present, decoded, withoutMetadata, damages);
  }

  private long total() {
    try {
      return source.size();
    } catch (CorruptStoreException e) {
      if (onDamage == null) {
        throw e;
      }
      return 0;
    }
  }

  private void skip(CorruptImageException e) {
    damages.add(new VerifyReport.Damage(e.id(), e.problem()));
    if (onDamage != null) {
      onDamage.accept(e);
    }
  }

  private List<LabeledImage> nextBatch(Iterator<LabeledImage> images) {
    List<LabeledImage> batch = new ArrayList<>();
    for (long bytes = 0; bytes < BYTES_A_BATCH && images.hasNext(); ) {
      LabeledImage image = images.next();
      try {
        LabeledImage kept = asKept(image);
        batch.add(kept);
        bytes += kept.image().bytes().remaining();
      } catch (DecodeException e) {
        undecodable(image, e);
      }
    }
    return batch;
  }

  private void undecodable(LabeledImage image, DecodeException e) {
    CorruptImageException corrupt = Pixels.undecodable(source.info().location(), image, e);
    if (onDamage == null) {
      throw corrupt;
    }
    skip(corrupt);
  }

  /** The image as the destination can keep it. */
  private LabeledImage asKept(LabeledImage image) {
    Image kept = image.image();
    if (kept.isEncoded() && !capabilities.contains(Capability.ENCODED)) {
      kept = kept.decoded();
      decoded++;
    }
    Optional<String> metadata = image.metadata();
    if (metadata.isPresent() && !capabilities.contains(Capability.METADATA)) {
      metadata = Optional.empty();
      withoutMetadata++;
    }
    return new LabeledImage(image.id(), kept, image.label(), metadata);
  }

  private void copy(List<LabeledImage> batch) {
    List<LabeledImage> missing = batch.stream().filter(image -> !isThere(image)).toList();
    present += batch.size() - missing.size();
    if (missing.isEmpty()) {
      return;
    }
    destination.putBatch(missing);
    for (LabeledImage image : missing) {
      if (!isThere(image)) {
        throw new ImageStoreException(
            "image "
                + image.id()
                + " differs between "
                + source
                + " and "
                + destination
                + " though it has just been copied; is another thread writing it?");
      }
    }
    copied += missing.size();
  }

  private boolean isThere(LabeledImage image) {
    try {
      return destination.find(image.id()).filter(image::equals).isPresent();
    } catch (CorruptImageException e) {
      // Copied again, which mends it; if that doesn't help, the comparison after it fails.
      return false;
    }
  }
}
