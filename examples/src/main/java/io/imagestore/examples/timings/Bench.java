package io.imagestore.examples.timings;

import io.imagestore.ImageStore;
import io.imagestore.examples.progress.Progress;
import java.nio.file.Path;

/** What one measurement works on and with. */
record Bench(
    String backend,
    StoreOpener opener,
    TrainingSet images,
    WorkFolder folder,
    Progress.Task progress) {

  ImageStore open(Path path) {
    return opener.open(backend, path);
  }

  /** The images {@code from} to {@code to}, exclusive, counted as progress when they are taken. */
  Iterable<io.imagestore.LabeledImage> images(int from, int to) {
    return images.images(from, to, this::advance);
  }

  private void advance() {
    folder.checkStillWanted();
    progress.advance(1);
  }
}
