package io.imagestore.hdf5;

import io.imagestore.CorruptStoreException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.hdf5.format.StorageFile;
import io.jhdf.api.dataset.ChunkedDataset;
import io.jhdf.api.dataset.ContiguousDataset;
import io.jhdf.dataset.chunked.ChunkedDatasetV4;
import io.jhdf.exceptions.HdfException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rows of a dataset of bytes that another program wrote. Safe in any thread. */
abstract class ForeignPixels implements Closeable {

  private ForeignPixels() {}

  /** Copies one row's bytes to the buffer's position, and moves it. */
  abstract void get(int row, ByteBuffer into) throws IOException;

  @Override
  public void close() throws IOException {}

  /**
   * The rows of a dataset.
   *
   * @param dimensions the first is the number of rows
   */
  static ForeignPixels of(JhdfFile file, Path path, String name, long[] dimensions, long cacheBytes)
      throws IOException {
    int rowBytes = 1;
    for (int i = 1; i < dimensions.length; i++) {
      rowBytes = Math.multiplyExact(rowBytes, Math.toIntExact(dimensions[i]));
    }
    if (file.read(name, ContiguousDataset.class::isInstance)) {
      long address = file.read(name, dataset -> ((ContiguousDataset) dataset).getDataAddress());
      // Below 0 it means that there is none.
      return contiguous(
          path, address < 0 ? address : file.base() + address, dimensions[0], rowBytes);
    }
    return file.read(
        name,
        dataset -> {
          if (dataset instanceof ChunkedDataset chunked) {
            return new Chunked(file, name, dimensions, chunked, cacheBytes);
          }
          throw new UnsupportedStoreException(
              "dataset '" + name + "' in " + path + " is neither contiguous nor chunked");
        });
  }

  private static ForeignPixels contiguous(Path path, long address, long rows, int rowBytes)
      throws IOException {
    StorageFile storage = StorageFile.openReadOnly(path);
    boolean fits = false;
    try {
      fits = address >= 0 && rows <= (storage.length() - address) / rowBytes;
      if (!fits) {
        throw new CorruptStoreException(
            path
                + " was cut off: "
                + rows
                + " images of "
                + rowBytes
                + " bytes don't fit into it from address "
                + address
                + " on");
      }
      return new Contiguous(storage, address, rowBytes);
    } finally {
      if (!fits) {
        storage.close();
      }
    }
  }

  private static final class Contiguous extends ForeignPixels {
    private final StorageFile storage;
    private final long address;
    private final int rowBytes;

    Contiguous(StorageFile storage, long address, int rowBytes) {
      this.storage = storage;
      this.address = address;
      this.rowBytes = rowBytes;
    }

    @Override
    void get(int row, ByteBuffer into) throws IOException {
      storage.get(address + (long) row * rowBytes, into, rowBytes);
    }

    @Override
    public void close() throws IOException {
      storage.close();
    }
  }

  /** Chunks may cut rows in pieces, as h5py's own choice of chunks does. */
  private static final class Chunked extends ForeignPixels {
    /** What jhdf says of a chunk that was never written, depending on the kind of index. */
    private static final Pattern UNWRITTEN = Pattern.compile("^No chunk |at address -1$");

    private final JhdfFile file;
    private final String name;
    private final int[] extents;
    private final int[] chunk;
    private final int chunkBytes;
    private final int rowBytes;
    private final PieceCache cache;

    /** The dimensions that the dataset itself has, of those that it is read as. */
    private final int firstOwn;

    private final int endOwn;

    Chunked(
        JhdfFile file, String name, long[] dimensions, ChunkedDataset dataset, long cacheBytes) {
      this.file = file;
      this.name = name;
      this.extents = Arrays.stream(dimensions).mapToInt(Math::toIntExact).toArray();
      int[] own = dataset.getDimensions();
      // A single image is one row; where there are no channels, there is one.
      this.firstOwn = Arrays.equals(own, Arrays.copyOf(extents, own.length)) ? 0 : 1;
      this.endOwn = firstOwn + own.length;
      this.chunk = new int[extents.length];
      Arrays.fill(chunk, 1);
      System.arraycopy(dataset.getChunkDimensions(), 0, chunk, firstOwn, own.length);
      int bytes = 1;
      for (int extent : chunk) {
        bytes = Math.multiplyExact(bytes, extent);
      }
      this.chunkBytes = bytes;
      int row = 1;
      for (int i = 1; i < extents.length; i++) {
        row = Math.multiplyExact(row, extents[i]);
      }
      this.rowBytes = row;
      this.cache = new PieceCache(cacheBytes);
    }

    @Override
    void get(int row, ByteBuffer into) throws IOException {
      int[] offset = new int[extents.length];
      offset[0] = row / chunk[0] * chunk[0];
      copyPieces(1, offset, row % chunk[0], into);
      into.position(into.position() + rowBytes);
    }

    private void copyPieces(int dimension, int[] offset, int rowInChunk, ByteBuffer into)
        throws IOException {
      if (dimension == extents.length) {
        copyPiece(1, decoded(offset), rowInChunk, offset, 0, into);
        return;
      }
      for (int at = 0; at < extents[dimension]; at += chunk[dimension]) {
        offset[dimension] = at;
        copyPieces(dimension + 1, offset, rowInChunk, into);
      }
    }

    private void copyPiece(
        int dimension, byte[] piece, int from, int[] offset, int to, ByteBuffer into) {
      int count = Math.min(chunk[dimension], extents[dimension] - offset[dimension]);
      int first = from * chunk[dimension];
      int target = to * extents[dimension] + offset[dimension];
      if (dimension == extents.length - 1) {
        into.put(into.position() + target, piece, first, count);
        return;
      }
      for (int i = 0; i < count; i++) {
        copyPiece(dimension + 1, piece, first + i, offset, target + i, into);
      }
    }

    private byte[] decoded(int[] offset) throws IOException {
      byte[] known = cache.get(offset);
      if (known != null) {
        return known;
      }
      byte[] decoded = file.read(name, dataset -> decoded((ChunkedDataset) dataset, offset));
      if (decoded.length < chunkBytes) {
        throw new CorruptStoreException(
            "the chunk at "
                + Arrays.toString(offset)
                + " of dataset '"
                + name
                + "' has "
                + decoded.length
                + " bytes in place of "
                + chunkBytes);
      }
      cache.put(offset, decoded);
      return decoded;
    }

    private byte[] decoded(ChunkedDataset dataset, int[] offset) {
      try {
        return dataset.getDecompressedChunk(Arrays.copyOfRange(offset, firstOwn, endOwn));
      } catch (HdfException e) {
        if (!UNWRITTEN.matcher(String.valueOf(e.getMessage())).find()) {
          throw e;
        }
        if (hasExtensibleArray(dataset)) {
          throw new CorruptStoreException(
              "dataset '"
                  + name
                  + "' has chunks that were never written, behind which none is found; copy the file"
                  + " with h5repack -l CONTI, which writes all",
              e);
        }
        return filled(dataset.getFillValue());
      }
    }

    /** The index in which jhdf finds no chunk behind one that was never written. */
    private static boolean hasExtensibleArray(ChunkedDataset dataset) {
      return dataset instanceof ChunkedDatasetV4
          && Arrays.stream(dataset.getMaxSize()).filter(most -> most < 0).count() == 1;
    }

    private byte[] filled(@Nullable Object value) {
      byte[] bytes = new byte[chunkBytes];
      if (value instanceof Number number) {
        Arrays.fill(bytes, number.byteValue());
      }
      return bytes;
    }
  }
}
