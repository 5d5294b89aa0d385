package io.imagestore.cifar;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.imagestore.LabeledImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A damaged batch gives images or a {@link CifarFormatException}, and nothing else. */
class CifarFuzzTest {

  private static final int CASES = 20_000;
  private static final long MAX_ALLOCATED = 16L << 20;

  private final Random random = new Random(20_260_202);
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void damagedBatchesGiveImagesOrTheFormatException() throws IOException {
    List<byte[]> batches =
        List.of(
            read(Fixtures.CIFAR_10_PYTHON.resolve("data_batch_1")),
            read(Fixtures.path("repickled/numpy2-text-protocol5.pickle")),
            read(Fixtures.path("repickled/python2-protocol0.pickle")),
            read(Fixtures.CIFAR_100_PYTHON.resolve("train")),
            read(Fixtures.CIFAR_10_BINARY.resolve("data_batch_1.bin")),
            read(Fixtures.CIFAR_100_BINARY.resolve("train.bin")));
    int refused = 0;
    for (int i = 0; i < CASES; i++) {
      byte[] batch = damaged(batches.get(i % batches.size()));
      long before = threads.getCurrentThreadAllocatedBytes();
      Throwable failure = failureOf(batch);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;

      if (failure != null) {
        refused++;
        assertThat(failure).isExactlyInstanceOf(CifarFormatException.class);
      }
      assertThat(allocated).isLessThan(MAX_ALLOCATED);
    }
    assertThat(refused).isBetween(CASES / 4, CASES - CASES / 20);
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void damagedArchivesGiveEntriesOrTheFormatException() throws IOException {
    byte[] archive = archive();
    int refused = 0;
    for (int i = 0; i < CASES; i++) {
      byte[] damaged = archive.clone();
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        damageRecord(damaged);
      }
      Throwable failure = failureOfArchive(damaged);
      if (failure != null) {
        refused++;
        assertThat(failure).isExactlyInstanceOf(CifarFormatException.class);
      }
    }
    assertThat(refused).isBetween(CASES / 10, CASES - CASES / 20);
  }

  private static byte[] archive() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarWriter tar = new TarWriter(bytes)) {
      tar.entry("pax", 'x', Fixtures.bytes("16 path=c/batch\n11 size=90\n9 mtime=\n"));
      tar.file("batch", new byte[90]);
      tar.entry("long", 'L', Fixtures.bytes("c/another\0"));
      tar.file("another", new byte[600]);
    }
    return bytes.toByteArray();
  }

  /** Damages a pax record, a name or a size, the checksum being that of what is then there. */
  private void damageRecord(byte[] archive) {
    int block = 512 * random.nextInt(archive.length / 512);
    boolean pax = random.nextBoolean();
    int at = pax ? 512 + random.nextInt(37) : block + 100 + random.nextInt(200);
    archive[at] = (byte) "0123456789 =\nps\0\u00ff".charAt(random.nextInt(17));
    if (!pax) {
      TarWriter.putChecksum(archive, block);
    }
  }

  private static @Nullable Throwable failureOfArchive(byte[] archive) {
    try {
      TarReader tar = new TarReader(new ByteArrayInputStream(archive), "archive");
      for (TarReader.Entry entry = tar.next(); entry != null; entry = tar.next()) {
        assertThat(entry.size()).isNotNegative();
      }
      return null;
    } catch (Throwable e) {
      return e;
    }
  }

  private @Nullable Throwable failureOf(byte[] batch) {
    InputStream in = new ByteArrayInputStream(batch);
    try (Stream<LabeledImage> images =
        random.nextBoolean() ? Cifar10.read(in) : Cifar100.read(in, Cifar100.Labels.FINE)) {
      assertThat(images.count()).isNotNegative();
      return null;
    } catch (Throwable e) {
      return e;
    }
  }

  /** Damage near either end, where the structure is, or anywhere. */
  private byte[] damaged(byte[] batch) {
    byte[] copy = batch.clone();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      int near = random.nextInt(600);
      int at =
          switch (random.nextInt(3)) {
            case 0 -> near;
            case 1 -> copy.length - 1 - near;
            default -> random.nextInt(copy.length);
          };
      copy[at] = (byte) random.nextInt(256);
    }
    return copy;
  }

  private static byte[] read(Path file) throws IOException {
    return Files.readAllBytes(file);
  }
}
