package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileWindowsTest {

  private static final int WINDOW_BITS = 13;

  @TempDir Path folder;

  private final byte[] content = new byte[50_000];

  private Path file() {
    return folder.resolve("file");
  }

  @BeforeEach
  void aFileOfSevenWindows() throws IOException {
    new SplittableRandom(1).nextBytes(content);
    Files.write(file(), content);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  @Test
  void aSliceMayCrossWindows() throws IOException {
    try (FileWindows windows = FileWindows.open(file(), WINDOW_BITS)) {
      FileWindows.View view = windows.take(0);
      for (int size : new int[] {0, 1, 100, 8192, 8193, 30_000}) {
        for (int from = 0; from <= content.length - size; from += 997) {
          assertThat(bytes(view.slice(from, size)))
              .isEqualTo(Arrays.copyOfRange(content, from, from + size));
        }
      }
      windows.giveBack(view);
    }
  }

  @Test
  void whatHasGrownIsSeenAndWhatWasTakenBeforeStays() throws IOException {
    try (FileWindows windows = FileWindows.open(file(), WINDOW_BITS)) {
      FileWindows.View before = windows.take(content.length);
      Files.write(file(), content, StandardOpenOption.APPEND);
      FileWindows.View after = windows.take(content.length + 1);

      assertThat(before.length()).isEqualTo(content.length);
      assertThat(after.length()).isEqualTo(2L * content.length);
      assertThat(bytes(after.slice(content.length, content.length))).isEqualTo(content);
      assertThat(bytes(before.slice(49_000, 1000))).isEqualTo(bytes(after.slice(49_000, 1000)));
      windows.giveBack(before);
      windows.giveBack(after);
    }
  }

  @Test
  void anInterruptedThreadMapsAndStaysInterrupted() throws IOException {
    Thread.currentThread().interrupt();
    try (FileWindows windows = FileWindows.open(file(), WINDOW_BITS)) {
      Files.write(file(), content, StandardOpenOption.APPEND);
      FileWindows.View view = windows.take(content.length + 1);

      assertThat(view.length()).isEqualTo(2L * content.length);
      windows.giveBack(view);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
