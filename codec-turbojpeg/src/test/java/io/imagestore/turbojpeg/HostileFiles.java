package io.imagestore.turbojpeg;

import io.imagestore.ImageStoreException;
import io.imagestore.codec.DecodeException;
import io.imagestore.codec.DecodeRegion;
import io.imagestore.codec.ImageCodec;
import io.imagestore.codec.ImageHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Lets a codec decode damaged files and bombs; ends with an error unless each gives pixels or a
 * typed exception. Arguments: the codec's class, how many mutated files, and optionally a folder of
 * JPEG files to mutate instead of the small ones.
 */
final class HostileFiles {

  /** What one image may take here; others are refused by this class, not by the codec. */
  private static final int MAX_BYTES = 12 << 20;

  private final ImageCodec codec;
  private final Random random = new Random(20_261_124);

  private HostileFiles(ImageCodec codec) {
    this.codec = codec;
  }

  public static void main(String[] arguments) throws Exception {
    Class<?> type = Class.forName(arguments[0]);
    HostileFiles files = new HostileFiles((ImageCodec) type.getDeclaredConstructor().newInstance());
    files.bombs();
    files.scans();
    int trials = Integer.parseInt(arguments[1]);
    List<byte[]> seeds = arguments.length > 2 ? photos(Path.of(arguments[2])) : small();
    int refused = 0;
    for (int i = 0; i < trials; i++) {
      refused +=
          files.isRefused(files.mutated(seeds.get(files.random.nextInt(seeds.size())))) ? 1 : 0;
    }
    require(trials < 100 || (refused > trials / 20 && refused < trials), "refused " + refused);
    System.out.println("survived " + trials + ", refused " + refused);
  }

  private static List<byte[]> small() {
    return Jpegs.NAMES.stream().map(Jpegs::file).toList();
  }

  private static List<byte[]> photos(Path folder) throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      List<byte[]> files = new ArrayList<>();
      for (Path path : paths.sorted().filter(p -> p.toString().endsWith("G")).limit(100).toList()) {
        files.add(Files.readAllBytes(path));
      }
      return files;
    }
  }

  private static void require(boolean isTrue, String what) {
    if (!isTrue) {
      throw new IllegalStateException(what);
    }
  }

  private boolean isRefused(byte[] bytes) {
    boolean isDirect = random.nextBoolean();
    ByteBuffer file =
        isDirect
            ? ByteBuffer.allocateDirect(bytes.length).put(bytes).flip()
            : ByteBuffer.wrap(bytes);
    try {
      ImageHeader header = codec.readHeader(file);
      DecodeRegion region =
          codec.covering(header, DecodeRegion.whole(header.shape(), 1 << random.nextInt(4)));
      long size = region.shape(header.shape()).byteCount();
      if (size > MAX_BYTES) {
        return false;
      }
      ByteBuffer into =
          isDirect ? ByteBuffer.allocateDirect((int) size) : ByteBuffer.allocate((int) size);
      codec.decode(file, header, region, into);
      return false;
    } catch (ImageStoreException e) {
      return true;
    }
  }

  private byte[] mutated(byte[] seed) {
    byte[] file = seed.clone();
    // The first bytes hold the header, where damage does most.
    int reach = random.nextBoolean() ? file.length : Math.min(file.length, 700);
    for (int i = random.nextInt(6); i >= 0; i--) {
      int at = random.nextInt(reach);
      switch (random.nextInt(5)) {
        case 0 -> file[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> file[at] = (byte) 0xFF;
        case 2 -> {
          int length = Math.min(random.nextInt(40), file.length - at);
          System.arraycopy(file, random.nextInt(file.length - length), file, at, length);
        }
        default -> file[at] = (byte) random.nextInt(256);
      }
    }
    return random.nextInt(10) == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file;
  }

  /** Each declares 65,500×65,500 pixels in 200 bytes. */
  private void bombs() {
    for (String name : Jpegs.NAMES) {
      byte[] file = Jpegs.file(name);
      byte[] bomb = withExtents(file, 65_500, 65_500);
      require(isRefused(Arrays.copyOf(bomb, 200)), "a bomb cut short: " + name);
      require(isRefused(bomb), "a bomb: " + name);
    }
  }

  private static byte[] withExtents(byte[] file, int height, int width) {
    int at = 2;
    while ((file[at + 1] & 0xFF) != 0xC0 && (file[at + 1] & 0xFF) != 0xC2) {
      at += 2 + Short.toUnsignedInt(ByteBuffer.wrap(file).getShort(at + 2));
    }
    byte[] changed = file.clone();
    ByteBuffer.wrap(changed).putShort(at + 5, (short) height).putShort(at + 7, (short) width);
    return changed;
  }

  /** Scans of a few bytes that go over all of the image. */
  private void scans() {
    require(!isRefused(manyScans(99)), "100 scans must be decoded");
    try {
      codec.readHeader(ByteBuffer.wrap(manyScans(5_000)));
    } catch (DecodeException e) {
      throw new IllegalStateException("not refused for its header", e);
    }
    require(isRefused(manyScans(5_000)), "5,001 scans must be refused");
  }

  /** Gray, 3,000×3,000: one scan of DC, then so many of AC that say "nothing in any block". */
  private static byte[] manyScans(int scans) {
    int blocks = 375 * 375;
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    put(file, 0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0);
    file.writeBytes(filled(64, 1));
    put(
        file,
        0xFF,
        0xC2,
        0,
        11,
        8,
        3_000 >> 8,
        3_000 & 0xFF,
        3_000 >> 8,
        3_000 & 0xFF,
        1,
        1,
        0x11,
        0);
    huffmanTable(file, 0x00, 0x00); // DC: "0" is no difference
    huffmanTable(file, 0x10, 0xE0); // AC: "0" and 14 bits are so many blocks more than 2^14 of end
    put(file, 0xFF, 0xDA, 0, 8, 1, 1, 0x00, 0, 0, 0x00);
    file.writeBytes(filled((blocks + 7) / 8, 0));
    for (int i = 0; i < scans; i++) {
      put(file, 0xFF, 0xDA, 0, 8, 1, 1, 0x00, 1, 63, 0x00);
      file.writeBytes(filled((blocks / (1 << 14) + 1) * 15 / 8 + 1, 0));
    }
    put(file, 0xFF, 0xD9);
    return file.toByteArray();
  }

  /** A table of one code, "0". */
  private static void huffmanTable(ByteArrayOutputStream file, int name, int symbol) {
    put(file, 0xFF, 0xC4, 0, 20, name, 1);
    file.writeBytes(filled(15, 0));
    put(file, symbol);
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static void put(ByteArrayOutputStream file, int... bytes) {
    for (int b : bytes) {
      file.write(b);
    }
  }
}
