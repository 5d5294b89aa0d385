package io.imagestore.disk;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.testkit.SampleImages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever a table of files and labels holds, it gives images or an exception of ours, soon and in
 * little memory. {@code -Dtrials=N} changes how many tables are tried, {@code -Dseed=N} which.
 */
class MutatedTableTest {

  private static final int TRIALS = Integer.getInteger("trials", 500);
  private static final long SEED = Long.getLong("seed", 20_261_130);
  private static final long MAX_ALLOCATED = 16L << 20;
  private static final long MAX_NANOS = Duration.ofSeconds(2).toNanos();

  private static final List<String> TABLES =
      List.of(
          "file,label\n1.png,cat\n2.jpg,dog\n",
          "\uFEFFlabel,file,\"a \"\"b\"\"\"\r\n3,1.png,\"x, y\"\r\n-4,2.jpg,\"two\nlines\"\r\n",
          "file,label,breed\n1.png,cat,\n\n./2.jpg,cat,Ärger\n");

  private static final List<String> TELLING =
      List.of(
          "\"",
          "\"\"",
          ",",
          "\n",
          "\r",
          "\r\n",
          "\0",
          "../",
          "/etc/passwd",
          "\uFEFF",
          "file",
          "label",
          "99999999999999999999",
          "-2147483649",
          "x".repeat(70_000),
          ",".repeat(5_000));

  @TempDir Path folder;

  private final Random random = new Random(SEED);
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void mutatedTablesGiveImagesOrAnExceptionOfOurs() throws IOException {
    Files.write(folder.resolve("1.png"), SampleImages.encoded("png", 3, 4, 1).encodedBytes());
    Files.write(folder.resolve("2.jpg"), SampleImages.encoded("jpeg", 3, 4, 2).encodedBytes());
    int refused = 0;
    for (int i = 0; i < TRIALS; i++) {
      byte[] table = mutated(TABLES.get(random.nextInt(TABLES.size())));
      refused += isRefused(table, "table " + i + " of seed " + SEED) ? 1 : 0;
    }
    assertThat(refused).isBetween(TRIALS / 10, TRIALS - TRIALS / 20);
  }

  private boolean isRefused(byte[] table, String name) throws IOException {
    Path file = Files.write(folder.resolve("table.csv"), table);
    long cpu = threads.getCurrentThreadCpuTime();
    long allocated = threads.getCurrentThreadAllocatedBytes();
    boolean refused = false;
    try (Stream<LabeledImage> images = ImageFolder.open(folder, file).images(bad -> {})) {
      images.forEach(image -> assertThat(image.metadata()).isPresent());
    } catch (ImageStoreException e) {
      refused = true;
    } catch (RuntimeException | Error e) {
      throw new AssertionError(name + ": " + Arrays.toString(table), e);
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - allocated)
        .as("memory that %s took", name)
        .isLessThan(MAX_ALLOCATED);
    assertThat(threads.getCurrentThreadCpuTime() - cpu)
        .as("time that %s took", name)
        .isLessThan(MAX_NANOS);
    return refused;
  }

  private byte[] mutated(String table) {
    byte[] bytes = table.getBytes(StandardCharsets.UTF_8);
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      bytes = mutatedOnce(bytes);
    }
    return bytes;
  }

  private byte[] mutatedOnce(byte[] table) {
    int at = random.nextInt(table.length + 1);
    int end = at + random.nextInt(Math.min(12, table.length - at) + 1);
    return switch (random.nextInt(5)) {
      case 0 -> spliced(table, at, at, telling());
      case 1 -> spliced(table, at, end, new byte[0]);
      case 2 -> spliced(table, at, end, new byte[] {(byte) random.nextInt(256)});
      case 3 -> spliced(table, at, at, Arrays.copyOfRange(table, at, end));
      default -> Arrays.copyOf(table, at);
    };
  }

  private byte[] telling() {
    return TELLING.get(random.nextInt(TELLING.size())).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] spliced(byte[] table, int from, int to, byte[] between) {
    ByteArrayOutputStream spliced = new ByteArrayOutputStream();
    spliced.write(table, 0, from);
    spliced.writeBytes(between);
    spliced.write(table, to, table.length - to);
    return spliced.toByteArray();
  }
}
