package io.imagestore.hdf5.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The index of a dataset's chunks. Specification, section VII.D, <em>The Extensible Array
 * Index</em>: header (EAHD), index block (EAIB), super blocks (EASB, there called secondary blocks)
 * and data blocks (EADB) with their pages.
 *
 * <p>All of it is held in memory, which is 8 bytes a chunk, or 16 where chunks are filtered. For
 * one thread.
 */
final class ExtensibleArray {

  private static final String HEADER = "EAHD";
  private static final String INDEX = "EAIB";
  private static final String SUPER = "EASB";
  private static final String DATA = "EADB";

  private static final int CHECKSUM = 4;

  /** Signature, version, client and the header's address. */
  private static final int PREFIX = 14;

  private static final int HEADER_BYTES = 72;
  private static final int SUPER_COUNT = 12;
  private static final int SUPER_BYTES = 20;
  private static final int DATA_COUNT = 28;
  private static final int DATA_BYTES = 36;
  private static final int MAX_INDEX = 44;
  private static final int REALISED = 52;
  private static final int INDEX_ADDRESS = 60;

  private final ArrayGeometry geometry;
  private final boolean filtered;
  private final int elementBytes;
  private final int chunkBytes;
  private final MetadataBlock header;
  private @Nullable MetadataBlock index;
  private final Map<Integer, MetadataBlock> superBlocks = new HashMap<>();
  private final Map<Integer, DataBlock> dataBlocks = new HashMap<>();

  /**
   * A data block.
   *
   * @param prefix all of it, or where it has pages its beginning
   * @param pages those in use; empty where it has none
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record DataBlock(MetadataBlock prefix, @Nullable MetadataBlock[] pages) {}

  private ExtensibleArray(
      ArrayGeometry geometry, int elementBytes, int chunkBytes, MetadataBlock header) {
    this.geometry = geometry;
    this.filtered = header.view().get(5) == 1;
    this.elementBytes = elementBytes;
    this.chunkBytes = chunkBytes;
    this.header = header;
  }

  /** Bytes of an element: an address and, where chunks are filtered, size and mask. */
  static int elementBytes(boolean filtered, int chunkBytes) {
    return filtered ? 8 + Math.min(8, 1 + (Bits.log2(chunkBytes) + 8) / 8) + 4 : 8;
  }

  /** An empty array. */
  static ExtensibleArray create(boolean filtered, int chunkBytes, Changes changes) {
    ArrayGeometry geometry = ArrayGeometry.DEFAULT;
    int elementBytes = elementBytes(filtered, chunkBytes);
    ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes
        .put(HEADER.getBytes(StandardCharsets.US_ASCII))
        .put((byte) 0)
        .put((byte) (filtered ? 1 : 0));
    bytes.put((byte) elementBytes).put(geometry.toBytes());
    bytes.putLong(INDEX_ADDRESS, Superblock.UNDEFINED);
    MetadataBlock header = changes.create(reorderGeometry(bytes.array()));
    ExtensibleArray array = new ExtensibleArray(geometry, elementBytes, chunkBytes, header);
    array.createIndex(changes);
    return array;
  }

  /** The header has the two smallest sizes the other way round than the layout message. */
  private static byte[] reorderGeometry(byte[] header) {
    byte pointers = header[9];
    header[9] = header[10];
    header[10] = pointers;
    return header;
  }

  /** Reads an array and checks each block. */
  static ExtensibleArray read(ByteSource source, long address, int chunkBytes) throws IOException {
    MetadataBlock header = MetadataBlock.read(source, address, HEADER_BYTES, HEADER);
    ByteBuffer view = header.view();
    int client = view.get(5);
    if (view.get(4) != 0 || client < 0 || client > 1) {
      throw new UnsupportedHdf5Exception(
          "extensible array of version "
              + view.get(4)
              + " and client "
              + client
              + " at address "
              + address);
    }
    int elementBytes = view.get(6);
    if (elementBytes < (client == 1 ? 13 : 8) || elementBytes > 20) {
      throw new Hdf5FormatException(
          "extensible array at " + address + " has elements of " + elementBytes + " bytes");
    }
    ArrayGeometry geometry;
    try {
      geometry =
          new ArrayGeometry(
              view.get(7),
              view.get(8) & 0xff,
              view.get(10) & 0xff,
              view.get(9) & 0xff,
              view.get(11));
    } catch (IllegalArgumentException e) {
      throw new UnsupportedHdf5Exception(e.getMessage() + " at address " + address);
    }
    ExtensibleArray array = new ExtensibleArray(geometry, elementBytes, chunkBytes, header);
    if (view.getLong(INDEX_ADDRESS) != Superblock.UNDEFINED) {
      array.readBlocks(source, new ByteBudget(source), view.getLong(INDEX_ADDRESS));
    }
    array.checkLength(source.length());
    return array;
  }

  /** Whoever goes through all chunks shall do no more than the file's share. */
  private void checkLength(long fileLength) throws Hdf5FormatException {
    long most = Math.min(Math.max(fileLength, 1 << 20), Integer.MAX_VALUE);
    if (length() < 0 || length() > Math.min(most, capacity())) {
      throw new Hdf5FormatException(
          "the chunk index at address " + address() + " claims to have " + length() + " chunks");
    }
  }

  /** One more than the highest number of an element that there is a block for. */
  private long capacity() {
    if (index == null) {
      return 0;
    }
    int last = dataBlocks.keySet().stream().mapToInt(number -> number).max().orElse(-1);
    if (last < 0) {
      return geometry.indexElements();
    }
    int s = 0;
    while (geometry.firstDataBlock(s + 1) <= last) {
      s++;
    }
    long inSuper = (last - geometry.firstDataBlock(s) + 1L) * geometry.elements(s);
    return geometry.indexElements() + geometry.firstElement(s) + inSuper;
  }

  private void readBlocks(ByteSource source, ByteBudget budget, long indexAddress)
      throws IOException {
    budget.take(indexBytes(), indexAddress);
    MetadataBlock indexBlock = MetadataBlock.read(source, indexAddress, indexBytes(), INDEX);
    index = indexBlock;
    int direct = geometry.directDataBlocks();
    for (int s = 0; s < geometry.directSuperBlocks(); s++) {
      for (int d = geometry.firstDataBlock(s);
          d < geometry.firstDataBlock(s) + geometry.dataBlocks(s);
          d++) {
        readDataBlock(source, budget, indexBlock.view().getLong(directPointer(d)), d, s, null);
      }
    }
    for (int s = geometry.directSuperBlocks(); s < geometry.superBlocks(); s++) {
      long at =
          indexBlock.view().getLong(directPointer(direct) + 8 * (s - geometry.directSuperBlocks()));
      if (at != Superblock.UNDEFINED) {
        budget.take(superBytes(s), at);
        MetadataBlock superBlock = MetadataBlock.read(source, at, superBytes(s), SUPER);
        superBlocks.put(s, superBlock);
        int first = geometry.firstDataBlock(s);
        for (int d = 0; d < geometry.dataBlocks(s); d++) {
          readDataBlock(
              source, budget, superBlock.view().getLong(pointer(s, d)), first + d, s, superBlock);
        }
      }
    }
  }

  private void readDataBlock(
      ByteSource source,
      ByteBudget budget,
      long at,
      int number,
      int s,
      @Nullable MetadataBlock superBlock)
      throws IOException {
    if (at == Superblock.UNDEFINED) {
      return;
    }
    budget.take(dataBytes(s), at);
    if (!geometry.paged(s)) {
      MetadataBlock whole = MetadataBlock.read(source, at, dataBytes(s), DATA);
      dataBlocks.put(number, new DataBlock(whole, new MetadataBlock[0]));
      return;
    }
    MetadataBlock prefix = MetadataBlock.read(source, at, dataPrefix(), DATA);
    @Nullable MetadataBlock[] pages = new MetadataBlock[geometry.pages(s)];
    for (int p = 0; p < pages.length; p++) {
      if (superBlock != null && pageInUse(superBlock, s, number - geometry.firstDataBlock(s), p)) {
        pages[p] = MetadataBlock.read(source, pageAddress(at, p), pageBytes());
      }
    }
    dataBlocks.put(number, new DataBlock(prefix, pages));
  }

  // Sizes and places.

  private int indexBytes() {
    return directPointer(geometry.directDataBlocks())
        + 8 * (geometry.superBlocks() - geometry.directSuperBlocks())
        + CHECKSUM;
  }

  private int directPointer(int dataBlock) {
    return PREFIX + geometry.indexElements() * elementBytes + 8 * dataBlock;
  }

  private int superBytes(int s) {
    return pointer(s, geometry.dataBlocks(s)) + CHECKSUM;
  }

  private int bitmap() {
    return PREFIX + geometry.offsetBytes();
  }

  private int pointer(int s, int dataBlock) {
    return bitmap() + geometry.bitmapBytes(s) + 8 * dataBlock;
  }

  private int dataPrefix() {
    return PREFIX + geometry.offsetBytes() + CHECKSUM;
  }

  private int pageBytes() {
    return geometry.pageElements() * elementBytes + CHECKSUM;
  }

  private long pageAddress(long dataBlock, int page) {
    return dataBlock + dataPrefix() + (long) page * pageBytes();
  }

  private int dataBytes(int s) {
    return geometry.paged(s)
        ? dataPrefix() + geometry.pages(s) * pageBytes()
        : dataPrefix() + geometry.elements(s) * elementBytes;
  }

  private boolean pageInUse(MetadataBlock superBlock, int s, int dataBlock, int page) {
    int bit = dataBlock * geometry.pages(s) + page;
    return (superBlock.view().get(bitmap() + bit / 8) & (0x80 >> bit % 8)) != 0;
  }

  // Elements.

  long address() {
    return header.address();
  }

  boolean filtered() {
    return filtered;
  }

  /** One more than the highest number of an element that was ever set. */
  long length() {
    return header.view().getLong(MAX_INDEX);
  }

  /** Where an element lies. */
  private record Slot(MetadataBlock block, int offset) {}

  /** The chunk of a number, or null if it has none. */
  @Nullable Chunk get(long number) throws Hdf5FormatException {
    Slot slot = find(number);
    if (slot == null) {
      return null;
    }
    ByteBuffer view = slot.block.view();
    long address = view.getLong(slot.offset);
    if (address == Superblock.UNDEFINED) {
      return null;
    }
    if (!filtered) {
      return new Chunk(address, chunkBytes, 0);
    }
    long size = Bits.unsigned(view, slot.offset + 8, elementBytes - 12);
    // What deflate can't make smaller it makes a little larger.
    if (size > chunkBytes + chunkBytes / 100L + 1024) {
      throw new Hdf5FormatException(
          "chunk " + number + " at address " + address + " has " + size + " bytes");
    }
    return new Chunk(address, (int) size, view.getInt(slot.offset + elementBytes - 4));
  }

  private @Nullable Slot find(long number) {
    if (index == null) {
      return null;
    }
    if (number < geometry.indexElements()) {
      return new Slot(index, PREFIX + (int) number * elementBytes);
    }
    long element = number - geometry.indexElements();
    int s = geometry.superBlockOf(element);
    int inSuper = (int) (element - geometry.firstElement(s));
    int inData = inSuper % geometry.elements(s);
    DataBlock data = dataBlocks.get(geometry.firstDataBlock(s) + inSuper / geometry.elements(s));
    if (data == null) {
      return null;
    }
    if (!geometry.paged(s)) {
      return new Slot(data.prefix, dataPrefix() - CHECKSUM + inData * elementBytes);
    }
    MetadataBlock page = data.pages[inData / geometry.pageElements()];
    return page == null ? null : new Slot(page, inData % geometry.pageElements() * elementBytes);
  }

  /** Sets the chunk of a number, or takes it away. Checksums are left to {@link Changes#seal}. */
  void set(long number, @Nullable Chunk chunk, Changes changes) {
    Slot slot = find(number);
    if (slot == null) {
      if (chunk == null) {
        return;
      }
      makeRoomFor(number, changes);
      slot = Objects.requireNonNull(find(number));
    }
    put(changes.to(slot.block), slot.offset, chunk);
    if (chunk != null && number >= length()) {
      changes.to(header).putLong(MAX_INDEX, number + 1);
    }
  }

  private void put(ByteBuffer bytes, int offset, @Nullable Chunk chunk) {
    bytes.putLong(offset, chunk == null ? Superblock.UNDEFINED : chunk.address());
    if (filtered) {
      Bits.put(bytes, offset + 8, elementBytes - 12, chunk == null ? 0 : chunk.size());
      bytes.putInt(offset + elementBytes - 4, chunk == null ? 0 : chunk.mask());
    }
  }

  // New blocks.

  private void makeRoomFor(long number, Changes changes) {
    MetadataBlock indexBlock = index == null ? createIndex(changes) : index;
    if (number < geometry.indexElements()) {
      return;
    }
    long element = number - geometry.indexElements();
    int s = geometry.superBlockOf(element);
    int inSuper = (int) (element - geometry.firstElement(s));
    int inBlock = inSuper / geometry.elements(s);
    int block = geometry.firstDataBlock(s) + inBlock;
    if (s < geometry.directSuperBlocks()) {
      // The reference library, too, counts from the first data block of all here.
      createDataBlock(
          s, block, geometry.firstElement(s) + (long) block * geometry.elements(s), changes);
      changes.to(indexBlock).putLong(directPointer(block), dataAddress(block));
      return;
    }
    MetadataBlock superBlock = superBlocks.get(s);
    if (superBlock == null) {
      superBlock = createSuperBlock(s, changes);
      changes
          .to(indexBlock)
          .putLong(
              directPointer(geometry.directDataBlocks()) + 8 * (s - geometry.directSuperBlocks()),
              superBlock.address());
    }
    if (!dataBlocks.containsKey(block)) {
      createDataBlock(
          s, block, geometry.firstElement(s) + (long) inBlock * geometry.elements(s), changes);
      changes.to(superBlock).putLong(pointer(s, inBlock), dataAddress(block));
    }
    if (geometry.paged(s)) {
      createPage(
          s, inBlock, block, inSuper % geometry.elements(s) / geometry.pageElements(), changes);
    }
  }

  private long dataAddress(int block) {
    return Objects.requireNonNull(dataBlocks.get(block)).prefix.address();
  }

  private ByteBuffer prefixed(String signature, int size) {
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) 0xff);
    return ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(signature.getBytes(StandardCharsets.US_ASCII))
        .put((byte) 0)
        .put((byte) (filtered ? 1 : 0))
        .putLong(header.address());
  }

  private void clearElements(ByteBuffer bytes, int offset, int count) {
    for (int i = 0; i < count; i++) {
      put(bytes, offset + i * elementBytes, null);
    }
  }

  private void count(int place, long more, Changes changes) {
    changes.to(header).putLong(place, header.view().getLong(place) + more);
  }

  private MetadataBlock createIndex(Changes changes) {
    ByteBuffer bytes = prefixed(INDEX, indexBytes());
    clearElements(bytes, PREFIX, geometry.indexElements());
    MetadataBlock indexBlock = changes.create(Bits.array(bytes));
    index = indexBlock;
    changes.to(header).putLong(INDEX_ADDRESS, indexBlock.address());
    count(REALISED, geometry.indexElements(), changes);
    return indexBlock;
  }

  private MetadataBlock createSuperBlock(int s, Changes changes) {
    ByteBuffer bytes = prefixed(SUPER, superBytes(s));
    Bits.put(bytes, PREFIX, geometry.offsetBytes(), geometry.firstElement(s));
    for (int i = 0; i < geometry.bitmapBytes(s); i++) {
      bytes.put(bitmap() + i, (byte) 0);
    }
    MetadataBlock block = changes.create(Bits.array(bytes));
    superBlocks.put(s, block);
    count(SUPER_COUNT, 1, changes);
    count(SUPER_BYTES, superBytes(s), changes);
    return block;
  }

  private void createDataBlock(int s, int number, long offset, Changes changes) {
    boolean paged = geometry.paged(s);
    ByteBuffer bytes = prefixed(DATA, paged ? dataPrefix() : dataBytes(s));
    Bits.put(bytes, PREFIX, geometry.offsetBytes(), offset);
    if (!paged) {
      clearElements(bytes, dataPrefix() - CHECKSUM, geometry.elements(s));
    }
    MetadataBlock prefix =
        changes.create(changes.space().allocate(dataBytes(s)), Bits.array(bytes));
    dataBlocks.put(number, new DataBlock(prefix, new MetadataBlock[paged ? geometry.pages(s) : 0]));
    count(DATA_COUNT, 1, changes);
    count(DATA_BYTES, dataBytes(s), changes);
    count(REALISED, geometry.elements(s), changes);
  }

  private void createPage(int s, int inBlock, int number, int page, Changes changes) {
    DataBlock data = Objects.requireNonNull(dataBlocks.get(number));
    ByteBuffer bytes = ByteBuffer.allocate(pageBytes()).order(ByteOrder.LITTLE_ENDIAN);
    clearElements(bytes, 0, geometry.pageElements());
    data.pages[page] = changes.create(pageAddress(data.prefix.address(), page), Bits.array(bytes));
    int bit = inBlock * geometry.pages(s) + page;
    int at = bitmap() + bit / 8;
    MetadataBlock superBlock = Objects.requireNonNull(superBlocks.get(s));
    changes.to(superBlock).put(at, (byte) (superBlock.view().get(at) | 0x80 >> bit % 8));
  }

  /** All blocks there are. */
  List<MetadataBlock> blocks() {
    List<MetadataBlock> blocks = new ArrayList<>();
    blocks.add(header);
    if (index != null) {
      blocks.add(index);
    }
    blocks.addAll(superBlocks.values());
    for (DataBlock data : dataBlocks.values()) {
      blocks.add(data.prefix);
      for (MetadataBlock page : data.pages) {
        if (page != null) {
          blocks.add(page);
        }
      }
    }
    return blocks;
  }

  /** Those that setting the last element, or the one behind it, changes. */
  List<MetadataBlock> hotBlocks() {
    List<MetadataBlock> blocks = new ArrayList<>();
    blocks.add(header);
    if (index != null) {
      blocks.add(index);
    }
    for (long number = Math.max(0, length() - 1); number <= length(); number++) {
      Slot slot = find(number);
      if (slot != null && !blocks.contains(slot.block)) {
        blocks.add(slot.block);
      }
      if (number >= geometry.indexElements()) {
        MetadataBlock superBlock =
            superBlocks.get(geometry.superBlockOf(number - geometry.indexElements()));
        if (superBlock != null && !blocks.contains(superBlock)) {
          blocks.add(superBlock);
        }
      }
    }
    return blocks;
  }

  /** The stretches of the file that belong to the array. */
  List<Extent> extents() {
    List<Extent> extents = new ArrayList<>();
    extents.add(new Extent(header.address(), header.size()));
    if (index != null) {
      extents.add(new Extent(index.address(), index.size()));
    }
    superBlocks.values().forEach(block -> extents.add(new Extent(block.address(), block.size())));
    dataBlocks.forEach(
        (number, data) -> {
          int pages = data.pages.length;
          long size = pages == 0 ? data.prefix.size() : dataPrefix() + (long) pages * pageBytes();
          extents.add(new Extent(data.prefix.address(), size));
        });
    return extents;
  }

  /** Forgets blocks that were made for a change that is taken back. */
  void forget(Set<MetadataBlock> made) {
    if (index != null && made.contains(index)) {
      index = null;
    }
    superBlocks.values().removeIf(made::contains);
    dataBlocks.values().removeIf(data -> made.contains(data.prefix));
    for (DataBlock data : dataBlocks.values()) {
      for (int p = 0; p < data.pages.length; p++) {
        if (data.pages[p] != null && made.contains(data.pages[p])) {
          data.pages[p] = null;
        }
      }
    }
  }
}
