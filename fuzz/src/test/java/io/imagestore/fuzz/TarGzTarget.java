package io.imagestore.fuzz;

import io.imagestore.LabeledImage;
import io.imagestore.cifar.Cifar10;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * CIFAR-10's archive. An input that isn't gzip's is the archive before its compression, and its
 * headers get right checksums: else nothing behind gzip's and tar's own would ever be reached.
 */
public final class TarGzTarget {

  private static final int BLOCK = 512;
  private static final int CHECKSUM = 148;
  private static final int GZIP_MAGIC = 0x1F8B;
  private static final Scratch SCRATCH = Scratch.make();

  private TarGzTarget() {}

  /** Called once. */
  public static void fuzzerInitialize() {
    Outcome.warmUp(TarGzTarget.class, TarGzTarget::read);
  }

  /** Called with each input. */
  public static void fuzzerTestOneInput(byte[] input) {
    Outcome.of(() -> read(input));
    SCRATCH.requireOnly("input.tar.gz");
  }

  private static void read(byte[] input) {
    Path archive = SCRATCH.write("input.tar.gz", isGzip(input) ? input : archiveOf(input));
    Cifar10 cifar = Cifar10.open(archive);
    try (Stream<LabeledImage> images = Stream.concat(cifar.train(), cifar.test())) {
      images.forEach(image -> {});
    }
  }

  private static boolean isGzip(byte[] input) {
    return input.length > 2 && (ByteBuffer.wrap(input).getShort() & 0xFFFF) == GZIP_MAGIC;
  }

  private static byte[] archiveOf(byte[] input) {
    byte[] tar = Arrays.copyOf(input, (input.length + BLOCK - 1) / BLOCK * BLOCK + 2 * BLOCK);
    for (int block = 0; block < input.length; block += BLOCK) {
      if (new String(tar, block + 257, 5, StandardCharsets.US_ASCII).equals("ustar")) {
        putChecksum(tar, block);
      }
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(file)) {
      gzip.write(tar);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toByteArray();
  }

  private static void putChecksum(byte[] tar, int header) {
    Arrays.fill(tar, header + CHECKSUM, header + CHECKSUM + 8, (byte) ' ');
    int sum = 0;
    for (int i = header; i < header + BLOCK; i++) {
      sum += tar[i] & 0xFF;
    }
    byte[] octal = String.format(Locale.ROOT, "%06o\0", sum).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(octal, 0, tar, header + CHECKSUM, octal.length);
  }
}
