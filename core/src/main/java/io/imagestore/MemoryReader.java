package io.imagestore;

import io.imagestore.spi.Pool;
import io.imagestore.spi.Snapshot;
import io.imagestore.spi.StoreReader;
import io.imagestore.spi.StoredImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Images that lie side by side in a few large buffers. They don't change, so there is one state.
 */
final class MemoryReader implements StoreReader {

  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(
          Capability.MIXED_SHAPES,
          Capability.ENCODED,
          Capability.ANY_CHANNELS,
          Capability.UINT16,
          Capability.FLOAT32,
          Capability.METADATA);

  private static final int BUFFER_BYTES = 16 << 20;

  private final StoreInfo original;
  private final long[] ids;
  private final Kept[] images;
  private final Pool<Views> views;

  private MemoryReader(StoreInfo original, List<Kept> images, List<ByteBuffer> buffers) {
    this.original = original;
    this.images = images.toArray(Kept[]::new);
    views = new Pool<>(() -> new Views(buffers), Runtime.getRuntime().availableProcessors());
    ids = images.stream().mapToLong(StoredImage::id).toArray();
  }

  static MemoryReader of(ImageSource source) {
    try (Stream<LabeledImage> all = source.stream()) {
      return of(all, source.info());
    }
  }

  /**
   * Takes images in the order of their ids.
   *
   * @param original of what they are copied from
   */
  static MemoryReader of(Stream<LabeledImage> images, StoreInfo original) {
    Filling filling = new Filling();
    for (Iterator<LabeledImage> rest = images.iterator(); rest.hasNext(); ) {
      filling.add(rest.next());
    }
    return new MemoryReader(original, filling.images, filling.buffers);
  }

  /** An image, and where it lies: in which buffer, and where in it. */
  private static final class Kept extends StoredImage {
    private final int buffer;
    private final int offset;
    private final int length;
    private final @Nullable String metadata;

    Kept(LabeledImage labeled, ImageShape shape, int buffer, int offset, int length) {
      super(labeled.id(), shape, labeled.label(), labeled.image().format().orElse(null));
      this.buffer = buffer;
      this.offset = offset;
      this.length = length;
      metadata = labeled.metadata().orElse(null);
    }
  }

  /** Takes images one by one. */
  private static final class Filling {
    private final List<Kept> images = new ArrayList<>();
    private final List<ByteBuffer> buffers = new ArrayList<>();
    private final Map<ImageShape, ImageShape> shapes = new HashMap<>();
    private ByteBuffer buffer = ByteBuffer.allocateDirect(0);

    void add(LabeledImage labeled) {
      ByteBuffer bytes = labeled.image().bytes();
      int length = bytes.remaining();
      if (buffer.remaining() < length) {
        buffer = ByteBuffer.allocateDirect(Math.max(length, BUFFER_BYTES));
        buffers.add(buffer);
      }
      ImageShape shape = shapes.computeIfAbsent(labeled.image().shape(), known -> known);
      images.add(new Kept(labeled, shape, buffers.size() - 1, buffer.position(), length));
      buffer.put(bytes);
    }
  }

  @Override
  public Path location() {
    return original.location();
  }

  @Override
  public StoreInfo describe() {
    return new StoreInfo(
        "memory", location(), images.length, 0, original.labelNames(), CAPABILITIES);
  }

  @Override
  public Snapshot snapshot() {
    return new State();
  }

  @Override
  public void close() {
    // The garbage collector takes the memory back.
  }

  /** The buffers, with positions of their own for one thread. Lent from call to call. */
  private static final class Views implements Pool.Item {

    /** About what a view takes. */
    private static final int VIEW_BYTES = 80;

    private final List<ByteBuffer> buffers;
    private final @Nullable ByteBuffer[] readOnly;

    Views(List<ByteBuffer> buffers) {
      this.buffers = buffers;
      readOnly = new ByteBuffer[buffers.size()];
    }

    ByteBuffer of(Kept image) {
      ByteBuffer view = readOnly[image.buffer];
      if (view == null) {
        view = buffers.get(image.buffer).asReadOnlyBuffer();
        readOnly[image.buffer] = view;
      }
      return view.order(ByteOrder.LITTLE_ENDIAN)
          .limit(image.offset + image.length)
          .position(image.offset);
    }

    @Override
    public long heldBytes() {
      return (long) VIEW_BYTES * readOnly.length;
    }

    @Override
    public void close() {
      // The garbage collector takes the memory back.
    }
  }

  /** All of it, for one call. */
  private final class State implements Snapshot {

    private @Nullable Views own;

    @Override
    public Path store() {
      return location();
    }

    @Override
    public long count() {
      return ids.length;
    }

    @Override
    public OptionalLong lastId() {
      return ids.length == 0 ? OptionalLong.empty() : OptionalLong.of(ids[ids.length - 1]);
    }

    @Override
    public long[] idsFrom(long firstId, int count) {
      int found = Arrays.binarySearch(ids, firstId);
      int from = found >= 0 ? found : -found - 1;
      return Arrays.copyOfRange(ids, from, from + Math.min(count, ids.length - from));
    }

    @Override
    public @Nullable StoredImage find(long id) {
      int found = Arrays.binarySearch(ids, id);
      return found >= 0 ? images[found] : null;
    }

    @Override
    public @Nullable String metadata(StoredImage image) {
      return ((Kept) image).metadata;
    }

    @Override
    public void read(StoredImage image, Visitor visitor) throws IOException {
      visitor.visit(views().of((Kept) image));
    }

    @Override
    public void readEach(StoredImage[] wanted, EachVisitor visitor) throws IOException {
      Views all = views();
      for (int i = 0; i < wanted.length; i++) {
        visitor.visit(i, all.of((Kept) wanted[i]));
      }
    }

    private Views views() {
      Views lent = own;
      if (lent == null) {
        lent = views.borrow();
        own = lent;
      }
      return lent;
    }

    @Override
    public void check(long id) {
      // Nothing in memory can rot without the machine's notice.
    }

    @Override
    public void close() {
      Views lent = own;
      if (lent != null) {
        own = null;
        views.giveBack(lent);
      }
    }
  }
}
