package io.imagestore.hdf5.format;

import io.imagestore.hdf5.format.ObjectHeader.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A growing dataset as it lies in the file: its header, and the index of its chunks. For the
 * writing thread.
 */
final class Column {

  private final ColumnSpec spec;
  private final ObjectHeader header;
  private final Message dataspace;
  private final ExtensibleArray index;

  private Column(ColumnSpec spec, ObjectHeader header, Message dataspace, ExtensibleArray index) {
    this.spec = spec;
    this.header = header;
    this.dataspace = dataspace;
    this.index = index;
  }

  static Column create(ColumnSpec spec, Changes changes) {
    ExtensibleArray index =
        ExtensibleArray.create(spec.filters().any(), spec.chunkBytes(), changes);
    List<Message> messages = new ArrayList<>();
    messages.add(Messages.dataspace(spec));
    messages.add(Messages.datatype(spec.type()));
    messages.add(Messages.fillValue());
    if (spec.filters().any()) {
      messages.add(Messages.filters(spec.filters(), spec.type().size()));
    }
    messages.add(Messages.layout(spec, index.address()));
    ObjectHeader header = ObjectHeader.create(messages, changes);
    return new Column(spec, header, header.messages().get(0), index);
  }

  static Column read(ByteSource source, String name, long address) throws IOException {
    ObjectHeader header = ObjectHeader.read(source, address);
    Message dataspace = header.require(Message.DATASPACE, "dataspace");
    long[] dimensions = Messages.parseDataspace(dataspace);
    ElementType type = Messages.parseDatatype(header.require(Message.DATATYPE, "datatype"));
    Messages.Layout layout = Messages.parseLayout(header.require(Message.LAYOUT, "data layout"));
    Filters filters = Filters.NONE;
    if (header.find(Message.FILTERS).isPresent()) {
      filters =
          Messages.parseFilters(header.require(Message.FILTERS, "filter pipeline"), type.size());
    }
    ColumnSpec spec = spec(name, type, dimensions, layout.chunk(), filters);
    ExtensibleArray index = ExtensibleArray.read(source, layout.index(), spec.chunkBytes());
    if (index.filtered() != filters.any()) {
      throw new Hdf5FormatException(
          "dataset '" + name + "' and its index disagree on whether it is filtered");
    }
    return new Column(spec, header, dataspace, index);
  }

  private static ColumnSpec spec(
      String name, ElementType type, long[] dimensions, int[] chunk, Filters filters)
      throws IOException {
    int[] rowShape = new int[Math.max(0, dimensions.length - 1)];
    for (int i = 0; i < rowShape.length; i++) {
      rowShape[i] = (int) Math.min(Integer.MAX_VALUE, dimensions[i + 1]);
    }
    if (chunk.length != dimensions.length
        || chunk.length == 0
        || !Arrays.equals(chunk, 1, chunk.length, rowShape, 0, rowShape.length)) {
      throw new UnsupportedHdf5Exception(
          "dataset '"
              + name
              + "' of dimensions "
              + Arrays.toString(dimensions)
              + " in chunks of "
              + Arrays.toString(chunk)
              + ", which aren't whole rows");
    }
    try {
      return new ColumnSpec(name, type, rowShape, chunk[0], filters);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new UnsupportedHdf5Exception("dataset '" + name + "': " + e.getMessage());
    }
  }

  ColumnSpec spec() {
    return spec;
  }

  long headerAddress() {
    return header.address();
  }

  long rows() {
    return Objects.requireNonNull(dataspace.block())
        .view()
        .getLong(dataspace.offset() + Messages.ROWS_OFFSET);
  }

  void rows(long rows, Changes changes) {
    if (rows != rows()) {
      changes
          .to(Objects.requireNonNull(dataspace.block()))
          .putLong(dataspace.offset() + Messages.ROWS_OFFSET, rows);
    }
  }

  void chunk(int number, @Nullable Chunk chunk, Changes changes) {
    index.set(number, chunk, changes);
  }

  /** The chunks of all rows. */
  @Nullable Chunk[] chunks(long endOfFile) throws IOException {
    long count = (rows() + spec.chunkRows() - 1) / spec.chunkRows();
    // An allocated chunk takes a byte at least, and this table does no more than its share.
    if (rows() < 0 || count > Math.max(endOfFile, 1 << 20) || count > Integer.MAX_VALUE - 64) {
      throw new Hdf5FormatException(
          "dataset '" + spec.name() + "' claims to have " + rows() + " rows");
    }
    @Nullable Chunk[] chunks = new Chunk[(int) count];
    for (int i = 0; i < chunks.length; i++) {
      Chunk chunk = index.get(i);
      if (chunk != null && (chunk.address() < 0 || chunk.address() > endOfFile - chunk.size())) {
        throw new Hdf5FormatException(
            "chunk "
                + i
                + " of dataset '"
                + spec.name()
                + "' lies at address "
                + chunk.address()
                + ", outside of the file's "
                + endOfFile
                + " bytes");
      }
      chunks[i] = chunk;
    }
    return chunks;
  }

  List<MetadataBlock> blocks() {
    List<MetadataBlock> blocks = new ArrayList<>(header.blocks());
    blocks.addAll(index.blocks());
    return blocks;
  }

  /** Those that appending changes. */
  List<MetadataBlock> hotBlocks() {
    List<MetadataBlock> blocks = new ArrayList<>(header.blocks());
    blocks.addAll(index.hotBlocks());
    return blocks;
  }

  /** Whether nothing of the dataset lies where this package doesn't know of it. */
  boolean isWhollyKnown() {
    Set<Integer> known =
        Set.of(
            Message.NIL,
            Message.DATASPACE,
            Message.DATATYPE,
            Message.FILL_VALUE,
            Message.LAYOUT,
            Message.FILTERS,
            Message.CONTINUATION);
    return header.messages().stream().allMatch(message -> known.contains(message.type()));
  }

  List<Extent> extents() {
    List<Extent> extents = new ArrayList<>(index.extents());
    header.blocks().forEach(block -> extents.add(new Extent(block.address(), block.size())));
    return extents;
  }

  /**
   * One more than the highest number of a chunk that was ever put into the index; more than rows
   * need where rows were taken away, whose chunks other programs may leave behind.
   */
  long indexLength() {
    return index.length();
  }

  @Nullable Chunk chunk(int number) throws IOException {
    return index.get(number);
  }

  void forget(Set<MetadataBlock> made) {
    index.forget(made);
  }
}
