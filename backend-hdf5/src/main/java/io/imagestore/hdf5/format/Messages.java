package io.imagestore.hdf5.format;

import io.imagestore.hdf5.format.ObjectHeader.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The messages that object headers of groups and growing datasets consist of, as bytes. */
final class Messages {

  private static final int STRING_CLASS = 0x13;
  private static final int NULL_PADDED_UTF8 = 0x11;
  private static final int INTEGER_CLASS = 0x10;
  private static final int FLOAT_CLASS = 0x11;
  private static final int IMPLIED_BIT = 0x20;
  private static final int SIGNED = 0x08;
  private static final int ZERO_PADDED = 1;
  private static final int CREATION_ORDER = 1;
  private static final int HAS_LINK_LIMITS = 1;
  private static final int MOST_LINKS = 1000;
  private static final int UTF8 = 1;
  // The length field of a message has two bytes.
  private static final int MAX_BODY = 0xffff;

  private Messages() {}

  private static ByteBuffer body(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * A group whose links lie in its header, and stay there when other programs add theirs, which by
   * default move them elsewhere when there are more than 8: sections IV.A.2.c, <em>Link Info</em>,
   * and IV.A.2.k, <em>Group Info</em>.
   */
  static List<Message> emptyGroup() {
    ByteBuffer linkInfo =
        body(18).putShort((short) 0).putLong(Superblock.UNDEFINED).putLong(Superblock.UNDEFINED);
    ByteBuffer groupInfo = body(6).put((byte) 0).put((byte) HAS_LINK_LIMITS);
    groupInfo.putShort((short) MOST_LINKS).putShort((short) 0);
    return List.of(
        Message.of(Message.LINK_INFO, 0, Bits.array(linkInfo)),
        Message.of(Message.GROUP_INFO, Message.CONSTANT, Bits.array(groupInfo)));
  }

  /** Whether a group's links lie outside of its header. */
  static boolean hasLinksElsewhere(Message linkInfo) throws IOException {
    try {
      ByteBuffer body = linkInfo.view();
      int heap = (body.get(1) & CREATION_ORDER) != 0 ? 10 : 2;
      return body.remaining() >= heap + Long.BYTES && body.getLong(heap) != Superblock.UNDEFINED;
    } catch (RuntimeException e) {
      throw damaged("link info", e);
    }
  }

  /** A hard link: section IV.A.2.g, <em>The Link Message</em>. */
  static Message link(String name, long address) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer body = body(11 + utf8.length);
    body.put((byte) 1).put((byte) 0).put((byte) utf8.length).put(utf8).putLong(address);
    return Message.of(Message.LINK, 0, Bits.array(body));
  }

  /**
   * A link's name and where it leads.
   *
   * @param address of the object, or {@link Superblock#UNDEFINED} for a link that isn't hard
   */
  record Link(String name, long address) {}

  static Link parseLink(Message message) throws IOException {
    try {
      ByteBuffer body = message.view();
      body.get();
      int flags = body.get();
      int kind = (flags & 0x08) != 0 ? body.get() : 0;
      body.position(
          body.position() + ((flags & 0x04) != 0 ? 8 : 0) + ((flags & 0x10) != 0 ? 1 : 0));
      int width = 1 << (flags & 0x03);
      long length = Bits.unsigned(body, body.position(), width);
      if (length > body.remaining() - width) {
        throw new Hdf5FormatException(
            "a link's name of " + length + " bytes runs over its message");
      }
      byte[] name = new byte[(int) length];
      body.position(body.position() + width).get(name);
      return new Link(
          new String(name, StandardCharsets.UTF_8),
          kind == 0 ? body.getLong() : Superblock.UNDEFINED);
    } catch (RuntimeException e) {
      throw damaged("link", e);
    }
  }

  /**
   * A text attribute: section IV.A.2.m, <em>The Attribute Message</em>, of a fixed-length UTF-8
   * string.
   */
  static Message attribute(String name, String text) {
    byte[] utf8Name = name.getBytes(StandardCharsets.UTF_8);
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer body = body(9 + utf8Name.length + 1 + 8 + 4 + utf8.length);
    if (body.capacity() > MAX_BODY) {
      throw new IllegalArgumentException(
          "attribute '"
              + name
              + "' of "
              + utf8.length
              + " bytes is too long; HDF5 has room for 64 KiB");
    }
    body.put((byte) 3).put((byte) 0);
    body.putShort((short) (utf8Name.length + 1))
        .putShort((short) 8)
        .putShort((short) 4)
        .put((byte) UTF8);
    body.put(utf8Name).put((byte) 0);
    body.put((byte) STRING_CLASS)
        .put((byte) NULL_PADDED_UTF8)
        .putShort((short) 0)
        .putInt(utf8.length);
    body.put((byte) 2).put(new byte[3]); // a scalar
    body.put(utf8);
    return Message.of(Message.ATTRIBUTE, 0, Bits.array(body));
  }

  /** The name of any attribute. */
  static String attributeName(Message message) throws IOException {
    try {
      ByteBuffer body = message.view();
      int start = body.get(0) == 3 ? 9 : 8;
      byte[] name = new byte[body.getShort(2) & 0xffff];
      body.get(start, name);
      int end = 0;
      while (end < name.length && name[end] != 0) {
        end++;
      }
      return new String(name, 0, end, StandardCharsets.UTF_8);
    } catch (RuntimeException e) {
      throw damaged("attribute", e);
    }
  }

  /**
   * The text of an attribute that {@link #attribute} made, or empty if another program made it of
   * another type.
   */
  static Optional<String> attributeText(Message message) throws IOException {
    try {
      ByteBuffer body = message.view();
      int typeAt = 9 + (body.getShort(2) & 0xffff);
      int textAt = typeAt + (body.getShort(4) & 0xffff) + (body.getShort(6) & 0xffff);
      if (body.get(0) != 3
          || (body.get(1) & 0x3) != 0
          || (body.get(typeAt) & 0x0f) != (STRING_CLASS & 0x0f)) {
        return Optional.empty();
      }
      int length = body.getInt(typeAt + 4);
      if (length < 0 || length > body.capacity() - textAt) {
        return Optional.empty();
      }
      byte[] text = new byte[length];
      body.get(textAt, text);
      while (length > 0 && text[length - 1] == 0) {
        length--;
      }
      return Optional.of(new String(text, 0, length, StandardCharsets.UTF_8));
    } catch (RuntimeException e) {
      throw damaged("attribute", e);
    }
  }

  /** No rows yet, any number of rows later: section IV.A.2.b, <em>The Dataspace Message</em>. */
  static Message dataspace(ColumnSpec column) {
    int[] rowShape = column.rowShape();
    int rank = 1 + rowShape.length;
    ByteBuffer body = body(4 + 16 * rank);
    body.put((byte) 2).put((byte) rank).put((byte) 1).put((byte) 1);
    body.putLong(0);
    for (int extent : rowShape) {
      body.putLong(extent);
    }
    body.putLong(-1L);
    for (int extent : rowShape) {
      body.putLong(extent);
    }
    return Message.of(Message.DATASPACE, 0, Bits.array(body));
  }

  /** Where in a dataspace message the number of rows stands. */
  static final int ROWS_OFFSET = 4;

  /** The dimensions. */
  static long[] parseDataspace(Message message) throws IOException {
    try {
      ByteBuffer body = message.view();
      if (body.get(0) != 2) {
        throw new UnsupportedHdf5Exception("dataspace message of version " + body.get(0));
      }
      long[] dimensions = new long[body.get(1)];
      for (int i = 0; i < dimensions.length; i++) {
        dimensions[i] = body.getLong(ROWS_OFFSET + 8 * i);
      }
      return dimensions;
    } catch (RuntimeException e) {
      throw damaged("dataspace", e);
    }
  }

  /** Section IV.A.2.d, <em>The Datatype Message</em>. */
  static Message datatype(ElementType type) {
    ByteBuffer body =
        switch (type) {
          case FLOAT32 -> float32();
          case TEXT16 -> text(type);
          default -> integer(type);
        };
    return Message.of(Message.DATATYPE, Message.CONSTANT, Bits.array(body));
  }

  private static ByteBuffer float32() {
    ByteBuffer body = body(20);
    body.put((byte) FLOAT_CLASS).put((byte) IMPLIED_BIT).put((byte) 31).put((byte) 0); // the sign
    body.putInt(4).putShort((short) 0).putShort((short) 32);
    body.put((byte) 23).put((byte) 8); // the exponent
    body.put((byte) 0).put((byte) 23).putInt(127); // the mantissa, and the exponent's bias
    return body;
  }

  private static ByteBuffer text(ElementType type) {
    return body(8)
        .put((byte) STRING_CLASS)
        .put((byte) ZERO_PADDED)
        .putShort((short) 0)
        .putInt(type.size());
  }

  private static ByteBuffer integer(ElementType type) {
    ByteBuffer body = body(12);
    body.put((byte) INTEGER_CLASS).put((byte) (type.signed() ? SIGNED : 0)).putShort((short) 0);
    body.putInt(type.size()).putShort((short) 0).putShort((short) (8 * type.size()));
    return body;
  }

  static ElementType parseDatatype(Message message) throws IOException {
    for (ElementType type : ElementType.values()) {
      ByteBuffer ours = datatype(type).view();
      ByteBuffer theirs = message.view();
      // The lowest bit of the second byte is the byte order, which says nothing of single bytes.
      int bytes = ours.remaining();
      if (theirs.remaining() >= bytes && ours.mismatch(theirs.limit(bytes)) < 0) {
        return type;
      }
    }
    throw new UnsupportedHdf5Exception(
        "a datatype that is neither a little-endian number nor a text of the expected kinds");
  }

  /**
   * Space is taken chunk by chunk, and is zero: section IV.A.2.f, <em>The Fill Value Message</em>.
   */
  static Message fillValue() {
    return Message.of(Message.FILL_VALUE, Message.CONSTANT, new byte[] {3, 0x0b});
  }

  /** Section IV.A.2.l, <em>The Data Storage - Filter Pipeline Message</em>. */
  static Message filters(Filters filters, int elementSize) {
    ByteBuffer body = body(64).put((byte) 2).put((byte) filters.count());
    if (filters.shuffle()) {
      body.putShort((short) 2).putShort((short) 1).putShort((short) 1).putInt(elementSize);
    }
    if (filters.deflateLevel() > 0) {
      body.putShort((short) 1)
          .putShort((short) 1)
          .putShort((short) 1)
          .putInt(filters.deflateLevel());
    }
    byte[] bytes = new byte[body.position()];
    body.get(0, bytes);
    return Message.of(Message.FILTERS, Message.CONSTANT, bytes);
  }

  static Filters parseFilters(Message message, int elementSize) throws IOException {
    for (boolean shuffle : new boolean[] {false, true}) {
      for (int level = 0; level <= 9; level++) {
        Filters filters = new Filters(shuffle, level);
        if (Arrays.equals(filters(filters, elementSize).body(), message.body())) {
          return filters;
        }
      }
    }
    throw new UnsupportedHdf5Exception("filters other than shuffle, then deflate");
  }

  /**
   * Chunks, indexed by an extensible array: section IV.A.2.i, <em>The Data Layout Message</em>,
   * version 4. The chunk's dimensions are followed by the element's size.
   */
  static Message layout(ColumnSpec column, long index) {
    int[] rowShape = column.rowShape();
    ByteBuffer body = body(5 + 4 * (rowShape.length + 2) + 1 + 5 + 8);
    body.put((byte) 4).put((byte) 2).put((byte) 0).put((byte) (rowShape.length + 2)).put((byte) 4);
    body.putInt(column.chunkRows());
    for (int extent : rowShape) {
      body.putInt(extent);
    }
    body.putInt(column.type().size());
    body.put((byte) 4).put(ArrayGeometry.DEFAULT.toBytes()).putLong(index);
    return Message.of(Message.LAYOUT, 0, Bits.array(body));
  }

  /**
   * What a layout message says.
   *
   * @param chunk the chunk's dimensions, without the element's size
   * @param index where the chunk index is
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Layout(int[] chunk, long index) {}

  static Layout parseLayout(Message message) throws IOException {
    try {
      ByteBuffer body = message.view();
      int version = body.get();
      int kind = body.get();
      if (version != 4 || kind != 2) {
        throw new UnsupportedHdf5Exception(
            "data layout of version " + version + " and class " + kind);
      }
      body.get();
      int rank = body.get();
      int width = body.get();
      int[] chunk = new int[Math.max(0, rank - 1)];
      for (int i = 0; i < chunk.length; i++) {
        chunk[i] = Math.toIntExact(Bits.unsigned(body, body.position() + i * width, width));
      }
      body.position(body.position() + rank * width);
      int index = body.get();
      if (index != 4) {
        throw new UnsupportedHdf5Exception(
            "chunk index of type " + index + ", which isn't an extensible array");
      }
      return new Layout(chunk, body.getLong(body.position() + 5));
    } catch (RuntimeException e) {
      throw damaged("data layout", e);
    }
  }

  private static Hdf5FormatException damaged(String name, RuntimeException cause) {
    Hdf5FormatException damaged =
        new Hdf5FormatException("a " + name + " message is damaged: " + cause);
    damaged.initCause(cause);
    return damaged;
  }
}
