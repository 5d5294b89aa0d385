package io.imagestore.examples.timings;

import io.imagestore.ImageBatch;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.examples.progress.Progress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What the measurements of one cell work on and with. */
final class Bench {
  private final String backend;
  private final StoreOpener opener;
  private final TrainingSet images;
  private final WorkFolder folder;
  private final Progress.Task progress;
  private @Nullable ImageBatch batch;

  Bench(
      String backend,
      StoreOpener opener,
      TrainingSet images,
      WorkFolder folder,
      Progress.Task progress) {
    this.backend = backend;
    this.opener = opener;
    this.images = images;
    this.folder = folder;
    this.progress = progress;
  }

  Path freshStore() {
    return folder.freshStore(backend);
  }

  ImageStore openToWrite(Path store) {
    return opener.openToWrite(backend, store);
  }

  ImageSource openToRead(Path store) {
    return opener.openToRead(store);
  }

  long bytes(Path store) {
    return folder.bytes(store);
  }

  void remove(Path store) {
    folder.remove(store);
  }

  LabeledImage image(long id) {
    return images.image(id);
  }

  /**
   * Whether all images go in as one array, as h5py takes them. The other backends take them one by
   * one, as Python's loops do.
   */
  boolean storesArrays() {
    return backend.equals("hdf5");
  }

  /** The first images, in one batch. */
  ImageBatch batch(int count) {
    return images.batch(count);
  }

  /** The images {@code from} to {@code to}, exclusive; each counts as progress when taken. */
  Iterable<LabeledImage> images(int from, int to) {
    return images.images(from, to, () -> advance(1));
  }

  /** As {@link #images}, but nobody is told. */
  Iterable<LabeledImage> imagesQuietly(int from, int to) {
    return images.images(from, to, folder::checkStillWanted);
  }

  /** How much room an image takes in a batch. */
  long imageBytes() {
    return images.shape().byteCount();
  }

  ImageBatch allocate(int capacity) {
    return ImageBatch.allocate(images.shape(), capacity);
  }

  /** A batch to read into, the same for all repeats: direct memory comes back late. */
  ImageBatch reusedBatch(int capacity) {
    if (batch == null || batch.capacity() < capacity) {
      batch = allocate(capacity);
    }
    return batch;
  }

  /** Counts images that are done; throws when the experiment is to end. */
  void advance(int count) {
    folder.checkStillWanted();
    progress.advance(count);
  }

  void check(LabeledImage read, long id) {
    images.check(backend, read, id);
  }

  void check(ImageBatch read, long[] ids) {
    images.check(backend, read, ids);
  }
}
