package io.imagestore.disk;

import io.imagestore.spi.Checksums;
import io.imagestore.spi.Pool;
import io.imagestore.spi.StoreFile;
import io.imagestore.spi.StoreFiles;
import io.imagestore.spi.StoreFiles.Access;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads metadata from where it lies. Safe in any thread. */
final class MetadataReader implements AutoCloseable {
  private final Path store;
  private final StoreFiles files;

  /** Open files, one for each thread that reads. */
  private final Pool<Input> inputs;

  MetadataReader(Path store, StoreFiles files, int keep) {
    this.store = store;
    this.files = files;
    inputs = new Pool<>(Input::new, keep);
  }

  /**
   * The text at a place; null if it isn't the one of this image, as it was written.
   *
   * @throws java.nio.file.NoSuchFileException if there is no such file
   */
  @Nullable String read(long id, MetadataPlace place) throws IOException {
    Input input = inputs.borrow();
    try {
      return input.read(id, place);
    } finally {
      inputs.giveBack(input);
    }
  }

  /** What lies at a place, be it damaged; zeros where the file has ended. */
  byte[] readUnchecked(MetadataPlace place) throws IOException {
    byte[] text = new byte[place.bytes()];
    Input input = inputs.borrow();
    try {
      input.file(place.generation()).read(place.at(), text, 0, text.length);
      return text;
    } finally {
      inputs.giveBack(input);
    }
  }

  @Override
  public void close() {
    inputs.close();
  }

  /** For one thread at a time. */
  private final class Input implements Pool.Item {
    private final Checksums checksums = new Checksums();
    private @Nullable StoreFile file;
    private int generation;

    @Nullable String read(long id, MetadataPlace place) throws IOException {
      byte[] start = MetadataLines.start(id);
      if (place.at() < start.length) {
        return null;
      }
      boolean held = file != null && generation == place.generation();
      String text = read(start, place);
      if (text == null && held) {
        // A generation's name comes back once no image has metadata: there may be another file.
        letGo();
        text = read(start, place);
      }
      return text;
    }

    private @Nullable String read(byte[] start, MetadataPlace place) throws IOException {
      int textEnd = start.length + place.bytes();
      byte[] line = new byte[textEnd + MetadataLines.END.length];
      int count = file(place.generation()).read(place.at() - start.length, line, 0, line.length);
      boolean sound =
          count == line.length
              && Arrays.equals(start, 0, start.length, line, 0, start.length)
              && checksums.of(line, start.length, place.bytes()) == place.crc32c()
              && Arrays.equals(
                  MetadataLines.END, 0, MetadataLines.END.length, line, textEnd, line.length);
      return sound ? new String(line, start.length, place.bytes(), StandardCharsets.UTF_8) : null;
    }

    StoreFile file(int wanted) throws IOException {
      if (generation != wanted) {
        letGo();
      }
      if (file == null) {
        file = files.open(store.resolve(MetadataLines.file(wanted)), Access.READ);
        generation = wanted;
      }
      return file;
    }

    private void letGo() throws IOException {
      if (file != null) {
        StoreFile outdated = file;
        file = null;
        outdated.close();
      }
    }

    @Override
    public long heldBytes() {
      return 0;
    }

    @Override
    public void close() {
      try {
        if (file != null) {
          file.close();
        }
      } catch (IOException e) {
        throw new UncheckedIOException("a file that was read can't be closed", e);
      }
    }
  }
}
