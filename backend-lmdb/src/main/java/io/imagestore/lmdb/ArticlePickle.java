package io.imagestore.lmdb;

import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import io.imagestore.SampleType;
import io.imagestore.UnsupportedImageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Pickles images as objects of a class of the reader's own, by protocol 3: the object is made
 * without a call of its constructor, and its attributes are set from a dictionary. The opcodes are
 * those of Python's module {@code pickletools}.
 */
final class ArticlePickle {

  private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{Nd}_]*");
  private static final Pattern MODULE = Pattern.compile(NAME + "(\\." + NAME + ")*");
  private static final int ATTRIBUTE_BYTES = 128; // more than names, numbers and opcodes take

  private static final int MAX_BYTES = Integer.MAX_VALUE - 8; // of an array

  private static final byte PROTO = (byte) 0x80;
  private static final byte GLOBAL = 'c';
  private static final byte EMPTY_TUPLE = ')';
  private static final byte NEWOBJ = (byte) 0x81;
  private static final byte EMPTY_DICT = '}';
  private static final byte MARK = '(';
  private static final byte BINUNICODE = 'X';
  private static final byte BININT = 'J';
  private static final byte TUPLE2 = (byte) 0x86;
  private static final byte BINBYTES = 'B';
  private static final byte SETITEMS = 'u';
  private static final byte BUILD = 'b';
  private static final byte STOP = '.';

  private final byte[] type;

  /** For objects of this class. */
  ArticlePickle(String module, String className) {
    check("module", module, MODULE);
    check("class", className, NAME);
    type = (module + "\n" + className + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static void check(String what, String name, Pattern pattern) {
    if (!pattern.matcher(name).matches()) {
      throw new IllegalArgumentException("'" + name + "' can't be the name of a Python " + what);
    }
  }

  /**
   * Pickles a raw image.
   *
   * @throws UnsupportedImageException if its samples aren't UINT8, or it takes some 2 GiB
   */
  byte[] of(LabeledImage image) {
    ImageShape shape = image.image().shape();
    long size = shape.byteCount() + type.length + ATTRIBUTE_BYTES;
    if (shape.sampleType() != SampleType.UINT8 || size > MAX_BYTES) {
      throw new UnsupportedImageException(
          "image "
              + image.id()
              + " is "
              + shape
              + ", but this layout holds UINT8 samples, and less than 2 GiB of them; nothing is"
              + " exported");
    }
    ByteBuffer out = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
    out.put(PROTO).put((byte) 3);
    out.put(GLOBAL).put(type).put(EMPTY_TUPLE).put(NEWOBJ);
    out.put(EMPTY_DICT).put(MARK);
    putText(out, "channels");
    putInt(out, shape.channels());
    putText(out, "size");
    putInt(out, shape.height());
    putInt(out, shape.width());
    out.put(TUPLE2);
    putText(out, "image");
    out.put(BINBYTES).putInt((int) shape.byteCount());
    image.image().copyTo(out);
    putText(out, "label");
    putInt(out, image.label());
    out.put(SETITEMS).put(BUILD).put(STOP);
    byte[] pickle = new byte[out.flip().remaining()];
    out.get(pickle);
    return pickle;
  }

  private static void putText(ByteBuffer out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.put(BINUNICODE).putInt(bytes.length).put(bytes);
  }

  private static void putInt(ByteBuffer out, int value) {
    out.put(BININT).putInt(value);
  }
}
