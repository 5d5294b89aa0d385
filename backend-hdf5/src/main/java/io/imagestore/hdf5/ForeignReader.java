package io.imagestore.hdf5;

import io.imagestore.Capability;
import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.ImageShape;
import io.imagestore.StoreInfo;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.hdf5.format.Hdf5FormatException;
import io.imagestore.spi.PersistentLongMap;
import io.imagestore.spi.Snapshot;
import io.imagestore.spi.StoreReader;
import io.imagestore.spi.StoredImage;
import io.jhdf.api.Dataset;
import io.jhdf.object.datatype.FixedPoint;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An HDF5 file that another program wrote, read through jhdf: pixels in one dataset, labels in
 * another. Where it has datasets {@code ids} and {@code crc32c} of as many numbers, they are used;
 * else ids count from 0, and damage that HDF5 doesn't notice itself isn't noticed.
 */
final class ForeignReader implements StoreReader {

  private static final List<String> IMAGES = List.of("images", "image");
  private static final List<String> LABELS = List.of("labels", "label", "meta");
  private static final Set<Capability> CAPABILITIES =
      Set.of(Capability.ANY_CHANNELS, Capability.PERSISTENT, Capability.READ_BY_OTHER_PROCESSES);

  private final Path location;
  private final JhdfFile file;
  private final ForeignPixels pixels;
  private final ImageShape shape;
  private final int[] labels;
  private final PersistentLongMap<Integer> rows;
  private final long @Nullable [] checksums;
  private final boolean verifyChecksums;

  private ForeignReader(Path path, Hdf5Options options, JhdfFile file) throws IOException {
    this.location = path;
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

  static ForeignReader open(Path path, Hdf5Options options) throws IOException {
    JhdfFile file = new JhdfFile(path);
    boolean opened = false;
    try {
      ForeignReader reader = new ForeignReader(path, options, file);
      opened = true;
      return reader;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  private String choose(String what, Optional<String> asked, List<String> usual)
      throws IOException {
    List<String> names = asked.map(List::of).orElse(usual);
    for (String name : names) {
      if (file.has(name)) {
        return name;
      }
    }
    throw new UnsupportedStoreException(
        "HDF5 file "
            + location
            + " has no dataset "
            + String.join(" or ", names)
            + " for the "
            + what
            + "; name it in Hdf5Options; the file has: "
            + file.names());
  }

  private long[] dimensionsOfBytes(Dataset dataset) {
    boolean bytes =
        dataset.getDataType() instanceof FixedPoint type && type.getSize() == 1 && !type.isSigned();
    if (!bytes) {
      throw new UnsupportedStoreException(
          "dataset '"
              + dataset.getName()
              + "' in "
              + location
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
          "dataset '" + name + "' in " + location + " has " + dimensions.length + " dimensions");
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
          "dataset '" + name + "' in " + location + " holds no images: " + e.getMessage(), e);
    }
  }

  // Numbers.

  private long[] numbers(String name) throws IOException {
    return file.read(
        name,
        dataset -> {
          if (dataset.getSize() > Integer.MAX_VALUE - 8) {
            throw new UnsupportedStoreException(
                "dataset '" + name + "' in " + location + " has " + dataset.getSize() + " numbers");
          }
          long[] numbers = new long[(int) dataset.getSize()];
          int count = flatten(dataset.getData(), numbers, 0);
          if (count != numbers.length) {
            throw new CorruptStoreException(
                "dataset '" + name + "' in " + location + " has " + count + " numbers only");
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
      throw new UnsupportedStoreException("a dataset in " + location + " holds no integers");
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
            "label " + numbers[i] + " in '" + name + "' of " + location + " has over 32 bits");
      }
    }
    return ints;
  }

  private long[] ofEachImage(String name) throws IOException {
    long[] numbers = numbers(name);
    if (numbers.length != labels.length) {
      throw new CorruptStoreException(
          "in "
              + location
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
            "id " + id + " in row " + row + " of " + location + " is negative, or there twice");
      }
      made.put(id, row);
    }
    return made.build();
  }

  // Reading.

  @Override
  public Path location() {
    return location;
  }

  @Override
  public Snapshot snapshot() {
    return new OnlyState();
  }

  @Override
  public StoreInfo describe() throws IOException {
    return new StoreInfo(
        Hdf5ImageStore.BACKEND,
        location,
        rows.size(),
        Files.size(location),
        List.of(),
        CAPABILITIES);
  }

  @Override
  public void close() throws IOException {
    try {
      pixels.close();
    } finally {
      file.close();
    }
  }

  private static final class Found extends StoredImage {
    private final int row;

    Found(long id, ImageShape shape, int label, int row) {
      super(id, shape, label, null);
      this.row = row;
    }
  }

  private void copy(StoredImage image, ByteBuffer into, boolean verify) throws IOException {
    int row = ((Found) image).row;
    ByteBuffer written = into.duplicate();
    try {
      pixels.get(row, into);
    } catch (CorruptStoreException | Hdf5FormatException e) {
      throw new CorruptImageException(location, image.id(), String.valueOf(e.getMessage()), e);
    } catch (InternalError e) {
      // What the JVM makes of a mapped page that is gone.
      throw new CorruptStoreException(location + " was cut off while it was open", e);
    }
    if (verify && checksums != null) {
      Checksum.verify(location, image.id(), (int) checksums[row], written.limit(into.position()));
    }
  }

  /** This project doesn't write to such a file. */
  private final class OnlyState implements Snapshot {

    @Override
    public Path store() {
      return location;
    }

    @Override
    public long count() {
      return rows.size();
    }

    @Override
    public OptionalLong lastId() {
      return rows.lastId();
    }

    @Override
    public long[] idsFrom(long firstId, int count) {
      return rows.idsFrom(firstId, count);
    }

    @Override
    public @Nullable StoredImage find(long id) {
      Integer row = rows.get(id);
      return row == null ? null : new Found(id, shape, labels[row], row);
    }

    @Override
    public @Nullable String metadata(StoredImage image) {
      return null;
    }

    @Override
    public void read(StoredImage image, Visitor visitor) throws IOException {
      visitor.visit(copied(image, verifyChecksums));
    }

    private ByteBuffer copied(StoredImage image, boolean verify) throws IOException {
      ByteBuffer bytes = file.room((int) shape.byteCount());
      copy(image, bytes, verify);
      return bytes.flip();
    }

    @Override
    public void readPixels(StoredImage[] images, ImageShape each, ByteBuffer into)
        throws IOException {
      for (StoredImage image : images) {
        copy(image, into, verifyChecksums);
      }
    }

    @Override
    public void check(long id) throws IOException {
      StoredImage image = find(id);
      if (image != null) {
        copied(image, true);
      }
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
