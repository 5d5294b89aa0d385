package io.imagestore.hdf5.format;

import io.imagestore.hdf5.format.ObjectHeader.Message;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A dataset that never grows, whose data lies in one piece.
 *
 * @param name its name in the root group
 * @param type its elements
 * @param dimensions none for a single number
 * @param data its elements, little-endian, the last dimension varying fastest; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
public record ContiguousDataset(String name, ElementType type, int[] dimensions, byte[] data) {

  private static final int DATASPACE_VERSION = 2;
  private static final int SCALAR = 0;
  private static final int SIMPLE = 1;
  private static final int LAYOUT_VERSION = 4;
  private static final int CONTIGUOUS = 1;

  /**
   * Checks the amount of data.
   *
   * @param name its name in the root group
   * @param type its elements
   * @param dimensions none for a single number
   * @param data its elements
   * @throws IllegalArgumentException if there is more or less than the dimensions say
   */
  public ContiguousDataset {
    dimensions = dimensions.clone();
    long bytes = type.size();
    for (int dimension : dimensions) {
      bytes = Math.multiplyExact(bytes, dimension);
    }
    if (bytes != data.length) {
      throw new IllegalArgumentException(
          "dimensions "
              + Arrays.toString(dimensions)
              + " take "
              + bytes
              + " bytes, but there are "
              + data.length);
    }
  }

  /**
   * The dimensions.
   *
   * @return a copy
   */
  @Override
  public int[] dimensions() {
    return dimensions.clone();
  }

  /**
   * Makes a file that has nothing but such datasets.
   *
   * @param file where there is nothing
   * @param datasets of different names
   * @throws IOException if it can't be made
   */
  public static void createFile(Path file, List<ContiguousDataset> datasets) throws IOException {
    if (Files.exists(file)) {
      throw new FileAlreadyExistsException(file.toString());
    }
    FreeSpace space = new FreeSpace(Superblock.BYTES);
    Changes changes = new Changes(space);
    List<Patch> patches = new ArrayList<>();
    List<Message> group = new ArrayList<>(Messages.emptyGroup());
    for (ContiguousDataset dataset : datasets) {
      long address = space.allocate(dataset.data.length);
      patches.add(new Patch(address, dataset.data));
      ObjectHeader header = ObjectHeader.create(dataset.messages(address), changes);
      group.add(Messages.link(dataset.name, header.address()));
    }
    ObjectHeader root = ObjectHeader.create(group, changes);
    changes.seal();
    changes.created().forEach(block -> patches.add(block.whole()));
    patches.add(Superblock.create(root.address(), space.end()).block().whole());
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      for (Patch patch : patches) {
        out.seek(patch.address());
        out.write(patch.bytes());
      }
    }
  }

  private List<Message> messages(long address) {
    return List.of(dataspace(), Messages.datatype(type), fillValue(), layout(address));
  }

  /** Section IV.A.2.b, <em>The Dataspace Message</em>, without room to grow. */
  private Message dataspace() {
    ByteBuffer body = ByteBuffer.allocate(4 + 8 * dimensions.length).order(ByteOrder.LITTLE_ENDIAN);
    body.put((byte) DATASPACE_VERSION).put((byte) dimensions.length).put((byte) 0);
    body.put((byte) (dimensions.length == 0 ? SCALAR : SIMPLE));
    for (int dimension : dimensions) {
      body.putLong(dimension);
    }
    return Message.of(Message.DATASPACE, 0, Bits.array(body));
  }

  /** Space is taken early, as it is written: section IV.A.2.f, <em>The Fill Value Message</em>. */
  private static Message fillValue() {
    return Message.of(Message.FILL_VALUE, Message.CONSTANT, new byte[] {3, 0x09});
  }

  /** Section IV.A.2.i, <em>The Data Layout Message</em>. */
  private Message layout(long address) {
    ByteBuffer body = ByteBuffer.allocate(18).order(ByteOrder.LITTLE_ENDIAN);
    body.put((byte) LAYOUT_VERSION).put((byte) CONTIGUOUS).putLong(address).putLong(data.length);
    return Message.of(Message.LAYOUT, 0, Bits.array(body));
  }
}
