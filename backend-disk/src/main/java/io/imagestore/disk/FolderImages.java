package io.imagestore.disk;

import io.imagestore.Image;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.DecodeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the images on a list one by one, and numbers those that can be read from 0 on. */
final class FolderImages extends AbstractSpliterator<LabeledImage> {

  private final FileList files;
  private final List<Path> classes;
  private final FileList.Report report;
  private final Runnable atEnd;
  private final BitSet labels = new BitSet();
  private long nextId;
  private boolean ended;

  /**
   * Of a list.
   *
   * @param classes the folders of the labels from 0 on, of which each should have images
   * @param atEnd runs after the last image
   */
  FolderImages(FileList files, List<Path> classes, FileList.Report report, Runnable atEnd) {
    super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE);
    this.files = files;
    this.classes = classes;
    this.report = report;
    this.atEnd = atEnd;
  }

  @Override
  public boolean tryAdvance(Consumer<? super LabeledImage> action) {
    for (FileList.Item file = nextFile(); file != null; file = nextFile()) {
      Image image = read(file);
      if (image != null) {
        if (!classes.isEmpty()) {
          labels.set(file.label());
        }
        Optional<String> metadata = Optional.of(file.metadata());
        action.accept(new LabeledImage(nextId++, image, file.label(), metadata));
        return true;
      }
    }
    if (!ended) {
      ended = true;
      end();
    }
    return false;
  }

  private FileList.@Nullable Item nextFile() {
    try {
      return files.next(report);
    } catch (IOException e) {
      throw new ImageStoreException("looking for images failed: " + e.getMessage(), e);
    }
  }

  /** The image, or null if there is none to be had. */
  private @Nullable Image read(FileList.Item file) {
    try {
      Optional<Image> image = FileContent.read(file.path(), file.isNamed());
      if (image.isEmpty()) {
        report.passedOver(file.path());
      }
      return image.orElse(null);
    } catch (DecodeException | UnsupportedImageException e) {
      report.unreadable(file.path(), String.valueOf(e.getMessage()));
    } catch (IOException e) {
      report.unreadable(file.path(), FileContent.reason(e));
    }
    return null;
  }

  private void end() {
    for (int label = 0; label < classes.size(); label++) {
      if (!labels.get(label)) {
        report.unreadable(classes.get(label), "the class has no image that can be read");
      }
    }
    atEnd.run();
  }
}
