package io.imagestore.disk;

import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.disk.png.PngEncoder;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.stream.Stream;

/**
 * A plain folder of {@code 0.png}, {@code 1.png} … with the labels in {@code N.csv}, a line for
 * each of N images, or in {@code 0.csv}, {@code 1.csv} …, one beside each image: what a few lines
 * of Python write.
 *
 * <p>{@link DiskImageStore#open(Path)} opens such a folder as a store that is read-only, whichever
 * mode is asked for; this class writes one. There is no checksum in it but PNG's own.
 */
public final class NumberedFolder {
  private NumberedFolder() {}

  /**
   * Writes the images of a store as {@code 0.png} to {@code (N-1).png}, ascending by id, and their
   * labels as {@code N.csv}. Ids with gaps are lost: images are numbered in their order.
   *
   * @param store has images of up to four channels
   * @param folder must be missing or empty
   * @return N
   * @throws ImageStoreException if the folder isn't empty, or the file system fails; what was
   *     written until then stays
   */
  public static long export(ImageStore store, Path folder) {
    try {
      ExportFolder.create(folder);
      Path labels = folder.resolve("labels.csv.part");
      long count = 0;
      try (Stream<LabeledImage> images = store.stream();
          BufferedWriter lines = Files.newBufferedWriter(labels, StandardCharsets.US_ASCII)) {
        PngEncoder encoder = new PngEncoder();
        for (Iterator<LabeledImage> i = images.iterator(); i.hasNext(); count++) {
          LabeledImage image = i.next();
          ExportFolder.write(image, folder.resolve(count + ".png"), encoder);
          lines.append(Integer.toString(image.label())).append("\r\n");
        }
      }
      Files.move(labels, folder.resolve(count + ".csv"));
      return count;
    } catch (IOException e) {
      throw ExportFolder.failed(folder, e);
    }
  }
}
