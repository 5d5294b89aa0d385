package io.imagestore.hdf5;

import io.imagestore.CorruptStoreException;
import io.imagestore.ImageStoreException;
import io.imagestore.UnsupportedStoreException;
import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import io.jhdf.api.Node;
import io.jhdf.exceptions.HdfException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file read through jhdf, whose failures on damaged files, of any kind, become ours, and which an
 * interrupted thread doesn't close for others. Safe in any thread; one at a time gets in.
 */
final class JhdfFile implements Closeable {
  private static final Pattern CLASS_NAME = Pattern.compile("\\b([a-z]+\\.)+[A-Z]\\w*(: )?");

  private final Path path;
  private FileChannel channel;
  private @Nullable HdfFile file;

  JhdfFile(Path path) throws IOException {
    this.path = path;
    this.channel = FileChannel.open(path, StandardOpenOption.READ);
    boolean opened = false;
    try {
      base();
      opened = true;
    } finally {
      if (!opened) {
        channel.close();
      }
    }
  }

  private interface Step<T> {
    T run();
  }

  private <T> T guarded(Step<T> step) {
    try {
      return step.run();
    } catch (CorruptStoreException | UnsupportedStoreException e) {
      throw e;
    } catch (OutOfMemoryError e) {
      throw new ImageStoreException(
          "there is not enough memory to read the HDF5 file "
              + path
              + "; give the JVM more, unless the file is damaged and claims more than it holds",
          e);
    } catch (RuntimeException | StackOverflowError e) {
      throw new CorruptStoreException(
          "the HDF5 file " + path + " is damaged, or uses what can't be read: " + reason(e), e);
    }
  }

  /** In jhdf's words, without the names of the classes that they are thrown as. */
  private static String reason(Throwable e) {
    if (e instanceof StackOverflowError) {
      return "its groups are nested too deep";
    }
    String words = String.valueOf(e.getMessage());
    String written = CLASS_NAME.matcher(words).replaceAll("");
    return written.isBlank() || written.equals("null") ? "it doesn't add up" : written;
  }

  /** Room for bytes that the file claims to hold. */
  ByteBuffer room(int bytes) {
    return guarded(() -> ByteBuffer.allocate(bytes));
  }

  /** Does a step as if nobody had interrupted the thread, for that closes the channel. */
  private synchronized <T> T uninterrupted(Function<HdfFile, T> step) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          T result = guarded(() -> step.apply(open()));
          if (channel.isOpen()) {
            return result;
          }
        } catch (CorruptStoreException | UnsupportedStoreException e) {
          if (channel.isOpen()) {
            throw e;
          }
        }
        interrupted |= Thread.interrupted();
        channel = FileChannel.open(path, StandardOpenOption.READ);
        file = null;
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private HdfFile open() {
    HdfFile open = file;
    if (open == null) {
      open = new HdfFile(channel);
      file = open;
    }
    return open;
  }

  /** Reads a dataset; more than once, if the thread is interrupted meanwhile. */
  <T> T read(String dataset, Function<Dataset, T> reading) throws IOException {
    return uninterrupted(open -> reading.apply(required(open, dataset)));
  }

  private Dataset required(HdfFile open, String name) {
    return find(open, name)
        .orElseThrow(
            () -> new UnsupportedStoreException("there is no dataset '" + name + "' in " + path));
  }

  /** Whether there is such a dataset. */
  boolean has(String dataset) throws IOException {
    return uninterrupted(open -> find(open, dataset).isPresent());
  }

  /** The names in the root group. */
  String names() throws IOException {
    return uninterrupted(open -> String.join(", ", open.getChildren().keySet()));
  }

  /** Where addresses in the file count from. */
  long base() throws IOException {
    return uninterrupted(HdfFile::getUserBlockSize);
  }

  private Optional<Dataset> find(HdfFile open, String name) {
    try {
      Node node = NodePath.follow(open, path, name);
      return node instanceof Dataset dataset ? Optional.of(dataset) : Optional.empty();
    } catch (HdfException e) {
      return Optional.empty(); // jhdf's way to say that there is none
    }
  }

  @Override
  public synchronized void close() throws IOException {
    channel.close(); // all that jhdf holds, for no other file is opened
  }
}
