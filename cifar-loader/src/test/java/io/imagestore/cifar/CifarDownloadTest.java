package io.imagestore.cifar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.imagestore.ImageStoreException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarDownloadTest {

  private static final String NAME = "cifar.tar.gz";
  private static final byte[] ARCHIVE = new byte[700_000];

  static {
    new Random(1).nextBytes(ARCHIVE);
  }

  @TempDir Path temp;

  private final List<Headers> requests = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private CifarDownload download;
  private String md5;
  private Path folder;
  private Path target;
  private Path part;

  /** What the server does with a request for the archive. */
  private volatile Answer answer = this::wholeOrRange;

  private volatile String tag = "\"first\"";

  @FunctionalInterface
  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.add(exchange.getRequestHeaders());
          try (exchange) {
            answer.to(exchange);
          }
        });
    server.start();
    download = CifarDownload.fromMirror(address());
    md5 = md5(ARCHIVE);
    folder = temp.resolve("data");
    target = folder.resolve(NAME);
    part = folder.resolve(NAME + ".part");
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  @Test
  void anArchiveIsFetchedWhole() {
    Path fetched = fetch();

    assertThat(fetched).isEqualTo(target).hasBinaryContent(ARCHIVE);
  }

  @Test
  void nothingElseIsLeftInTheFolder() throws IOException {
    fetch();

    assertThat(filesIn(folder)).containsExactly(NAME);
  }

  @Test
  void progressIsToldUpToTheEnd() {
    List<Long> told = new ArrayList<>();

    download.fetch(
        NAME,
        md5,
        folder,
        (bytes, total) -> {
          assertThat(total).isEqualTo(ARCHIVE.length);
          told.add(bytes);
        });

    assertThat(told).isSorted().endsWith((long) ARCHIVE.length);
  }

  @Test
  void anArchiveThatIsThereIsNotFetchedAgain() {
    fetch();
    requests.clear();

    assertThat(fetch()).hasBinaryContent(ARCHIVE);
    assertThat(requests).isEmpty();
  }

  @Test
  void anotherFileInTheArchivesPlaceIsRefusedAndKept() throws IOException {
    Files.createDirectories(folder);
    Files.writeString(target, "mine");

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(this::fetch)
        .withMessageContaining(target.toString())
        .withMessageContaining("should be " + md5);
    assertThat(target).hasContent("mine");
  }

  @Test
  void aDownloadThatIsCutOffKeepsWhatHasCome() {
    answer = exchange -> cutOff(exchange, 300_000);

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(this::fetch)
        .withMessageContaining("was cut off")
        .withMessageContaining(part.toString())
        .withCauseInstanceOf(IOException.class);
    assertThat(part).hasBinaryContent(Arrays.copyOf(ARCHIVE, sizeOf(part)));
    assertThat(target).doesNotExist();
  }

  @Test
  void aServerThatStopsSendingIsGivenUp() {
    CountDownLatch givenUp = new CountDownLatch(1);
    answer =
        exchange -> {
          cutOff(exchange, 300_000);
          await(givenUp);
        };
    download = CifarDownload.fromMirror(address(), Duration.ofSeconds(2));
    try {
      assertThatExceptionOfType(ImageStoreException.class)
          .isThrownBy(this::fetch)
          .withMessageContaining("nothing came for 2 seconds")
          .withMessageContaining(part.toString());
      assertThat(part).hasBinaryContent(Arrays.copyOf(ARCHIVE, 300_000));
    } finally {
      givenUp.countDown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aDownloadThatWasCutOffGoesOnWhereItStopped() {
    int kept = cutOffOnce(300_000);

    assertThat(fetch()).hasBinaryContent(ARCHIVE);
    assertThat(requests).hasSize(2);
    assertThat(requests.get(1).getFirst("Range")).isEqualTo("bytes=" + kept + "-");
    assertThat(requests.get(1).getFirst("If-Range")).isEqualTo("\"first\"");
  }

  @Test
  void progressCountsWhatCameBefore() {
    int kept = cutOffOnce(300_000);
    List<Long> told = new ArrayList<>();

    download.fetch(NAME, md5, folder, (bytes, total) -> told.add(bytes));

    assertThat(told.get(0)).isGreaterThan(kept);
    assertThat(told).endsWith((long) ARCHIVE.length);
  }

  @Test
  void anArchiveThatChangedMeanwhileIsFetchedFromTheStart() {
    cutOffOnce(300_000);
    tag = "\"second\"";

    assertThat(fetch()).hasBinaryContent(ARCHIVE);
  }

  @Test
  void aServerThatKnowsNoRangesSendsTheWholeAgain() {
    cutOffOnce(300_000);
    answer = exchange -> send(exchange, 200, ARCHIVE);

    assertThat(fetch()).hasBinaryContent(ARCHIVE);
  }

  @Test
  void aServerThatTellsNothingToKnowItsFileByIsAskedWithoutCondition() {
    answer =
        exchange -> {
          exchange.sendResponseHeaders(200, ARCHIVE.length);
          exchange.getResponseBody().write(ARCHIVE, 0, 200_000);
        };
    assertThatExceptionOfType(ImageStoreException.class).isThrownBy(this::fetch);
    answer = this::wholeOrRange;

    assertThat(fetch()).hasBinaryContent(ARCHIVE);
    assertThat(requests.get(1)).doesNotContainKey("If-range");
  }

  @Test
  void aServerThatSendsAnotherRangeIsRefused() {
    cutOffOnce(300_000);
    answer =
        exchange -> {
          exchange.getResponseHeaders().add("Content-Range", "bytes 0-9/10");
          send(exchange, 206, new byte[10]);
        };

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(this::fetch)
        .withMessageContaining("the server sends 'bytes 0-9/10'");
  }

  @Test
  void aPartThatIsTheWholeNeedsOnlyItsName() throws IOException {
    Files.createDirectories(folder);
    Files.write(part, ARCHIVE);

    assertThat(fetch()).hasBinaryContent(ARCHIVE);
  }

  @Test
  void anArchiveWithAWrongChecksumIsRefusedAndDeleted() throws IOException {
    answer = exchange -> send(exchange, 200, new byte[1000]);

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(this::fetch)
        .withMessageContaining("is " + md5(new byte[1000]) + " and should be " + md5);
    assertThat(filesIn(folder)).isEmpty();
  }

  @Test
  void aMissingArchiveIsToldWithAddressAndStatus() throws IOException {
    answer = exchange -> send(exchange, 404, new byte[0]);

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(this::fetch)
        .withMessageContaining(address() + NAME)
        .withMessageContaining("status 404");
    assertThat(filesIn(folder)).isEmpty();
  }

  @Test
  void anErrorOfTheServerLeavesWhatCameBefore() {
    int kept = cutOffOnce(300_000);
    answer = exchange -> send(exchange, 503, new byte[0]);

    assertThatExceptionOfType(ImageStoreException.class).isThrownBy(this::fetch);
    assertThat(sizeOf(part)).isEqualTo(kept);
  }

  @Test
  void aServerThatCantBeReachedIsToldWithItsAddress() {
    server.stop(0);

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(this::fetch)
        .withMessageContaining("can't reach " + address())
        .withMessageContaining("online")
        .withCauseInstanceOf(IOException.class);
  }

  @Test
  void aSecondDownloadOfTheSameFileIsRefused() {
    try (PartFile first = PartFile.open(target)) {
      first.append(new byte[1], 1);

      assertThatExceptionOfType(ImageStoreException.class)
          .isThrownBy(this::fetch)
          .withMessageContaining("another download is writing " + part);
    }
  }

  @Test
  void anInterruptedDownloadSaysSo() {
    Thread.currentThread().interrupt();

    assertThatExceptionOfType(ImageStoreException.class).isThrownBy(this::fetch);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aDownloadIsInterruptedWhileItReceives() {
    Thread self = Thread.currentThread();

    assertInterrupted(
        (bytes, total) -> {
          if (bytes > 100_000) {
            self.interrupt();
          }
        });
    assertThat(sizeOf(part)).isGreaterThan(100_000).isLessThan(ARCHIVE.length);
  }

  @Test
  void aDownloadIsInterruptedWhileItWaits() {
    CountDownLatch interrupted = new CountDownLatch(1);
    answer =
        exchange -> {
          cutOff(exchange, 300_000);
          await(interrupted);
        };
    Thread self = Thread.currentThread();
    try {
      assertInterrupted(
          (bytes, total) -> {
            if (bytes == 300_000) {
              new Thread(self::interrupt).start();
            }
          });
    } finally {
      interrupted.countDown();
    }
  }

  private void assertInterrupted(CifarDownload.Progress progress) {
    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> download.fetch(NAME, md5, folder, progress))
        .withMessageContaining("interrupted")
        .withMessageContaining(part.toString());
    assertThat(Thread.interrupted()).isTrue();
    assertThat(part).hasBinaryContent(Arrays.copyOf(ARCHIVE, sizeOf(part)));
    assertThat(target).doesNotExist();
  }

  @Test
  void anInterruptWhileWritingIsNotCalledAFullDisk() {
    try (PartFile file = PartFile.open(target)) {
      Thread.currentThread().interrupt();

      assertThatExceptionOfType(ImageStoreException.class)
          .isThrownBy(() -> file.append(new byte[1], 1))
          .withMessageStartingWith("interrupted while writing " + part);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  /** The lock of a part is still held when it gets its name. */
  @Test
  void aPartThatIsCompleteIsLockedUntilItIsClosed() throws IOException {
    try (PartFile file = PartFile.open(target)) {
      file.append(ARCHIVE, ARCHIVE.length);
      file.completeAs(target, md5, address());

      try (FileChannel complete = FileChannel.open(target, StandardOpenOption.WRITE)) {
        assertThatExceptionOfType(OverlappingFileLockException.class)
            .isThrownBy(() -> complete.tryLock(Long.MAX_VALUE - 1, 1, false));
      }
    }
    assertThat(target).hasBinaryContent(ARCHIVE);
  }

  @Test
  void aPartThatAnotherDownloadBeginsAfterAWrongOneIsKept() throws IOException {
    try (PartFile wrong = PartFile.open(target)) {
      wrong.append(new byte[1], 1);
      assertThatExceptionOfType(ImageStoreException.class)
          .isThrownBy(() -> wrong.completeAs(target, md5, address()));
      Files.writeString(part, "another's");
    }

    assertThat(part).hasContent("another's");
  }

  @Test
  void redirectsAreFollowed() {
    answer =
        exchange -> {
          answer = this::wholeOrRange;
          exchange.getResponseHeaders().add("Location", "/elsewhere");
          exchange.sendResponseHeaders(302, -1);
        };

    assertThat(fetch()).hasBinaryContent(ARCHIVE);
  }

  @Test
  void theArchivesAreNamedAsTheirHomeNamesThem() {
    assertThat(CifarDownload.Archive.values())
        .extracting(CifarDownload.Archive::fileName)
        .containsExactly(
            "cifar-10-python.tar.gz",
            "cifar-10-binary.tar.gz",
            "cifar-100-python.tar.gz",
            "cifar-100-binary.tar.gz");
  }

  @Test
  void aMirrorMustBeAFolderOnTheWeb() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CifarDownload.fromMirror(URI.create("http://localhost/cifar")))
        .withMessageContaining("http://localhost/cifar");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CifarDownload.fromMirror(URI.create("ftp://localhost/")));
  }

  private Path fetch() {
    return download.fetch(NAME, md5, folder, (bytes, total) -> {});
  }

  /** Fetches until the server stops, and gives how many bytes were kept. */
  private int cutOffOnce(int bytes) {
    answer = exchange -> cutOff(exchange, bytes);
    assertThatExceptionOfType(ImageStoreException.class).isThrownBy(this::fetch);
    answer = this::wholeOrRange;
    return sizeOf(part);
  }

  private void cutOff(HttpExchange exchange, int bytes) throws IOException {
    exchange.getResponseHeaders().add("ETag", tag);
    exchange.sendResponseHeaders(200, ARCHIVE.length);
    OutputStream body = exchange.getResponseBody();
    body.write(ARCHIVE, 0, bytes);
    body.flush();
  }

  private void wholeOrRange(HttpExchange exchange) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    String condition = exchange.getRequestHeaders().getFirst("If-Range");
    exchange.getResponseHeaders().add("ETag", tag);
    if (range == null || (condition != null && !condition.equals(tag))) {
      send(exchange, 200, ARCHIVE);
      return;
    }
    int from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
    if (from >= ARCHIVE.length) {
      exchange.getResponseHeaders().add("Content-Range", "bytes */" + ARCHIVE.length);
      send(exchange, 416, new byte[0]);
      return;
    }
    exchange
        .getResponseHeaders()
        .add("Content-Range", "bytes %d-%d/%d".formatted(from, ARCHIVE.length - 1, ARCHIVE.length));
    send(exchange, 206, Arrays.copyOfRange(ARCHIVE, from, ARCHIVE.length));
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  private String md5(byte[] content) throws IOException {
    return PartFile.md5(Files.write(temp.resolve("content"), content));
  }

  private static int sizeOf(Path file) {
    return (int) file.toFile().length();
  }

  private static List<String> filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
