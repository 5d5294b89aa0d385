package io.imagestore.spi;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file of this machine. {@link RandomAccessFile} does most of the work, for an interrupt doesn't
 * close it; a channel writes memory outside of the heap, which the other would have to copy.
 */
final class SystemFile implements StoreFile {

  // RandomAccessFile copies what it reads and writes; a large piece costs fresh memory each time.
  private static final int PIECE = 1 << 16;

  private static final long UNKNOWN = -1;

  private final Path path;
  private final StoreFiles.Access access;
  private final RandomAccessFile file;

  /** Tells the file from others that may come in its place; null where nothing does. */
  private final @Nullable Object key;

  /** Where the file's own pointer stands, for most calls go on where the last one ended. */
  private long at;

  private @Nullable FileChannel channel;
  private boolean closed;

  private SystemFile(Path path, StoreFiles.Access access, RandomAccessFile file)
      throws IOException {
    this.path = path;
    this.access = access;
    this.file = file;
    this.key = access == StoreFiles.Access.READ ? null : Place.keyOf(path);
  }

  static SystemFile open(Path path, StoreFiles.Access access) throws IOException {
    RandomAccessFile file = openRandomAccess(path, access);
    boolean opened = false;
    try {
      if (access == StoreFiles.Access.REPLACE && file.length() > 0) {
        file.setLength(0);
      }
      SystemFile system = new SystemFile(path, access, file);
      opened = true;
      return system;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  private static RandomAccessFile openRandomAccess(Path path, StoreFiles.Access access)
      throws IOException {
    String mode =
        switch (access) {
          case READ -> "r";
          case WRITE, REPLACE -> "rw";
          case WRITE_THROUGH -> "rwd";
        };
    File file = path.toFile();
    if (access == StoreFiles.Access.READ && !file.isFile() && file.exists()) {
      throw new IOException(path + " is no file"); // opening a pipe would wait for who writes to it
    }
    try {
      return new RandomAccessFile(file, mode);
    } catch (FileNotFoundException e) {
      Path missing = access == StoreFiles.Access.READ ? path : path.toAbsolutePath().getParent();
      if (missing != null && Files.notExists(missing)) {
        throw new NoSuchFileException(missing.toString());
      }
      throw e; // it can't be reached, is a folder, or too many files are open
    }
  }

  @Override
  public synchronized int read(long position, byte[] into, int offset, int count)
      throws IOException {
    seek(position);
    int done = 0;
    while (done < count) {
      int part = file.read(into, offset + done, Math.min(PIECE, count - done));
      if (part < 0) {
        break;
      }
      done += part;
    }
    at = position + done;
    return done;
  }

  @Override
  public synchronized void write(long position, byte[] bytes, int offset, int count)
      throws IOException {
    seek(position);
    int done = 0;
    while (done < count) {
      int part = Math.min(PIECE, count - done);
      file.write(bytes, offset + done, part);
      done += part;
    }
    at = position + count;
  }

  @Override
  public synchronized void write(long position, ByteBuffer bytes) throws IOException {
    if (bytes.hasArray()) {
      write(position, bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
      bytes.position(bytes.limit());
      return;
    }
    long start = position - bytes.position();
    boolean interrupted = false;
    try {
      while (bytes.hasRemaining()) {
        interrupted |= Thread.interrupted();
        try {
          channel().write(bytes, start + bytes.position());
        } catch (ClosedByInterruptException e) {
          interrupted = true;
          channel = null;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private FileChannel channel() throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    FileChannel open = channel;
    if (open == null) {
      open = openChannel();
      channel = open;
    }
    return open;
  }

  /** Opens the file by its name once more, which may be another's meanwhile. */
  private FileChannel openChannel() throws IOException {
    FileChannel opened =
        access == StoreFiles.Access.WRITE_THROUGH
            ? FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.DSYNC)
            : FileChannel.open(path, StandardOpenOption.WRITE);
    boolean same = false;
    try {
      same = key == null || key.equals(Place.keyOf(path));
      if (!same) {
        throw new IOException(
            path + " was replaced by another file while it was open, which is not written to");
      }
      return opened;
    } finally {
      if (!same) {
        opened.close();
      }
    }
  }

  private void seek(long position) throws IOException {
    boolean there = position == at;
    at = UNKNOWN; // should what follows fail
    if (!there) {
      file.seek(position);
    }
  }

  @Override
  public long size() throws IOException {
    return file.length();
  }

  @Override
  public synchronized void setSize(long bytes) throws IOException {
    at = UNKNOWN; // a pointer behind the new end is moved
    file.setLength(bytes);
  }

  @Override
  public void force() throws IOException {
    file.getFD().sync();
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    try {
      if (channel != null) {
        channel.close();
      }
    } finally {
      file.close();
    }
  }
}
