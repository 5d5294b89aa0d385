package io.imagestore.spi;

import java.io.File;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The files of this machine, without anything in between. */
final class SystemFiles implements StoreFiles {
  static final SystemFiles INSTANCE = new SystemFiles();

  private static final boolean WINDOWS = File.separatorChar == '\\';

  private SystemFiles() {}

  @Override
  public StoreFile open(Path file, Access access) throws IOException {
    return SystemFile.open(file, access);
  }

  @Override
  public boolean createFolder(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
      return true;
    } catch (FileAlreadyExistsException e) {
      if (Files.isDirectory(folder)) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public boolean delete(Path path) throws IOException {
    return Files.deleteIfExists(path);
  }

  @Override
  public void sync(Path path) throws IOException {
    boolean folder = Files.isDirectory(path);
    if (folder && WINDOWS) {
      return;
    }
    StandardOpenOption how = folder ? StandardOpenOption.READ : StandardOpenOption.WRITE;
    boolean interrupted = false;
    try {
      boolean synced = false;
      while (!synced) {
        // An interrupt closes the channel that a thread is in.
        interrupted |= Thread.interrupted();
        try (FileChannel channel = FileChannel.open(path, how)) {
          channel.force(true);
          synced = true;
        } catch (ClosedByInterruptException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
