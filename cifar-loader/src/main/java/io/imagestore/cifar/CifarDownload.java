package io.imagestore.cifar;

import io.imagestore.ImageStoreException;
import io.imagestore.spi.IoFailure;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the data sets' archives from their home, {@code https://www.cs.toronto.edu/~kriz/}, or
 * from a mirror.
 *
 * <p>What has come lies in a file that ends in {@code .part} and is kept when the connection ends
 * or the disk is full: the next call goes on from there, if the server can and the archive is still
 * the same, and from the start otherwise. Only a whole archive of the right MD5 gets its own name,
 * in one step. MD5 is what the data set's home page tells; it finds damage, not forgery.
 *
 * <p>Immutable, so any number of threads may use one; of two downloads of one archive into one
 * folder at a time, the second is refused.
 */
public final class CifarDownload {

  /** An archive of the data sets' home. */
  public enum Archive {
    /** CIFAR-10 in the python form, 163 MB. */
    CIFAR_10_PYTHON("cifar-10-python.tar.gz", "c58f30108f718f92721af3b95e74349a"),
    /** CIFAR-10 in the binary form, 162 MB. */
    CIFAR_10_BINARY("cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530"),
    /** CIFAR-100 in the python form, 161 MB. */
    CIFAR_100_PYTHON("cifar-100-python.tar.gz", "eb9058c3a382ffc7106e4002c42a8d85"),
    /** CIFAR-100 in the binary form, 161 MB. */
    CIFAR_100_BINARY("cifar-100-binary.tar.gz", "03b5dce01913d631647c71ecec9e9cb8");

    private final String fileName;
    private final String md5;

    Archive(String fileName, String md5) {
      this.fileName = fileName;
      this.md5 = md5;
    }

    /**
     * What the archive is called, on the server and in the folder.
     *
     * @return the file name
     */
    public String fileName() {
      return fileName;
    }

    /**
     * The archive's checksum.
     *
     * @return the MD5 in 32 hexadecimal digits
     */
    public String md5() {
      return md5;
    }
  }

  /** Is told how far a download is. */
  @FunctionalInterface
  public interface Progress {

    /**
     * Called in the downloading thread, each time some bytes have come.
     *
     * @param bytes how many are there, those of an earlier call counted too
     * @param totalBytes how many there will be; -1 where the server doesn't tell
     */
    void at(long bytes, long totalBytes);
  }

  private static final URI HOME = URI.create("https://www.cs.toronto.edu/~kriz/");
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int OK = 200;
  private static final int PARTIAL_CONTENT = 206;
  private static final int RANGE_NOT_SATISFIABLE = 416;

  private final URI base;
  private final Duration patience;
  private final HttpClient client;

  private CifarDownload(URI base, Duration patience) {
    this.base = base;
    this.patience = patience;
    this.client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(patience)
            .build();
  }

  /**
   * Downloads from the data sets' home.
   *
   * @return the downloader
   */
  public static CifarDownload fromHome() {
    return new CifarDownload(HOME, PATIENCE);
  }

  /**
   * Downloads from a server that has the same files.
   *
   * @param base the folder that holds the archives, ending in a slash
   * @return the downloader
   * @throws IllegalArgumentException if the address isn't http or https, or doesn't end in a slash
   */
  public static CifarDownload fromMirror(URI base) {
    return fromMirror(base, PATIENCE);
  }

  static CifarDownload fromMirror(URI base, Duration patience) {
    String scheme = base.getScheme();
    boolean web = "http".equals(scheme) || "https".equals(scheme);
    if (!web || !base.getPath().endsWith("/")) {
      throw new IllegalArgumentException(
          "a mirror must be an http or https address that ends in a slash, but is " + base);
    }
    return new CifarDownload(base, patience);
  }

  /**
   * Fetches an archive unless it is there already.
   *
   * @param archive which
   * @param folder where to; made where it is missing
   * @return the archive's path, as {@link Cifar10#open} takes it
   * @throws ImageStoreException as {@link #fetch(Archive, Path, Progress)} does
   */
  public Path fetch(Archive archive, Path folder) {
    return fetch(archive, folder, (bytes, totalBytes) -> {});
  }

  /**
   * Fetches an archive unless it is there already, telling how far it is.
   *
   * @param archive which
   * @param folder where to; made where it is missing
   * @param progress is told each time some bytes have come
   * @return the archive's path, as {@link Cifar10#open} takes it
   * @throws ImageStoreException if the server can't be reached, answers with an error, or sends
   *     nothing for 30 seconds; if the disk is full; if the thread is interrupted: what has come is
   *     then kept. Also if the checksum is wrong: what has come is then deleted, but a file that
   *     was there before under the archive's own name never is. Also if another download into the
   *     same file is under way.
   */
  public Path fetch(Archive archive, Path folder, Progress progress) {
    return fetch(archive.fileName(), archive.md5(), folder, progress);
  }

  Path fetch(String fileName, String md5, Path folder, Progress progress) {
    Path target = folder.resolve(fileName);
    if (Files.exists(target)) {
      requireChecksum(target, md5);
      return target;
    }
    URI address = base.resolve(fileName);
    try (PartFile part = PartFile.open(target)) {
      if (Files.exists(target)) { // another download has ended meanwhile
        requireChecksum(target, md5);
        return target;
      }
      download(address, part, progress);
      part.completeAs(target, md5, address);
    }
    return target;
  }

  private static void requireChecksum(Path target, String md5) {
    String actual = PartFile.md5(target);
    if (!actual.equals(md5)) {
      throw new ImageStoreException(
          "%s is there, but its MD5 is %s and should be %s; delete it, or name another folder"
              .formatted(target, actual, md5));
    }
  }

  private void download(URI address, PartFile part, Progress progress) {
    HttpResponse<InputStream> response = send(address, part.size(), part.validator());
    try (InputStream body = response.body()) {
      switch (response.statusCode()) {
        case OK -> {
          part.beginAnew(validator(response));
          receive(body, contentLength(response), address, part, progress);
        }
        case PARTIAL_CONTENT -> {
          requireRangeFrom(part.size(), response, address);
          receive(body, contentLength(response), address, part, progress);
        }
        // There is nothing behind what we have: whole already, or the checksum will tell.
        case RANGE_NOT_SATISFIABLE -> progress.at(part.size(), part.size());
        default ->
            throw new ImageStoreException(
                "can't download %s: the server answers with status %d, not with the file"
                    .formatted(address, response.statusCode()));
      }
    } catch (IOException e) {
      throw IoFailure.of("can't end the connection to " + address, e);
    }
  }

  private HttpResponse<InputStream> send(URI address, long from, @Nullable String validator) {
    HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(patience);
    if (from > 0) {
      request.header("Range", "bytes=" + from + "-");
      if (validator != null) {
        request.header("If-Range", validator);
      }
    }
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw new ImageStoreException(
          "can't reach "
              + address
              + "; is this machine online, and a proxy set where one is needed?",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ImageStoreException("interrupted while asking for " + address, e);
    }
  }

  private void receive(
      InputStream body, long length, URI address, PartFile part, Progress progress) {
    long total = length < 0 ? -1 : part.size() + length;
    byte[] buffer = new byte[1 << 16];
    try (StallGuard guarded = new StallGuard(body, patience)) {
      while (true) {
        int read = read(guarded, buffer, address, part);
        if (read < 0) {
          return;
        }
        part.append(buffer, read);
        progress.at(part.size(), total);
      }
    }
  }

  private static int read(StallGuard body, byte[] buffer, URI address, PartFile part) {
    try {
      return body.read(buffer);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ImageStoreException(
          "the download of %s was interrupted; %s is kept, and the next call goes on from there"
              .formatted(address, part),
          e);
    } catch (IOException e) {
      throw new ImageStoreException(
          "the download of %s was cut off (%s); %s is kept, and the next call goes on from there"
              .formatted(address, e.getMessage(), part),
          e);
    }
  }

  private static void requireRangeFrom(long from, HttpResponse<?> response, URI address) {
    String range = response.headers().firstValue("Content-Range").orElse("");
    if (!range.startsWith("bytes " + from + "-")) {
      throw new ImageStoreException(
          "can't download %s: asked for the bytes from %d on, the server sends '%s'"
              .formatted(address, from, range));
    }
  }

  private static long contentLength(HttpResponse<?> response) {
    return response.headers().firstValueAsLong("Content-Length").orElse(-1);
  }

  /** What tells in a later request whether the archive is still the same; weak tags can't. */
  private static @Nullable String validator(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("ETag")
        .filter(tag -> !tag.startsWith("W/"))
        .or(() -> response.headers().firstValue("Last-Modified"))
        .orElse(null);
  }
}
