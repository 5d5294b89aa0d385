package io.imagestore.cifar;

import io.imagestore.ImageStoreException;
import io.imagestore.spi.IoFailure;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
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
      FileChannel channel =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        requireLock(channel, path);
        long size = channel.size();
        channel.position(size);
        return new PartFile(
            path, target.resolveSibling(path.getFileName() + ".tag"), channel, size);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw IoFailure.of("can't write " + path, e);
    }
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
      String actual = md5(path);
      if (!actual.equals(md5)) {
        delete();
        throw new ImageStoreException(
            "the MD5 of %s is %s and should be %s; what has come is deleted, so the next call begins anew"
                .formatted(address, actual, md5));
      }
      channel.force(true);
      channel.close();
      Files.deleteIfExists(validatorPath);
      Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw IoFailure.of("can't move " + path + " to " + target, e);
    }
  }

  static String md5(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw IoFailure.of("can't read " + file, e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each Java has MD5", e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
      if (size == 0) {
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
  }

  private ImageStoreException cantWrite(IOException cause) {
    return new ImageStoreException(
        "can't write %s; is the disk full? What has come is kept, and the next call goes on from there"
            .formatted(this),
        cause);
  }
}
