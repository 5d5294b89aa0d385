package io.imagestore.hdf5.format;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Gathers what is written to a file one piece behind the other into large pieces, which cost the
 * system less. An interrupt doesn't matter. For one thread.
 */
final class WriteBuffer implements Closeable {

  private static final int BYTES = 1 << 20;

  // Fresh memory costs the system as much as writing a small file, so some is kept.
  private static final BlockingQueue<ByteBuffer> IDLE = new ArrayBlockingQueue<>(2);

  private final Path path;
  private final ByteBuffer buffer;
  private FileChannel channel;
  private long start;

  WriteBuffer(Path path) throws IOException {
    this.path = path;
    this.channel = FileChannel.open(path, StandardOpenOption.WRITE);
    ByteBuffer idle = IDLE.poll();
    this.buffer = idle == null ? ByteBuffer.allocateDirect(BYTES) : idle;
  }

  /** Takes a copy, which is in the file after the next {@link #flush}. */
  void write(long address, byte[] bytes, int offset, int count) throws IOException {
    if (address != start + buffer.position()) {
      flush();
      start = address;
    }
    for (int done = 0; done < count; ) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int part = Math.min(count - done, buffer.remaining());
      buffer.put(bytes, offset + done, part);
      done += part;
    }
  }

  /**
   * Writes what was gathered.
   *
   * @throws IOException if it can't be written; it isn't tried again
   */
  void flush() throws IOException {
    buffer.flip();
    try {
      while (buffer.hasRemaining()) {
        writeUninterrupted();
      }
      start += buffer.limit();
    } finally {
      buffer.clear();
    }
  }

  /** Forgets what was gathered and isn't written yet. */
  void discard() {
    buffer.clear();
  }

  private void writeUninterrupted() throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        interrupted |= Thread.interrupted();
        try {
          channel.write(buffer, start + buffer.position());
          return;
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
    try {
      flush();
    } finally {
      IDLE.offer(buffer);
      channel.close();
    }
  }
}
