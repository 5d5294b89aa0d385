package io.imagestore.cifar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.ImageStoreException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder that can be opened but not read to its end, as on a disk that fails. */
final class UnreadableFolderTest {

  @TempDir Path folder;

  @Test
  void aFolderThatCannotBeListedIsNamed() {
    Path unreadable =
        new UnreadableFolders(real -> Stream.generate(UnreadableFolderTest::unreadable).iterator())
            .pathOf(folder);

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> Cifar10.open(unreadable))
        .withMessageContaining(folder.toString())
        .withMessageContaining("Input/output error");
  }

  @Test
  void aFolderBesideTheBatchesThatMayNotBeListedIsPassedOver() throws IOException {
    Fixtures.copy(Fixtures.CIFAR_10_BINARY, folder);
    Files.createDirectory(folder.resolve("lost+found"));

    assertThat(Fixtures.seen(Cifar10.open(withoutLostAndFound()).train()))
        .isEqualTo(Fixtures.seen(Cifar10.open(Fixtures.CIFAR_10_BINARY).train()));
  }

  @Test
  void aFolderThatMayNotBeListedIsNamedWhereNoBatchesAreElsewhere() throws IOException {
    Files.createDirectory(folder.resolve("lost+found"));

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> Cifar10.open(withoutLostAndFound()))
        .withMessageContaining("can't read " + folder)
        .withCauseInstanceOf(AccessDeniedException.class);
  }

  private static Path unreadable() {
    throw new DirectoryIteratorException(new IOException("Input/output error"));
  }

  /**
   * The folder, where one inside may not be listed, which a test that runs as root can't forbid.
   */
  private Path withoutLostAndFound() {
    return new UnreadableFolders(
            real -> {
              if (real.endsWith("lost+found")) {
                throw new AccessDeniedException(real.toString());
              }
              try (Stream<Path> entries = Files.list(real)) {
                return entries.toList().iterator();
              }
            })
        .pathOf(folder);
  }

  /** Tells what a folder of the real file system holds, or why it can't. */
  @FunctionalInterface
  private interface Listing {
    Iterator<Path> of(Path real) throws IOException;
  }

  /**
   * A file system of folders that are listed in another way. The JDK asks for more methods than are
   * called here; those throw, so that a call would fail the test.
   */
  private static final class UnreadableFolders extends FileSystem {
    private final FileSystemProvider provider;

    UnreadableFolders(Listing listing) {
      provider = new Provider(this, listing);
    }

    Path pathOf(Path real) {
      return (Path)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {Path.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("getFileSystem")) {
                  return this;
                }
                if (method.getName().equals("compareTo")) {
                  return real.compareTo(Path.of(arguments[0].toString()));
                }
                try {
                  return method.invoke(real, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }

    @Override
    public FileSystemProvider provider() {
      return provider;
    }

    @Override
    public void close() {}

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public boolean isReadOnly() {
      return true;
    }

    @Override
    public String getSeparator() {
      return "/";
    }

    @Override
    public Iterable<Path> getRootDirectories() {
      return List.of();
    }

    @Override
    public Iterable<FileStore> getFileStores() {
      return List.of();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
      return Set.of("basic");
    }

    @Override
    public Path getPath(String first, String... more) {
      throw new UnsupportedOperationException();
    }

    @Override
    public PathMatcher getPathMatcher(String syntaxAndPattern) {
      throw new UnsupportedOperationException();
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
      throw new UnsupportedOperationException();
    }

    @Override
    public WatchService newWatchService() {
      throw new UnsupportedOperationException();
    }
  }

  /** What of it is asked for; the rest isn't there. */
  private static final class Provider extends FileSystemProvider {

    private final UnreadableFolders folders;
    private final Listing listing;

    Provider(UnreadableFolders folders, Listing listing) {
      this.folders = folders;
      this.listing = listing;
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(
        Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
      Iterator<Path> entries = listing.of(Path.of(folder.toString()));
      return new DirectoryStream<>() {
        @Override
        public Iterator<Path> iterator() {
          return new Iterator<>() {
            @Override
            public boolean hasNext() {
              return entries.hasNext();
            }

            @Override
            public Path next() {
              return folders.pathOf(entries.next());
            }
          };
        }

        @Override
        public void close() {}
      };
    }

    @Override
    @SuppressWarnings("unchecked")
    public <A extends BasicFileAttributes> A readAttributes(
        Path path, Class<A> type, LinkOption... options) throws IOException {
      Path real = Path.of(path.toString());
      return (A) Files.readAttributes(real, BasicFileAttributes.class);
    }

    @Override
    public String getScheme() {
      return "unreadable";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Path getPath(URI uri) {
      throw new UnsupportedOperationException();
    }

    @Override
    public SeekableByteChannel newByteChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      return Files.newByteChannel(Path.of(path.toString()), options);
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void delete(Path path) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isSameFile(Path one, Path other) {
      return one.equals(other);
    }

    @Override
    public boolean isHidden(Path path) {
      return false;
    }

    @Override
    public FileStore getFileStore(Path path) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) {}

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(
        Path path, Class<V> type, LinkOption... options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
      throw new UnsupportedOperationException();
    }
  }
}
