package io.imagestore.hdf5.format;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.CompletionHandler;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Writes a file while its writer makes what comes next. What follows one another is gathered into
 * large pieces, which cost the system less. An interrupt doesn't matter. For one thread.
 */
final class WriteBehind implements Closeable {

  private static final int PIECE = 1 << 20;

  // Fresh memory costs the system as much as writing a small store, so a few buffers are kept.
  private static final int MAX_IDLE = 4;
  private static final BlockingQueue<ByteBuffer> IDLE = new ArrayBlockingQueue<>(MAX_IDLE);

  private final AsynchronousFileChannel channel;
  private Piece gathering = new Piece();
  private Piece other = new Piece();

  WriteBehind(Path file) throws IOException {
    this.channel = AsynchronousFileChannel.open(file, StandardOpenOption.WRITE);
  }

  /** Takes a copy, and writes it some time before {@link #await} returns. */
  void write(long address, byte[] bytes, int offset, int count) throws IOException {
    int done = 0;
    while (done < count) {
      if (!gathering.takes(address + done)) {
        turn();
      }
      done += gathering.add(address + done, bytes, offset + done, count - done);
    }
  }

  private void turn() throws IOException {
    gathering.write();
    Piece written = other;
    other = gathering;
    gathering = written;
    written.await();
  }

  /**
   * Waits until all is written.
   *
   * @throws IOException if something of it couldn't be; it isn't tried again
   */
  void await() throws IOException {
    gathering.write();
    try {
      other.await();
    } finally {
      gathering.await();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      await();
    } finally {
      gathering.giveBack();
      other.giveBack();
      channel.close();
    }
  }

  /** A stretch of the file that is gathered, then written. */
  private final class Piece implements CompletionHandler<Integer, Long> {
    private final ByteBuffer buffer = idleOrNew();
    private long start;
    private CompletableFuture<Void> written = CompletableFuture.completedFuture(null);

    boolean takes(long address) {
      return buffer.position() == 0
          || (buffer.hasRemaining() && address == start + buffer.position());
    }

    int add(long address, byte[] bytes, int offset, int count) {
      if (buffer.position() == 0) {
        start = address;
      }
      int part = Math.min(count, buffer.remaining());
      buffer.put(bytes, offset, part);
      return part;
    }

    void write() {
      if (buffer.position() > 0) {
        buffer.flip();
        written = new CompletableFuture<>();
        channel.write(buffer, start, start, this);
      }
    }

    @Override
    public void completed(Integer count, Long address) {
      if (buffer.hasRemaining()) {
        long rest = address + count;
        channel.write(buffer, rest, rest, this);
      } else {
        written.complete(null);
      }
    }

    @Override
    public void failed(Throwable e, Long address) {
      written.completeExceptionally(e);
    }

    private static ByteBuffer idleOrNew() {
      ByteBuffer idle = IDLE.poll();
      return idle == null ? ByteBuffer.allocateDirect(PIECE) : idle;
    }

    /** To be called when nothing is on its way any more. */
    void giveBack() {
      IDLE.offer(buffer.clear());
    }

    /** Waits until it is written, and is empty then. */
    void await() throws IOException {
      try {
        written.join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof IOException cause
            ? cause
            : new IOException("writing failed: " + e.getCause(), e.getCause());
      } finally {
        written = CompletableFuture.completedFuture(null);
        buffer.clear();
      }
    }
  }
}
