package io.imagestore.hdf5.format;

import io.imagestore.hdf5.format.TableView.ColumnView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Puts bytes into one blob for a transaction.
 *
 * <p>They go where no state since the last checkpoint refers to, which {@link FreeSpace} tells of
 * positions in the blob as it does of the file's: into gaps of chunks that are there, or into new
 * chunks at the end. So a chunk, once there, stays where it is, and nothing is copied.
 */
final class BlobWriter {

  private static final int PIECE = 1 << 16;

  private final TableWriter table;
  private final StorageFile storage;
  private final FreeSpace space;
  private final ColumnSpec spec;
  private final int index;
  private final int chunkBytes;
  private final TableView base;
  private final Map<Integer, Chunk> added = new TreeMap<>();
  private final List<DataRange> ranges = new ArrayList<>();
  private final List<Extent> letGo = new ArrayList<>();
  private @Nullable ColumnView after;

  BlobWriter(TableWriter table, ColumnSpec spec, int index, TableView base) {
    this.table = table;
    this.storage = table.storage();
    this.space = table.blobSpace(index);
    this.spec = spec;
    this.index = index;
    this.chunkBytes = spec.chunkBytes();
    this.base = base;
  }

  /** Puts what remains, which is used up; tells its position. */
  long put(ByteBuffer bytes) throws IOException {
    long position = space.allocate(bytes.remaining());
    long at = position;
    while (bytes.hasRemaining()) {
      int part = inChunk(at, bytes.remaining());
      ByteBuffer piece = bytes.slice(bytes.position(), part);
      long address = writableChunk(at).address() + at % chunkBytes;
      storage.write(address, piece.duplicate());
      note(address, piece);
      bytes.position(bytes.position() + part);
      at += part;
    }
    return position;
  }

  private int inChunk(long position, long wanted) {
    return (int) Math.min(wanted, chunkBytes - position % chunkBytes);
  }

  private Chunk writableChunk(long position) throws IOException {
    int number = Math.toIntExact(position / chunkBytes);
    Chunk chunk = chunk(number);
    if (chunk == null) {
      chunk = new Chunk(table.space().allocate(chunkBytes), chunkBytes, spec.filters().skipAll());
      if ((long) number * chunkBytes < base.length(index)) {
        // Another program has made the blob longer, and shows zeros here.
        storage.write(chunk.address(), new byte[chunkBytes], 0, chunkBytes);
      }
      added.put(number, chunk);
    } else if (!TableView.isPlain(spec, chunk)) {
      throw new UnsupportedHdf5Exception(
          "dataset '" + spec.name() + "' is compressed, so that nothing can be added to it");
    }
    return chunk;
  }

  private @Nullable Chunk chunk(int number) {
    Chunk own = added.get(number);
    return own == null ? base.chunk(index, number) : own;
  }

  /** What comes to lie side by side makes one range, so that memory is taken by the chunk. */
  private void note(long address, ByteBuffer bytes) {
    CRC32C made = new CRC32C();
    int length = bytes.remaining();
    made.update(bytes);
    int crc = (int) made.getValue();
    DataRange last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
    if (last != null
        && last.address() + last.length() == address
        && last.length() + length <= chunkBytes) {
      int joined = ChecksumJoin.join(last.crc32c(), crc, length);
      ranges.set(ranges.size() - 1, new DataRange(last.address(), last.length() + length, joined));
    } else {
      ranges.add(new DataRange(address, length, crc));
    }
  }

  void letGo(long position, long count) {
    letGo.add(new Extent(position, count));
  }

  /** The checksum of bytes that are there, or empty. */
  OptionalInt crc32c(long position, long count) throws IOException {
    if (position < 0 || count < 0 || position > space.end() - count) {
      return OptionalInt.empty();
    }
    CRC32C crc = new CRC32C();
    ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, count));
    for (long at = position; at < position + count; at += piece.limit()) {
      int part = Math.min(inChunk(at, position + count - at), piece.capacity());
      get(at, piece.clear().limit(part));
      crc.update(piece.flip());
    }
    return OptionalInt.of((int) crc.getValue());
  }

  private void get(long position, ByteBuffer into) throws IOException {
    Chunk chunk = chunk((int) (position / chunkBytes));
    if (chunk != null && TableView.isPlain(spec, chunk)) {
      // Also behind what the last view shows.
      storage.get(chunk.address() + position % chunkBytes, into, into.remaining());
    } else {
      base.get(index, position, into.remaining(), into);
    }
  }

  /** Puts new chunks into the index. */
  void publish(Column column, Changes changes) {
    @Nullable Chunk[] chunks = base.chunks(index);
    boolean copied = false;
    for (Map.Entry<Integer, Chunk> entry : added.entrySet()) {
      int number = entry.getKey();
      column.chunk(number, entry.getValue(), changes);
      boolean seen = !copied && (long) number * chunkBytes < base.length(index);
      chunks = ColumnView.with(chunks, number, entry.getValue(), seen);
      copied |= seen;
    }
    column.rows(space.end(), changes);
    after = new ColumnView(spec, space.end(), chunks);
  }

  /** Lets go of what nobody needs now that this is committed. */
  void commit() {
    letGo.forEach(space::letGo);
  }

  List<DataRange> dataRanges() {
    return ranges;
  }

  ColumnView after() {
    return Objects.requireNonNull(after, "not published");
  }
}
