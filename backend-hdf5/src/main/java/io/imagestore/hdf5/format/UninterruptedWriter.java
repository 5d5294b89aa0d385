package io.imagestore.hdf5.format;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes memory outside of the heap to a file, without a copy in between. An interrupt, which
 * closes a channel, doesn't matter. For one thread.
 */
final class UninterruptedWriter implements Closeable {

  private final Path path;
  private FileChannel channel;

  UninterruptedWriter(Path path) throws IOException {
    this.path = path;
    this.channel = FileChannel.open(path, StandardOpenOption.WRITE);
  }

  /** Writes what remains, which is used up. */
  void write(long address, ByteBuffer bytes) throws IOException {
    long start = address - bytes.position();
    boolean interrupted = false;
    try {
      while (bytes.hasRemaining()) {
        interrupted |= Thread.interrupted();
        try {
          channel.write(bytes, start + bytes.position());
        } catch (ClosedByInterruptException e) {
          interrupted = true;
          channel = FileChannel.open(path, StandardOpenOption.WRITE);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
