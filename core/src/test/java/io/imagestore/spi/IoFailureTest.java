package io.imagestore.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.ImageStoreException;
import io.imagestore.StoreFullException;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class IoFailureTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "No space left on device                | free some space",
        "There is not enough space on the disk  | free some space",
        "Disk quota exceeded                    | have the quota raised",
        "Disc quota exceeded                    | have the quota raised",
        "File too large                         | ulimit -f",
      })
  void wantOfRoomIsAFullStoreWithARemedy(String reason, String remedy) {
    assertThat(IoFailure.of("storing image 7 failed in store x", new IOException(reason)))
        .isInstanceOf(StoreFullException.class)
        .hasMessageStartingWith("storing image 7 failed in store x: " + reason + "; ")
        .hasMessageContaining(remedy);
    assertThat(IoFailure.of("storing", new FileSystemException("a.png", null, reason)))
        .isInstanceOf(StoreFullException.class);
  }

  @Test
  void theReasonMayLieDeeper() {
    IOException e = new IOException("part 3", new IOException("No space left on device"));

    assertThat(IoFailure.of("storing", e)).isInstanceOf(StoreFullException.class).hasCause(e);
  }

  @Test
  void theNameOfAFileIsNoReason() {
    IOException e = new FileSystemException("/no space left on device", null, "Not a directory");

    assertThat(IoFailure.of("storing", e)).isNotInstanceOf(StoreFullException.class);
  }

  @Test
  void wantOfRoomIsRecognizedInTheLanguageOfTheSystem() {
    String german = "Auf dem Gerät ist kein Speicherplatz mehr verfügbar";

    assertThat(IoFailure.of("storing", new IOException(german), "", german))
        .isInstanceOf(StoreFullException.class);
    assertThat(IoFailure.of("storing", new IOException("Eingabe-/Ausgabefehler"), "", german))
        .isNotInstanceOf(StoreFullException.class);
  }

  @Test
  void theLanguageOfTheSystemIsThatOfItsFullDevice() {
    Path full = Path.of("/dev/full");
    if (Files.exists(full)) {
      try (FileOutputStream out = new FileOutputStream(full.toFile())) {
        out.write(0);
        throw new AssertionError(full + " took a byte");
      } catch (IOException e) {
        assertThat(IoFailure.systemsNoSpace()).isEqualTo(e.getMessage());
      }
    } else {
      assertThat(IoFailure.systemsNoSpace()).isNull();
    }
  }

  @Test
  void anyOtherErrorIsToldAsItIs() {
    assertThat(IoFailure.of("reading failed in store x", new IOException("Input/output error")))
        .isExactlyInstanceOf(ImageStoreException.class)
        .hasMessage("reading failed in store x: Input/output error");
  }

  @Test
  void anErrorThatNamesAFileAloneIsToldByItsKind() {
    assertThat(IoFailure.of("reading failed", new NoSuchFileException("/data/7.png")))
        .hasMessage("reading failed: NoSuchFileException /data/7.png");
  }

  @Test
  void aPermissionThatIsMissingIsNamed() {
    assertThat(IoFailure.of("reading failed", new AccessDeniedException("/data/7.png")))
        .hasMessage("reading failed: there is no permission for /data/7.png");
  }

  static List<Arguments> failuresWithoutWords() {
    return List.of(
        Arguments.of(new ClosedByInterruptException(), "the thread was interrupted"),
        Arguments.of(new FileLockInterruptionException(), "the thread was interrupted"),
        Arguments.of(new AsynchronousCloseException(), "the file was closed meanwhile"),
        Arguments.of(new ClosedChannelException(), "the file was closed meanwhile"),
        Arguments.of(new EOFException(), "the file ends too early"),
        Arguments.of(new IOException(), "for no reason that the system gave"));
  }

  @ParameterizedTest
  @MethodSource("failuresWithoutWords")
  void whatComesWithoutWordsIsGivenSome(IOException e, String reason) {
    assertThat(IoFailure.of("reading failed", e)).hasMessage("reading failed: " + reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"No space left on device", "Input/output error"})
  void whatBecameOfTheCallIsToldOnlyWhereItIsKnown(String reason) {
    IOException e = new IOException(reason);

    assertThat(IoFailure.of("storing failed", e, "nothing is stored"))
        .hasMessageEndingWith("; nothing is stored");
    assertThat(IoFailure.of("flushing failed", e)).hasMessageNotContaining("stored");
  }
}
