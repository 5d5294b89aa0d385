package io.imagestore.hdf5.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a group or dataset is: a list of messages. Specification, sections IV.A.1.b, <em>Version 2
 * Data Object Header Prefix</em>, and IV.A.2, <em>Data Object Header Messages</em>.
 */
final class ObjectHeader {

  private static final String SIGNATURE = "OHDR";
  private static final String CONTINUATION_SIGNATURE = "OCHK";
  private static final int VERSION = 2;
  private static final int SIZE_BITS = 0x3;
  private static final int CREATION_ORDER = 0x4;
  private static final int PHASE_CHANGE = 0x10;
  private static final int TIMES = 0x20;
  private static final int CHECKSUM_BYTES = 4;

  /** Bytes before the first message in the headers made here. */
  private static final int PREFIX = 10;

  // Enough for any file, and an end to chains that have none.
  private static final int MAX_BLOCKS = 4096;

  private final List<MetadataBlock> blocks;
  private final List<Message> messages;

  private ObjectHeader(List<MetadataBlock> blocks, List<Message> messages) {
    this.blocks = blocks;
    this.messages = messages;
  }

  /**
   * One message.
   *
   * @param type its number
   * @param flags as the specification says
   * @param block where it lies, or null if it lies nowhere yet
   * @param offset where in the block its body begins
   * @param body its bytes
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Message(int type, int flags, @Nullable MetadataBlock block, int offset, byte[] body) {

    static final int NIL = 0x00;
    static final int DATASPACE = 0x01;
    static final int LINK_INFO = 0x02;
    static final int DATATYPE = 0x03;
    static final int FILL_VALUE = 0x05;
    static final int LINK = 0x06;
    static final int LAYOUT = 0x08;
    static final int GROUP_INFO = 0x0a;
    static final int FILTERS = 0x0b;
    static final int ATTRIBUTE = 0x0c;
    static final int CONTINUATION = 0x10;

    static final int CONSTANT = 0x1;
    static final int SHARED = 0x2;

    static Message of(int type, int flags, byte[] body) {
      return new Message(type, flags, null, 0, body);
    }

    ByteBuffer view() {
      return ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  List<MetadataBlock> blocks() {
    return blocks;
  }

  List<Message> messages() {
    return messages;
  }

  long address() {
    return blocks.get(0).address();
  }

  Optional<Message> find(int type) {
    return messages.stream().filter(message -> message.type() == type).findFirst();
  }

  Message require(int type, String name) throws IOException {
    Message message =
        find(type)
            .orElseThrow(
                () ->
                    new Hdf5FormatException(
                        "object header at address " + address() + " has no " + name));
    if ((message.flags() & Message.SHARED) != 0) {
      throw new UnsupportedHdf5Exception(
          "the " + name + " of the object header at " + address() + " is shared");
    }
    return message;
  }

  /** A header for a new object, in one block. */
  static ObjectHeader create(List<Message> messages, Changes changes) {
    int size = sizeOf(messages) - PREFIX - CHECKSUM_BYTES;
    ByteBuffer bytes = ByteBuffer.allocate(sizeOf(messages)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {'O', 'H', 'D', 'R', VERSION, 2}).putInt(size);
    List<Integer> offsets = new ArrayList<>();
    for (Message message : messages) {
      bytes
          .put((byte) message.type())
          .putShort((short) message.body().length)
          .put((byte) message.flags());
      offsets.add(bytes.position());
      bytes.put(message.body());
    }
    MetadataBlock block = changes.create(bytes.array());
    List<Message> placed = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      Message message = messages.get(i);
      placed.add(
          new Message(message.type(), message.flags(), block, offsets.get(i), message.body()));
    }
    return new ObjectHeader(List.of(block), placed);
  }

  private static int sizeOf(List<Message> messages) {
    int size = PREFIX + CHECKSUM_BYTES;
    for (Message message : messages) {
      size += 4 + message.body().length;
    }
    return size;
  }

  static ObjectHeader read(ByteSource source, long address) throws IOException {
    byte[] start = source.read(address, 6);
    if (start[0] == 1) {
      throw new UnsupportedHdf5Exception("object header of version 1 at address " + address);
    }
    if (start[4] != VERSION) {
      throw new Hdf5FormatException("there is no object header at address " + address);
    }
    int flags = start[5];
    int sizeBytes = 1 << (flags & SIZE_BITS);
    int prefix =
        6 + ((flags & TIMES) != 0 ? 16 : 0) + ((flags & PHASE_CHANGE) != 0 ? 4 : 0) + sizeBytes;
    ByteBuffer head = ByteBuffer.wrap(source.read(address, prefix)).order(ByteOrder.LITTLE_ENDIAN);
    long size = Bits.unsigned(head, prefix - sizeBytes, sizeBytes);
    ByteBudget budget = new ByteBudget(Math.min(source.length(), ByteSource.MAX_BLOCK_BYTES));
    int firstSize = sizeWithin(budget, prefix + size + CHECKSUM_BYTES, address);
    MetadataBlock first = MetadataBlock.read(source, address, firstSize, SIGNATURE);
    ObjectHeader header = new ObjectHeader(new ArrayList<>(), new ArrayList<>());
    boolean ordered = (flags & CREATION_ORDER) != 0;
    Deque<ByteBuffer> continuations = new ArrayDeque<>();
    header.add(first, prefix, ordered, continuations);
    while (!continuations.isEmpty()) {
      ByteBuffer continuation = continuations.remove();
      long at = continuation.getLong(0);
      int length = sizeWithin(budget, continuation.getLong(8), at);
      header.add(
          MetadataBlock.read(source, at, length, CONTINUATION_SIGNATURE),
          4,
          ordered,
          continuations);
    }
    return header;
  }

  private static int sizeWithin(ByteBudget budget, long size, long address)
      throws Hdf5FormatException {
    if (size < 8 || size > Integer.MAX_VALUE) {
      throw new Hdf5FormatException(
          "an object header block at address " + address + " of " + size + " bytes");
    }
    budget.take(size, address);
    return (int) size;
  }

  private void add(MetadataBlock block, int start, boolean ordered, Deque<ByteBuffer> continuations)
      throws Hdf5FormatException {
    if (blocks.size() == MAX_BLOCKS) {
      throw new Hdf5FormatException("object header at address " + address() + " has no end");
    }
    blocks.add(block);
    ByteBuffer bytes = block.view();
    int head = ordered ? 6 : 4;
    int end = block.size() - CHECKSUM_BYTES;
    // What is left and too short for a message is a gap.
    for (int at = start; at + head <= end; ) {
      int type = bytes.get(at);
      int size = bytes.getShort(at + 1) & 0xffff;
      int flags = bytes.get(at + 3);
      int offset = at + head;
      if (offset + size > end) {
        throw new Hdf5FormatException(
            "a message of the object header at address " + address() + " runs over its end");
      }
      byte[] body = new byte[size];
      bytes.get(offset, body);
      Message message = new Message(type, flags, block, offset, body);
      if (type == Message.CONTINUATION && size >= 16) {
        continuations.add(message.view());
      }
      messages.add(message);
      at = offset + size;
    }
  }
}
