package io.imagestore.disk;

import io.imagestore.Image;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.Codecs;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a file is by its content; its name counts only where the content tells nothing. */
final class FileContent {

  /** A larger file isn't taken for an image: it would have to fit on the heap. */
  static final long MAX_BYTES = 1L << 30;

  private static final int START_BYTES = 32;

  /** What is asked for at once is read by way of a direct buffer of that size. */
  private static final int READ_BYTES = 1 << 20;

  /** Those that torchvision goes by, and some newer ones. */
  private static final Set<String> EXTENSIONS =
      Set.of(
          "jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp", "gif", "avif", "heic",
          "jxl", "jp2");

  private FileContent() {}

  /**
   * The image that a file is, kept encoded.
   *
   * @param isNamed whether somebody says that it is one
   * @return empty if neither its content nor its name says that it is an image
   * @throws UnsupportedImageException if it is an image of a kind that no codec knows, or a huge
   *     file
   * @throws io.imagestore.codec.DecodeException if its header is damaged
   * @throws IOException if it can't be read
   */
  static Optional<Image> read(Path file, boolean isNamed) throws IOException {
    if (Files.readAttributes(file, BasicFileAttributes.class).isOther()) {
      throw new IOException("it is a pipe or a device, of which reading may never end");
    }
    // A stream, as a channel would be closed by an interrupt of the calling thread.
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(START_BYTES);
      if (Codecs.recognize(ByteBuffer.wrap(start)).isPresent()) {
        return Optional.of(Image.encoded(whole(file, start, in)));
      }
      if (isNamed || hasImageName(file, start)) {
        throw new UnsupportedImageException(
            start.length == 0 ? "the file is empty" : unknown(start));
      }
      Optional<String> format = ForeignFormat.of(start);
      if (format.isPresent()) {
        throw new UnsupportedImageException(unknown(start));
      }
      return Optional.empty();
    }
  }

  /** Whether the names of images' files end so, as far as is known here. */
  static boolean isImageExtension(String extension) {
    return EXTENSIONS.contains(extension) || Codecs.find(extension).isPresent();
  }

  private static boolean hasImageName(Path file, byte[] start) {
    String name = String.valueOf(file.getFileName());
    String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return EXTENSIONS.contains(extension) && !ForeignFormat.isAppleDouble(start);
  }

  private static String unknown(byte[] start) {
    return ForeignFormat.of(start)
        .map(format -> "it is " + format + ", for which there is no codec on the class path")
        .orElse("by its content it is no image");
  }

  private static byte[] whole(Path file, byte[] start, InputStream in) throws IOException {
    long length = Files.size(file);
    if (length > MAX_BYTES) {
      throw new UnsupportedImageException(
          "it has " + length + " bytes, and images of up to " + MAX_BYTES + " are read");
    }
    byte[] bytes = Arrays.copyOf(start, (int) length);
    for (int at = start.length; at < bytes.length; ) {
      int count = in.read(bytes, at, Math.min(READ_BYTES, bytes.length - at));
      if (count < 0) {
        throw new EOFException("it became shorter while it was read");
      }
      at += count;
    }
    return bytes;
  }

  /** Why a file can't be read, for a reader who knows which. */
  static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "there is no permission to read it";
    }
    return String.valueOf(e.getMessage());
  }
}
