package io.imagestore.examples.timings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder that the experiment's stores lie in. It goes when it is closed, and also when the JVM
 * is ended from outside, as by Ctrl-C.
 */
public final class WorkFolder implements AutoCloseable {
  private static final int SECONDS_TO_END = 3;
  private static final int SWEEPS = 5;
  private static final int FEW_FILES = 20;
  private static final int FOLDERS_TO_PROBE = 4;
  private static final int FILES_TO_PROBE = 3;

  private final Path root;
  private final Thread atExit = new Thread(this::abandon, "remove-work-folder");
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean abandoned;
  private int stores;

  private WorkFolder(Path root) {
    this.root = root;
  }

  /**
   * Creates the folder.
   *
   * @param parent an existing folder; decides which disk is measured
   * @throws IOException when it can't be created
   */
  public static WorkFolder in(Path parent) throws IOException {
    WorkFolder folder = new WorkFolder(Files.createTempDirectory(parent, "work-"));
    Runtime.getRuntime().addShutdownHook(folder.atExit);
    return folder;
  }

  /** Where it is. */
  public Path root() {
    return root;
  }

  /** A path at which nothing lies yet, in a new folder of its own. */
  Path freshStore(String backend) {
    checkStillWanted();
    Path home = root.resolve(stores++ + "-" + backend);
    try {
      return Files.createDirectory(home).resolve(backend.equals("hdf5") ? "store.h5" : "store");
    } catch (IOException e) {
      throw new UncheckedIOException("can't create " + home + ": " + e.getMessage(), e);
    }
  }

  /**
   * How long making an empty file takes where stores would lie. A file system spreads folders, so
   * some are looked at, and the slowest counts; in each the fastest of some files.
   */
  long nanosToMakeFile() {
    long slowest = 0;
    for (int i = 0; i < FOLDERS_TO_PROBE; i++) {
      Path store = freshStore("probe");
      try {
        slowest =
            Math.max(slowest, nanosToMakeFileIn(Files.createDirectories(store.resolve("in"))));
      } catch (IOException e) {
        throw new UncheckedIOException("can't make files in " + root + ": " + e.getMessage(), e);
      }
      removeAll(home(store));
    }
    return slowest;
  }

  private static long nanosToMakeFileIn(Path folder) throws IOException {
    long fastest = Long.MAX_VALUE;
    for (int i = 0; i < FILES_TO_PROBE; i++) {
      long start = System.nanoTime();
      Files.createFile(folder.resolve("file-" + i));
      fastest = Math.min(fastest, System.nanoTime() - start);
    }
    return fastest;
  }

  /** What a store of {@link #freshStore} takes on disk, in whole blocks of the file system. */
  long bytes(Path store) {
    try {
      DiskUsage usage = new DiskUsage(Files.getFileStore(root).getBlockSize());
      Files.walkFileTree(home(store), usage);
      return usage.bytes;
    } catch (IOException e) {
      throw new UncheckedIOException("can't look at " + store + ": " + e.getMessage(), e);
    }
  }

  /**
   * Removes a store of {@link #freshStore}, one of many files only when the folder goes: ext4 looks
   * at each inode that was given up in the last half minute before it makes a new file, so files
   * removed now would slow down the measurements to come, many times over.
   */
  void remove(Path store) {
    if (hasFewFiles(store)) {
      removeAll(home(store));
    }
  }

  private static boolean hasFewFiles(Path store) {
    try (Stream<Path> files = Files.walk(home(store))) {
      return files.limit(FEW_FILES + 1).count() <= FEW_FILES;
    } catch (IOException e) {
      throw new UncheckedIOException("can't look at " + store + ": " + e.getMessage(), e);
    }
  }

  private static Path home(Path store) {
    return Objects.requireNonNull(store.getParent());
  }

  /**
   * To be called by whoever writes, often.
   *
   * @throws CancellationException when the folder is about to go
   */
  void checkStillWanted() {
    if (abandoned) {
      throw new CancellationException("the experiment was interrupted");
    }
  }

  @Override
  public void close() {
    if (!abandoned) {
      Runtime.getRuntime().removeShutdownHook(atExit);
      removeAll(root);
    }
    closed.countDown();
  }

  /** Lets the experiment end by itself; what it writes behind the broom is swept again. */
  private void abandon() {
    abandoned = true;
    for (int i = 0; i < SWEEPS && Files.exists(root); i++) {
      try {
        closed.await(SECONDS_TO_END, TimeUnit.SECONDS);
        removeAll(root);
      } catch (UncheckedIOException e) {
        System.err.println(e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void removeAll(Path folder) {
    try {
      Files.walkFileTree(folder, new Removal());
    } catch (IOException e) {
      throw new UncheckedIOException("can't remove " + folder + ": " + e, e);
    }
  }

  private static final class DiskUsage extends SimpleFileVisitor<Path> {
    private final long blockSize;
    private long bytes;

    DiskUsage(long blockSize) {
      this.blockSize = blockSize;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      bytes += (attributes.size() + blockSize - 1) / blockSize * blockSize;
      return FileVisitResult.CONTINUE;
    }
  }

  private static final class Removal extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e)
        throws IOException {
      if (e != null) {
        throw e;
      }
      Files.deleteIfExists(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
