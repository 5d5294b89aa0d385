package io.imagestore.hdf5;

import io.imagestore.Capability;
import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.Image;
import io.imagestore.ImageBatch;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.StoreInfo;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.hdf5.format.Hdf5FormatException;
import io.imagestore.internal.PersistentLongMap;
import io.imagestore.spi.AbstractImageStore;
import io.jhdf.api.Dataset;
import io.jhdf.object.datatype.FixedPoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An HDF5 file that another program wrote, read through jhdf: pixels in one dataset, labels in
 * another. Where it has datasets {@code ids} and {@code crc32c} of as many numbers, they are used;
 * else ids count from 0, and damage that HDF5 doesn't notice itself isn't noticed.
 */
final class ForeignHdf5Store extends AbstractImageStore {

  private static final List<String> IMAGES = List.of("images", "image");
  private static final List<String> LABELS = List.of("labels", "label", "meta");
  private static final Set<Capability> CAPABILITIES =
      Set.of(Capability.ANY_CHANNELS, Capability.PERSISTENT, Capability.READ_BY_OTHER_PROCESSES);

  private final JhdfFile file;
  private final ForeignPixels pixels;
  private final ImageShape shape;
  private final int[] labels;
  private final PersistentLongMap<Integer> rows;
  private final long @Nullable [] checksums;
  private final boolean verifyChecksums;

  private ForeignHdf5Store(Path path, Hdf5Options options, JhdfFile file) throws IOException {
    super(path, options);
    this.file = file;
    this.verifyChecksums = options.verifyChecksums();
    String imagesName = choose("pixels", options.imagesDataset(), IMAGES);
    String labelsName = choose("labels", options.labelsDataset(), LABELS);
    this.labels = toInts(numbers(labelsName), labelsName);
    boolean scalarLabel = file.read(labelsName, Dataset::isScalar);
    long[] dimensions =
        asMany(imagesName, file.read(imagesName, this::dimensionsOfBytes), scalarLabel);
    if (dimensions[0] != labels.length) {
      throw new CorruptStoreException(
          "in "
              + path
              + " dataset '"
              + imagesName
              + "' has "
              + dimensions[0]
              + " images, but '"
              + labelsName
              + "' has "
              + labels.length
              + " labels");
    }
    this.shape = shape(imagesName, dimensions);
    this.rows = rows();
    this.checksums = file.has("crc32c") ? ofEachImage("crc32c") : null;
    this.pixels = ForeignPixels.of(file, path, imagesName, dimensions, options.chunkCacheBytes());
  }

  static ImageStore open(Path path, Hdf5Options options) throws IOException {
    JhdfFile file = new JhdfFile(path);
    boolean opened = false;
    try {
      ImageStore store = new ForeignHdf5Store(path, options, file);
      opened = true;
      return store;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  private String choose(String what, Optional<String> asked, List<String> usual) {
    List<String> names = asked.map(List::of).orElse(usual);
    return names.stream()
        .filter(file::has)
        .findFirst()
        .orElseThrow(
            () ->
                new UnsupportedStoreException(
                    "HDF5 file "
                        + location()
                        + " has no dataset "
                        + String.join(" or ", names)
                        + " for the "
                        + what
                        + "; name it in Hdf5Options; the file has: "
                        + file.names()));
  }

  private long[] dimensionsOfBytes(Dataset dataset) {
    boolean bytes =
        dataset.getDataType() instanceof FixedPoint type && type.getSize() == 1 && !type.isSigned();
    if (!bytes) {
      throw new UnsupportedStoreException(
          "dataset '"
              + dataset.getName()
              + "' in "
              + location()
              + " is of "
              + dataset.getDataType()
              + "; images are of unsigned bytes");
    }
    return dataset.getDimensionsAsLong();
  }

  /** A single image, with or without channels, and gray images have fewer dimensions than four. */
  private long[] asMany(String name, long[] dimensions, boolean scalarLabel) {
    boolean single =
        labels.length == 1
            && (dimensions.length == 2
                || (dimensions.length == 3 && (scalarLabel || dimensions[0] != 1)));
    if (single) {
      long channels = dimensions.length == 3 ? dimensions[2] : 1;
      return new long[] {1, dimensions[0], dimensions[1], channels};
    }
    if (dimensions.length == 3) {
      return new long[] {dimensions[0], dimensions[1], dimensions[2], 1};
    }
    if (dimensions.length != 4) {
      throw new UnsupportedStoreException(
          "dataset '" + name + "' in " + location() + " has " + dimensions.length + " dimensions");
    }
    return dimensions;
  }

  private ImageShape shape(String name, long[] dimensions) {
    try {
      return new ImageShape(
          Math.toIntExact(dimensions[1]),
          Math.toIntExact(dimensions[2]),
          Math.toIntExact(dimensions[3]));
    } catch (ArithmeticException | IllegalArgumentException e) {
      throw new UnsupportedStoreException(
          "dataset '" + name + "' in " + location() + " holds no images: " + e.getMessage(), e);
    }
  }

  // Numbers.

  private long[] numbers(String name) throws IOException {
    return file.read(
        name,
        dataset -> {
          if (dataset.getSize() > Integer.MAX_VALUE - 8) {
            throw new UnsupportedStoreException(
                "dataset '"
                    + name
                    + "' in "
                    + location()
                    + " has "
                    + dataset.getSize()
                    + " numbers");
          }
          long[] numbers = new long[(int) dataset.getSize()];
          int count = flatten(dataset.getData(), numbers, 0);
          if (count != numbers.length) {
            throw new CorruptStoreException(
                "dataset '" + name + "' in " + location() + " has " + count + " numbers only");
          }
          return numbers;
        });
  }

  private int flatten(@Nullable Object data, long[] into, int count) {
    if (data instanceof Number number && !(number instanceof Float || number instanceof Double)) {
      into[count] = number.longValue();
      return count + 1;
    }
    if (data == null || !data.getClass().isArray()) {
      throw new UnsupportedStoreException("a dataset in " + location() + " holds no integers");
    }
    int next = count;
    for (int i = 0; i < Array.getLength(data); i++) {
      next = flatten(Array.get(data, i), into, next);
    }
    return next;
  }

  private int[] toInts(long[] numbers, String name) {
    int[] ints = new int[numbers.length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = (int) numbers[i];
      if (ints[i] != numbers[i]) {
        throw new UnsupportedStoreException(
            "label " + numbers[i] + " in '" + name + "' of " + location() + " has over 32 bits");
      }
    }
    return ints;
  }

  private long[] ofEachImage(String name) throws IOException {
    long[] numbers = numbers(name);
    if (numbers.length != labels.length) {
      throw new CorruptStoreException(
          "in "
              + location()
              + " dataset '"
              + name
              + "' has "
              + numbers.length
              + " entries for "
              + labels.length
              + " images");
    }
    return numbers;
  }

  private PersistentLongMap<Integer> rows() throws IOException {
    long[] ids = file.has("ids") ? ofEachImage("ids") : null;
    PersistentLongMap.Builder<Integer> made = PersistentLongMap.<Integer>empty().toBuilder();
    for (int row = 0; row < labels.length; row++) {
      long id = ids == null ? row : ids[row];
      if (id < 0 || made.get(id) != null) {
        throw new CorruptStoreException(
            "id " + id + " in row " + row + " of " + location() + " is negative, or there twice");
      }
      made.put(id, row);
    }
    return made.build();
  }

  // Reading.

  @Override
  protected @Nullable LabeledImage read(long id) throws IOException {
    return read(id, verifyChecksums);
  }

  private @Nullable LabeledImage read(long id, boolean verify) throws IOException {
    Integer row = rows.get(id);
    if (row == null) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) shape.byteCount());
    get(id, row, bytes, verify);
    return new LabeledImage(id, Image.of(shape, bytes.flip()), labels[row]);
  }

  private void get(long id, int row, ByteBuffer into, boolean verify) throws IOException {
    ByteBuffer written = into.duplicate();
    try {
      pixels.get(row, into);
    } catch (CorruptStoreException | Hdf5FormatException e) {
      throw new CorruptImageException(location(), id, String.valueOf(e.getMessage()), e);
    } catch (InternalError e) {
      // What the JVM makes of a mapped page that is gone.
      throw new CorruptStoreException(location() + " was cut off while it was open", e);
    }
    if (verify && checksums != null) {
      int expected = (int) checksums[row];
      int actual = Checksum.of(written.limit(into.position()));
      if (expected != actual) {
        throw new CorruptImageException(
            location(),
            id,
            String.format("its CRC-32C should be %08x, but is %08x", expected, actual));
      }
    }
  }

  @Override
  protected void read(long[] ids, ImageBatch into) throws IOException {
    int[] found = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      Integer row = rows.get(ids[i]);
      if (row == null) {
        throw new ImageNotFoundException(location(), ids[i]);
      }
      found[i] = row;
    }
    requireShape(ids[0], shape, into.shape());
    try {
      into.fill(
          ids.length,
          (bytes, idsInto, labelsInto) -> {
            System.arraycopy(ids, 0, idsInto, 0, ids.length);
            fill(ids, found, bytes, labelsInto);
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void fill(long[] ids, int[] found, ByteBuffer bytes, int[] labelsInto) {
    try {
      for (int i = 0; i < found.length; i++) {
        get(ids[i], found[i], bytes, verifyChecksums);
        labelsInto[i] = labels[found[i]];
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected @Nullable ImageShape shapeOf(long id) {
    return rows.get(id) == null ? null : shape;
  }

  @Override
  protected OptionalInt labelOf(long id) {
    Integer row = rows.get(id);
    return row == null ? OptionalInt.empty() : OptionalInt.of(labels[row]);
  }

  @Override
  protected long[] idsFrom(long firstId, int count) {
    return rows.idsFrom(firstId, count);
  }

  @Override
  protected long count() {
    return rows.size();
  }

  @Override
  protected void check(long id) throws IOException {
    read(id, true);
  }

  @Override
  protected StoreInfo describe() throws IOException {
    return new StoreInfo(
        Hdf5ImageStore.BACKEND,
        location(),
        rows.size(),
        Files.size(location()),
        List.of(),
        CAPABILITIES);
  }

  @Override
  protected void release() throws IOException {
    try {
      pixels.close();
    } finally {
      file.close();
    }
  }

  // Writing, which never happens: the store is read-only.

  @Override
  protected void write(Iterator<LabeledImage> images) {
    throw new UnsupportedStoreException(location() + " is read-only");
  }

  @Override
  protected boolean remove(long id) {
    throw new UnsupportedStoreException(location() + " is read-only");
  }

  @Override
  protected void sync() {}
}
