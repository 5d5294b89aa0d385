package io.imagestore.testkit;

import io.imagestore.LabeledImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/** Finds raw pixels in the files of a closed store, and makes them others. */
final class StoredPixels {

  private StoredPixels() {}

  /** Flips a bit in the middle of an image's pixels. */
  static void damage(Path store, LabeledImage image) throws IOException {
    byte[] pixels = image.image().pixels();
    try (Stream<Path> files = Files.walk(store)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        int at = indexOf(Files.readAllBytes(file), pixels);
        if (at >= 0) {
          flipBit(file, at + pixels.length / 2);
          return;
        }
      }
    }
    throw new AssertionError("no file of " + store + " holds the pixels of image " + image.id());
  }

  /** Flips the lowest bit of a byte. */
  static void flipBit(Path file, long offset) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, offset);
      one.put(0, (byte) (one.get(0) ^ 1));
      channel.write(one.flip(), offset);
    }
  }

  private static int indexOf(byte[] bytes, byte[] wanted) {
    for (int at = 0; at <= bytes.length - wanted.length; at++) {
      int i = 0;
      while (i < wanted.length && bytes[at + i] == wanted[i]) {
        i++;
      }
      if (i == wanted.length) {
        return at;
      }
    }
    return -1;
  }
}
