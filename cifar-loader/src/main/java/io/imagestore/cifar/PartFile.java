package io.imagestore.cifar;

import io.imagestore.ImageStoreException;
import io.imagestore.spi.IoFailure;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What has come of a download, in a file of its own beside the place where it will be, with what
 * tells later whether the server still has the same, in another.
 */
final class PartFile implements AutoCloseable {

  /** Six times the largest archive; a server may send without end. */
  private static final long MAX_BYTES = 1L << 30;

  private final Path path;
  private final Path validatorPath;
  private final FileChannel channel;
  private long size;

  /** Whether the file bears another name by now, or none. */
  private boolean gone;

  private PartFile(Path path, Path validatorPath, FileChannel channel, long size) {
    this.path = path;
    this.validatorPath = validatorPath;
    this.channel = channel;
    this.size = size;
  }

  static PartFile open(Path target) {
    Path path = target.resolveSibling(target.getFileName() + ".part");
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
      createIfMissing(path);
      Object file = fileKey(path);
      FileChannel channel =
          FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        requireLock(channel, path);
        requireSame(file, path);
        long size = channel.size();
        channel.position(size);
        return new PartFile(
            path, target.resolveSibling(path.getFileName() + ".tag"), channel, size);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (NoSuchFileException e) {
      throw busy(path, e); // it was there a moment ago
    } catch (IOException e) {
      throw IoFailure.of("can't write " + path, e);
    }
  }

  private static void createIfMissing(Path path) throws IOException {
    try {
      Files.createFile(path);
    } catch (FileAlreadyExistsException e) {
      // what came of an earlier call, or comes of another one: the lock will tell
    }
  }

  /** What has been locked may by now be another download's archive, or be deleted. */
  private static void requireSame(@Nullable Object file, Path path) throws IOException {
    if (!Objects.equals(file, fileKey(path))) {
      throw busy(path, null);
    }
  }

  /** What tells a file from another that comes to have its name; null on Windows. */
  private static @Nullable Object fileKey(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  private static void requireLock(FileChannel channel, Path path) throws IOException {
    try {
      // A byte far behind the content: where locks bind readers too, the content can be read.
      if (channel.tryLock(Long.MAX_VALUE - 1, 1, false) != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      throw busy(path, e);
    }
    throw busy(path, null);
  }

  private static ImageStoreException busy(Path path, @Nullable Throwable cause) {
    return new ImageStoreException("another download is writing " + path + "; wait for it", cause);
  }

  long size() {
    return size;
  }

  /** What the server gave with the first byte to know its file by, if it gave anything. */
  @Nullable String validator() {
    try {
      return Files.exists(validatorPath) ? Files.readString(validatorPath) : null;
    } catch (IOException e) {
      throw new ImageStoreException("can't read " + validatorPath + "; delete it", e);
    }
  }

  void beginAnew(@Nullable String validator) {
    try {
      channel.truncate(0);
      size = 0;
      if (validator == null) {
        Files.deleteIfExists(validatorPath);
      } else {
        Files.writeString(validatorPath, validator);
      }
    } catch (IOException e) {
      throw cantWrite(e);
    }
  }

  void append(byte[] bytes, int length) {
    if (length > MAX_BYTES - size) {
      throw new ImageStoreException(
          "the server sends more than %d bytes, which is no CIFAR archive; delete %s"
              .formatted(MAX_BYTES, path));
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
    try {
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      size += length;
    } catch (IOException e) {
      throw cantWrite(e);
    }
  }

  /** Gives the file its own name, if it is the right one; a wrong one is deleted. */
  void completeAs(Path target, String md5, URI address) {
    try {
      String actual = md5(Channels.newInputStream(channel.position(0)));
      if (!actual.equals(md5)) {
        delete();
        throw new ImageStoreException(
            "the MD5 of %s is %s and should be %s; what has come is deleted, so the next call begins anew"
                .formatted(address, actual, md5));
      }
      channel.force(true);
      Files.deleteIfExists(validatorPath);
      Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
      gone = true;
    } catch (IOException e) {
      throw IoFailure.of("can't move " + path + " to " + target, e);
    }
  }

  static String md5(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return md5(in);
    } catch (IOException e) {
      throw IoFailure.of("can't read " + file, e);
    }
  }

  private static String md5(InputStream in) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each Java has MD5", e);
    }
  }

  /** Lets go of the lock, and only then may another download have the file. */
  @Override
  public void close() {
    try (channel) {
      if (size == 0 && !gone) {
        delete();
      }
    } catch (IOException e) {
      throw IoFailure.of("can't close " + path, e);
    }
  }

  @Override
  public String toString() {
    return path + " with " + size + " bytes";
  }

  private void delete() throws IOException {
    Files.deleteIfExists(validatorPath);
    Files.deleteIfExists(path);
    size = 0;
    gone = true;
  }

  private ImageStoreException cantWrite(IOException cause) {
    if (cause instanceof ClosedByInterruptException) {
      return new ImageStoreException(
          "interrupted while writing %s; what has come is kept, and the next call goes on from there"
              .formatted(this),
          cause);
    }
    return new ImageStoreException(
        "can't write %s; is the disk full? What has come is kept, and the next call goes on from there"
            .formatted(this),
        cause);
  }
}
