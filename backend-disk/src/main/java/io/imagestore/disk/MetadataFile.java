package io.imagestore.disk;

import io.imagestore.LabeledImage;
import io.imagestore.spi.Checksums;
import io.imagestore.spi.StoreFile;
import io.imagestore.spi.StoreFiles;
import io.imagestore.spi.StoreFiles.Access;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata of a store's images, appended to by its one writer. There is no file before there is
 * a line. What is written counts once the label table has a row that names it.
 */
final class MetadataFile implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(MetadataFile.class);

  private static final int BUFFER_BYTES = 1 << 16;

  private final Path store;
  private final StoreFiles files;
  private final int generation;
  private final Path path;
  private final Checksums checksums = new Checksums();
  private final Bytes lines = new Bytes();
  private @Nullable StoreFile file;

  /** Where the last line ends that counts, and where the next bytes go. */
  private long committed;

  private long position;

  /** Whether there may be something behind the last line that counts. */
  private boolean torn;

  /** Whether what has been changed, or the file's name, may not be on the device. */
  private boolean unforced;

  /**
   * Opens the file if it is there, and drops what doesn't count.
   *
   * @param end where the lines end that count
   * @param forced where those end that are on the device
   */
  MetadataFile(Path store, StoreFiles files, MetadataLines.End end, MetadataLines.End forced)
      throws IOException {
    this.store = store;
    this.files = files;
    generation = end.generation();
    path = store.resolve(MetadataLines.file(generation));
    committed = end.length();
    position = committed;
    unforced = !forced.equals(end);
    torn = Files.exists(path) && Files.size(path) > committed;
    try {
      cut();
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  private StoreFile file() throws IOException {
    if (file == null) {
      file = files.open(path, Access.WRITE);
    }
    return file;
  }

  int generation() {
    return generation;
  }

  /** Adds the metadata of an image, and tells where it is going to lie. */
  MetadataPlace add(LabeledImage image) throws IOException {
    byte[] text = image.metadata().orElseThrow().getBytes(StandardCharsets.UTF_8);
    return add(image.id(), text, checksums.of(text, 0, text.length));
  }

  /** Adds a text that may be damaged: its checksum is what it was before. */
  MetadataPlace add(long id, byte[] text, int crc32c) throws IOException {
    lines.writeBytes(MetadataLines.start(id));
    long at = position + lines.size();
    lines.writeBytes(text);
    lines.writeBytes(MetadataLines.END);
    if (lines.size() >= BUFFER_BYTES) {
      write();
    }
    return new MetadataPlace(generation, at, text.length, crc32c);
  }

  /** Writes what has been added; to be called before it is named. */
  void write() throws IOException {
    if (lines.size() == 0) {
      return;
    }
    if (position == committed) {
      cut();
    }
    torn = true;
    unforced = true;
    file().write(position, lines.array(), 0, lines.size());
    position += lines.size();
    lines.reset();
  }

  /** What has been written counts. */
  void settle() {
    committed = position;
    torn = false;
  }

  /** Takes back what has been added since the last line that counts. */
  void rollback(Throwable failure) {
    lines.reset();
    position = committed;
    try {
      cut();
    } catch (IOException e) {
      failure.addSuppressed(e); // it is tried again before anything else is written
    }
  }

  /** Cuts off what doesn't count; to be called between calls. */
  void cut() throws IOException {
    if (torn) {
      file().setSize(committed);
      torn = false;
      unforced = true;
    }
  }

  /** Waits until what was written is on the device, and what was cut off can't come back. */
  void force() throws IOException {
    if (unforced) {
      file().force();
      files.sync(store);
      unforced = false;
    }
  }

  /** Writes again what may not be on the device, as a failed sync makes needed. */
  void rewriteFrom(MetadataLines.End start) throws IOException {
    byte[] piece = new byte[BUFFER_BYTES];
    int count = 1;
    for (long at = start.generation() == generation ? start.length() : 0;
        at < committed && count > 0;
        at += count) {
      count = file().read(at, piece, 0, (int) Math.min(piece.length, committed - at));
      file().write(at, piece, 0, count);
      unforced = true;
    }
  }

  /**
   * Writes what counts into a file of the next generation, which waits to be named by a table.
   *
   * @param snapshot what counts
   * @param end of the present file
   * @param metadata reads from it
   * @return the same with the new places, all of them on the device
   */
  static Snapshot compact(
      Path store,
      StoreFiles files,
      Snapshot snapshot,
      MetadataLines.End end,
      MetadataReader metadata)
      throws IOException {
    MetadataLines.End start = new MetadataLines.End(end.generation() + 1, 0);
    Snapshot compacted = snapshot;
    try (MetadataFile file = new MetadataFile(store, files, start, start)) {
      for (long id : snapshot.ids(0, Integer.MAX_VALUE)) {
        Entry entry = Objects.requireNonNull(snapshot.get(id));
        MetadataPlace place = entry.metadata();
        if (!place.isNone()) {
          MetadataPlace next = file.add(id, metadata.readUnchecked(place), place.crc32c());
          compacted = compacted.with(id, entry.with(next));
        }
      }
      file.write();
      file.force();
    }
    return compacted;
  }

  /** Removes files that a table before has named. What can't be removed waits for the next time. */
  void removeOutdated() throws IOException {
    boolean removed = false;
    for (Path outdated : MetadataLines.filesBut(generation, store)) {
      try {
        removed |= files.delete(outdated);
      } catch (IOException e) {
        LOG.debug("outdated metadata {} stays for now", outdated, e);
      }
    }
    if (removed) {
      files.sync(store);
    }
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }

  /** Lets its array be seen. */
  private static final class Bytes extends ByteArrayOutputStream {
    byte[] array() {
      return buf;
    }
  }
}
