package io.imagestore.cifar;

import io.imagestore.LabeledImage;
import io.imagestore.spi.IoFailure;
import java.io.EOFException;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** The images of batches one after another, numbered from 0; one batch is open at a time. */
final class CifarImages extends Spliterators.AbstractSpliterator<LabeledImage> {

  /** A batch that is opened when its turn comes. */
  record Source(String name, Opener opener) {

    /** Opens the batch. */
    @FunctionalInterface
    interface Opener {
      Batch open() throws IOException;
    }
  }

  private final Iterator<Source> sources;
  private @Nullable Source source;
  private @Nullable Batch batch;
  private long id;

  private CifarImages(List<Source> sources) {
    super(Long.MAX_VALUE, ORDERED | NONNULL | IMMUTABLE);
    this.sources = sources.iterator();
  }

  /** A lazy stream; closing it closes the batch it is in. */
  static Stream<LabeledImage> stream(List<Source> sources) {
    CifarImages images = new CifarImages(sources);
    return StreamSupport.stream(images, false).onClose(images::close);
  }

  @Override
  public boolean tryAdvance(Consumer<? super LabeledImage> action) {
    LabeledImage image = next();
    if (image == null) {
      return false;
    }
    action.accept(image);
    return true;
  }

  /** A part for another thread would be an array of images in memory, and ever larger ones. */
  @Override
  public @Nullable Spliterator<LabeledImage> trySplit() {
    return null;
  }

  private @Nullable LabeledImage next() {
    while (batch != null || sources.hasNext()) {
      LabeledImage image = nextOfBatch();
      if (image != null) {
        id++;
        return image;
      }
      close();
    }
    return null;
  }

  private @Nullable LabeledImage nextOfBatch() {
    try {
      if (batch == null) {
        source = sources.next();
        batch = source.opener().open();
      }
      return batch.next(id);
    } catch (EOFException | ZipException e) {
      throw new CifarFormatException(name(), 0, "expected an undamaged archive, to its end", e);
    } catch (IOException e) {
      throw IoFailure.of("can't read " + name(), e);
    }
  }

  private void close() {
    Batch open = batch;
    batch = null;
    if (open == null) {
      return;
    }
    try {
      open.close();
    } catch (IOException e) {
      throw IoFailure.of("can't close " + name(), e);
    }
  }

  private String name() {
    return source == null ? "the batch" : source.name();
  }
}
