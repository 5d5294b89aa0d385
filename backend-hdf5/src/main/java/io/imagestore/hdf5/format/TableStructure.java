package io.imagestore.hdf5.format;

import io.imagestore.hdf5.format.ObjectHeader.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A file's metadata: the superblock, the root group with its texts, and the columns, those of rows
 * first. It is changed here, by way of {@link Changes}, and then in the file. For one thread.
 */
final class TableStructure {

  /** An attribute of the root group until a state of the file was waited for. */
  static final String UNSETTLED = "unsettled";

  // What of the metadata is put into the journal at each checkpoint, to save waiting for the device
  // later.
  private static final int MAX_COVERED_BYTES = 256 << 10;

  private static final Set<Integer> KNOWN_MESSAGES =
      Set.of(
          Message.NIL,
          Message.LINK_INFO,
          Message.GROUP_INFO,
          Message.LINK,
          Message.ATTRIBUTE,
          Message.CONTINUATION);

  private final Superblock superblock;
  private ObjectHeader root;
  private Map<String, String> attributes;
  private List<Column> columns = List.of();
  private int rowColumns;

  private TableStructure(Superblock superblock, ObjectHeader root) throws IOException {
    this.superblock = superblock;
    this.root = root;
    this.attributes = texts(root);
  }

  /**
   * Reads it.
   *
   * @param schemas which datasets may make the table
   */
  static TableStructure read(ByteSource source, List<TableSchema> schemas) throws IOException {
    Superblock superblock = Superblock.read(source);
    if (superblock.markedOpen()) {
      throw new FileInUseException(
          "another program has the file open for writing, or died in it; if none has, run h5clear -s on it");
    }
    ObjectHeader root = ObjectHeader.read(source, superblock.root());
    TableStructure structure = new TableStructure(superblock, root);
    structure.readColumns(source, schemas);
    return structure;
  }

  private void readColumns(ByteSource source, List<TableSchema> schemas) throws IOException {
    Map<String, Long> links = new LinkedHashMap<>();
    for (Message message : root.messages()) {
      if (message.type() == Message.LINK_INFO && Messages.hasLinksElsewhere(message)) {
        throw new UnsupportedHdf5Exception(
            "its root group has so many links that another program has moved them to a heap");
      }
      if (message.type() == Message.LINK) {
        Messages.Link link = Messages.parseLink(message);
        links.put(link.name(), link.address());
      }
    }
    // Where datasets are missing, that of which most are there is the one meant.
    TableSchema schema =
        Collections.max(
            schemas, Comparator.comparingLong(candidate -> candidate.countIn(links.keySet())));
    if (schema.countIn(links.keySet()) == 0) {
      return;
    }
    List<Column> found = new ArrayList<>();
    for (String name : schema.names()) {
      Long address = links.get(name);
      if (address == null) {
        throw new UnsupportedHdf5Exception("there is no dataset '" + name + "'");
      }
      found.add(Column.read(source, name, address));
    }
    columns = found;
    rowColumns = schema.rows().size();
    checkLengths();
  }

  private void checkLengths() throws IOException {
    long rows = columns.get(0).rows();
    if (rowColumns().stream().anyMatch(column -> column.rows() != rows)) {
      List<String> lengths =
          rowColumns().stream().map(column -> column.spec().name() + " " + column.rows()).toList();
      throw new Hdf5FormatException(
          "the datasets' lengths disagree: "
              + String.join(", ", lengths)
              + "; whoever extended one of them must extend the others too");
    }
  }

  /** The texts of a root group. */
  static Map<String, String> texts(ObjectHeader root) throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Message message : root.messages()) {
      if (message.type() == Message.ATTRIBUTE && (message.flags() & Message.SHARED) == 0) {
        Optional<String> text = Messages.attributeText(message);
        if (text.isPresent()) {
          texts.put(Messages.attributeName(message), text.get());
        }
      }
    }
    return texts;
  }

  /** The bytes of a file that has a root group with texts, and nothing else. */
  static byte[] emptyFile(Map<String, String> attributes) {
    FreeSpace space = new FreeSpace(ReuseCounter.END);
    Changes changes = new Changes(space);
    List<Message> messages = new ArrayList<>(Messages.emptyGroup());
    attributes.forEach((name, text) -> messages.add(Messages.attribute(name, text)));
    messages.add(Messages.attribute(UNSETTLED, "needs the journal beside this file"));
    ObjectHeader root = ObjectHeader.create(messages, changes);
    changes.seal();
    byte[] file = new byte[(int) space.end()];
    put(file, Superblock.create(root.address(), space.end()).block().whole());
    put(file, ReuseCounter.fresh().patch());
    put(file, changes.created().get(0).whole());
    return file;
  }

  /** Whether a file never was more than {@link #emptyFile}, of which a part may be lost. */
  static boolean isOfNewFile(ByteSource file) throws IOException {
    try {
      ObjectHeader root = ObjectHeader.read(file, Superblock.read(file).root());
      return texts(root).containsKey(UNSETTLED);
    } catch (Hdf5FormatException e) {
      return true;
    }
  }

  private static void put(byte[] file, Patch patch) {
    System.arraycopy(patch.bytes(), 0, file, (int) patch.address(), patch.bytes().length);
  }

  // What it says.

  long endOfFile() {
    return superblock.endOfFile();
  }

  List<Column> columns() {
    return columns;
  }

  /** Those that are equally long. */
  List<Column> rowColumns() {
    return columns.subList(0, rowColumns);
  }

  @Nullable String attribute(String name) {
    return attributes.get(name);
  }

  boolean isMarkedUnsettled() {
    return attributes.containsKey(UNSETTLED);
  }

  /**
   * The columns' chunks.
   *
   * @param moves what of their rows lies elsewhere
   */
  List<TableView.ColumnView> chunks(Collection<Move> moves) throws IOException {
    TreeMap<Long, Move> byTarget = new TreeMap<>();
    moves.forEach(move -> byTarget.put(move.to(), move));
    List<TableView.ColumnView> views = new ArrayList<>();
    for (Column column : columns) {
      @Nullable Chunk[] chunks = column.chunks(endOfFile());
      for (int i = 0; i < chunks.length && !moves.isEmpty(); i++) {
        chunks[i] = withAway(chunks[i], column.spec(), byTarget);
      }
      views.add(new TableView.ColumnView(column.spec(), column.rows(), chunks));
    }
    return views;
  }

  private static @Nullable Chunk withAway(
      @Nullable Chunk chunk, ColumnSpec spec, SortedMap<Long, Move> moves) throws IOException {
    if (chunk == null || spec.filters().any()) {
      return chunk;
    }
    SortedMap<Integer, Long> rows = new TreeMap<>();
    for (Move move : moves.subMap(chunk.address(), chunk.address() + chunk.size()).values()) {
      long offset = move.to() - chunk.address();
      if (move.length() != spec.rowBytes() || offset % spec.rowBytes() != 0 || move.from() < 0) {
        throw new Hdf5FormatException(
            "the journal has rows for dataset '" + spec.name() + "' that it can't have");
      }
      rows.put((int) (offset / spec.rowBytes()), move.from());
    }
    return rows.isEmpty() ? chunk : chunk.with(AwayRows.NONE.with(rows));
  }

  /**
   * The blocks to keep in the journal as they are at a checkpoint: all, or if that is much, what
   * appending changes.
   *
   * @param withRoot the root group's too
   */
  Set<MetadataBlock> likelyToChange(boolean withRoot) {
    Set<MetadataBlock> blocks = new LinkedHashSet<>(); // blocks have no equals of their own
    blocks.add(superblock.block());
    if (withRoot) {
      blocks.addAll(root.blocks());
    }
    columns.forEach(column -> blocks.addAll(column.hotBlocks()));
    List<MetadataBlock> others = new ArrayList<>();
    columns.forEach(column -> others.addAll(column.blocks()));
    long bytes = 0;
    for (MetadataBlock block : others) {
      bytes += block.size();
    }
    if (bytes < MAX_COVERED_BYTES) {
      blocks.addAll(others);
    }
    return blocks;
  }

  /**
   * All that is in use, or empty if there is something that isn't known.
   *
   * @param away is used, too
   */
  Optional<List<Extent>> used(List<Extent> away) throws IOException {
    List<String> ours = columns.stream().map(column -> column.spec().name()).toList();
    for (Message message : root.messages()) {
      boolean foreignLink =
          message.type() == Message.LINK && !ours.contains(Messages.parseLink(message).name());
      boolean foreignText =
          message.type() == Message.ATTRIBUTE
              && !attributes.containsKey(Messages.attributeName(message));
      if (!KNOWN_MESSAGES.contains(message.type()) || foreignLink || foreignText) {
        return Optional.empty();
      }
    }
    if (superblock.hasExtension() || !columns.stream().allMatch(Column::isWhollyKnown)) {
      return Optional.empty();
    }
    List<Extent> used = new ArrayList<>(away);
    used.add(new Extent(0, ReuseCounter.END));
    root.blocks().forEach(block -> used.add(new Extent(block.address(), block.size())));
    for (Column column : columns) {
      used.addAll(column.extents());
      for (int i = 0; i < Math.min(column.indexLength(), Integer.MAX_VALUE); i++) {
        Chunk chunk = column.chunk(i);
        if (chunk != null) {
          used.add(new Extent(chunk.address(), chunk.size()));
        }
      }
    }
    return Optional.of(used);
  }

  // What changes it.

  void createColumns(List<ColumnSpec> specs, int ofRows, Changes changes) {
    List<Column> made = new ArrayList<>();
    List<Message> messages = new ArrayList<>(root.messages());
    for (ColumnSpec spec : specs) {
      Column column = Column.create(spec, changes);
      made.add(column);
      messages.add(Messages.link(spec.name(), column.headerAddress()));
    }
    columns = made;
    rowColumns = ofRows;
    replaceRoot(messages, changes);
  }

  /** Sets a text, or removes it if it is null. */
  void attribute(String name, @Nullable String text, Changes changes) throws IOException {
    List<Message> messages = new ArrayList<>();
    for (Message message : root.messages()) {
      if (message.type() != Message.ATTRIBUTE || !Messages.attributeName(message).equals(name)) {
        messages.add(message);
      }
    }
    if (text == null) {
      attributes.remove(name);
    } else {
      messages.add(Messages.attribute(name, text));
      attributes.put(name, text);
    }
    replaceRoot(messages, changes);
  }

  /** Messages may have any place in a header, so the header is made anew, without gaps. */
  private void replaceRoot(List<Message> messages, Changes changes) {
    messages.removeIf(
        message -> message.type() == Message.NIL || message.type() == Message.CONTINUATION);
    root = ObjectHeader.create(messages, changes);
    superblock.root(root.address(), changes);
  }

  void endOfFile(long end, Changes changes) {
    superblock.endOfFile(end, changes);
  }

  /** What has to be known to take changes back. */
  record Before(
      ObjectHeader root, List<Column> columns, int rowColumns, Map<String, String> attributes) {}

  Before before() {
    return new Before(root, columns, rowColumns, new LinkedHashMap<>(attributes));
  }

  /** Takes all changes back that were made since. */
  void takeBack(Before before, Changes changes) {
    root = before.root;
    columns = before.columns;
    rowColumns = before.rowColumns;
    attributes = before.attributes;
    Set<MetadataBlock> made = changes.rollback();
    columns.forEach(column -> column.forget(made));
  }
}
