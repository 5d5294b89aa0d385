package io.imagestore.loader;

import io.imagestore.Image;
import io.imagestore.ImageSource;
import io.imagestore.ImageSources;
import io.imagestore.LabeledImage;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;

/**
 * A batch as a model takes it: samples of one shape in one direct buffer, each with its label and
 * id. Where shapes may be mixed it is a list of images, each in a direct buffer of its own.
 *
 * <p>A batch is valid until the next one is taken, or the epoch or the loader is closed: the loader
 * then puts other images into the same memory. What is needed for longer is {@linkplain #copyTo
 * copied}. Until then the memory is the caller's, who may also write to it.
 *
 * <p>A batch may be empty, where all its images were left out. Before the first image has come,
 * such a batch is called one of 1x1x1 samples of 8 bits, for nothing else is known.
 *
 * <p>Belongs to one thread at a time.
 */
public final class TensorBatch {

  private static final FloatBuffer NO_FLOATS = ByteBuffer.allocateDirect(0).asFloatBuffer();

  private final Layout layout;
  private final long[] idsOfFull;
  private final int[] labelsOfFull;

  private final IntFunction<ByteBuffer> allocator;

  /** What all images are like, but for their extents where these are mixed. */
  private TensorSpec spec = new TensorSpec(1, 1, 1, TensorType.UINT8);

  /** The memory of all images. */
  private TensorMemory memory = TensorMemory.NONE;

  /** What each image is like, and the memory of each; empty unless shapes are mixed. */
  private final TensorSpec[] specs;

  private final TensorMemory[] memories;

  private long[] ids;
  private int[] labels;
  private int padding;

  TensorBatch(Layout layout, int capacity, boolean mixed, IntFunction<ByteBuffer> allocator) {
    this.layout = layout;
    this.allocator = allocator;
    specs = new TensorSpec[mixed ? capacity : 0];
    memories = new TensorMemory[mixed ? capacity : 0];
    Arrays.fill(specs, spec);
    Arrays.fill(memories, TensorMemory.NONE);
    idsOfFull = new long[capacity];
    labelsOfFull = new int[capacity];
    ids = idsOfFull;
    labels = labelsOfFull;
  }

  /**
   * Transforms images that needn't be stored, as a model is to be asked about them: a batch of
   * their own, in memory that garbage collection takes back. They are decoded in full, as without
   * {@link DataLoader.Builder#scaledDecoding}.
   *
   * @param images at least one; their places in the list are their ids in the batch, and all labels
   *     0
   * @param layout in which order samples follow each other
   * @param steps as {@link DataLoader.Builder#transform} takes them; those at random draw as in
   *     epoch 0 with a seed of 0
   * @return the batch, which is the caller's for good
   * @throws io.imagestore.CorruptImageException if one can't be decoded
   * @throws io.imagestore.UnsupportedImageException if no codec decodes one
   * @throws io.imagestore.ShapeMismatchException if they come into the batch in different shapes
   * @throws IllegalArgumentException if there are no images
   */
  public static TensorBatch of(List<Image> images, Layout layout, Transform... steps) {
    List<LabeledImage> labeled = new ArrayList<>();
    for (Image image : images) {
      labeled.add(new LabeledImage(labeled.size(), image, 0));
    }
    try (ImageSource source = ImageSources.inMemory(labeled);
        DataLoader loader =
            DataLoader.builder(source)
                .batchSize(images.size())
                .workers(0)
                .layout(layout)
                .scaledDecoding(false)
                .transform(steps)
                .build()) {
      return loader.epoch(0).iterator().next();
    }
  }

  // What the loader does with it.

  /** Makes room for images of a shape, or gets to know what mixed ones have in common. */
  void allocate(TensorSpec newSpec) {
    spec = newSpec;
    if (!hasMixedShapes()) {
      memory = TensorMemory.of((int) (newSpec.bytesAnImage() * idsOfFull.length), allocator);
    }
  }

  /** Empties it for so many images, of which the last ones are padding. */
  void begin(int size, int newPadding) {
    ids = size == idsOfFull.length ? idsOfFull : new long[size];
    labels = size == labelsOfFull.length ? labelsOfFull : new int[size];
    padding = newPadding;
  }

  void put(int place, long id, int label) {
    ids[place] = id;
    labels[place] = label;
  }

  // Puts an image's samples into their place; threads may do so at once for different places.

  void put(int place, TensorSpec its, byte[] samples) {
    memory(place, its).put(first(place), samples, its.samples());
  }

  void put(int place, TensorSpec its, short[] samples) {
    memory(place, its).put(first(place), samples, its.samples());
  }

  void put(int place, TensorSpec its, float[] samples) {
    memory(place, its).put(first(place), samples, its.samples());
  }

  /** The memory for an image at a place. */
  private TensorMemory memory(int place, TensorSpec its) {
    if (!hasMixedShapes()) {
      return memory;
    }
    specs[place] = its;
    if (memories[place].size() < its.bytesAnImage()) {
      memories[place] = TensorMemory.of((int) its.bytesAnImage(), allocator);
    }
    return memories[place];
  }

  /** How many samples lie before those of a place in its memory. */
  private int first(int place) {
    return hasMixedShapes() ? 0 : place * spec.samples();
  }

  /** Leaves images out, and moves those behind them up. */
  void keepOnly(boolean[] kept) {
    int size = 0;
    int samples = samples();
    for (int place = 0; place < ids.length; place++) {
      if (kept[place]) {
        if (size < place) {
          move(place, size);
        }
        size++;
      } else if (place >= samples) {
        padding--;
      }
    }
    ids = Arrays.copyOf(ids, size);
    labels = Arrays.copyOf(labels, size);
  }

  private void move(int from, int to) {
    ids[to] = ids[from];
    labels[to] = labels[from];
    if (hasMixedShapes()) {
      TensorMemory free = memories[to];
      memories[to] = memories[from];
      memories[from] = free;
      specs[to] = specs[from];
    } else {
      int bytes = (int) spec.bytesAnImage();
      memory.move(from * bytes, to * bytes, bytes);
    }
  }

  // What the caller does with it.

  /**
   * How many images are in it, padding included.
   *
   * @return at most the batch size; less in a last, short batch, and where failing images were left
   *     out: even 0, so that each rank sees as many batches
   */
  public int size() {
    return ids.length;
  }

  /**
   * How many of the images are no padding: the first ones.
   *
   * @return from 0 to {@link #size}
   */
  public int samples() {
    return ids.length - padding;
  }

  /**
   * Whether an image is there to fill the batch only, and comes elsewhere in the epoch too.
   *
   * @param place from 0 to {@code size() - 1}
   * @return true from {@link #samples} on
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public boolean isPadding(int place) {
    return Objects.checkIndex(place, size()) >= samples();
  }

  /**
   * Whether each image has a shape of its own, as {@link DataLoader.Builder#mixedShapes} allows.
   * There is no tensor of the whole batch then: its images are taken one by one.
   *
   * @return as the loader was built
   */
  public boolean hasMixedShapes() {
    return memories.length > 0;
  }

  /**
   * The extents of the tensor in the order of its layout.
   *
   * @return {@code [N, C, H, W]} or {@code [N, H, W, C]}, where N is {@link #size}
   * @throws IllegalStateException if the images have mixed shapes
   */
  public long[] shape() {
    requireOneShape();
    return layout == Layout.NCHW
        ? new long[] {size(), spec.channels(), spec.height(), spec.width()}
        : new long[] {size(), spec.height(), spec.width(), spec.channels()};
  }

  /**
   * The extents of one image in the order of the layout.
   *
   * @param place from 0 to {@code size() - 1}
   * @return {@code [C, H, W]} or {@code [H, W, C]}
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public long[] shape(int place) {
    TensorSpec its = spec(place);
    return layout == Layout.NCHW
        ? new long[] {its.channels(), its.height(), its.width()}
        : new long[] {its.height(), its.width(), its.channels()};
  }

  private TensorSpec spec(int place) {
    Objects.checkIndex(place, size());
    return hasMixedShapes() ? specs[place] : spec;
  }

  private void requireOneShape() {
    if (hasMixedShapes()) {
      throw new IllegalStateException(
          "The images of the batch have mixed shapes; take them one by one, such as with data(place), or let a transform make them alike");
    }
  }

  /**
   * In which order the samples follow each other.
   *
   * @return as the loader was built
   */
  public Layout layout() {
    return layout;
  }

  /**
   * What a sample is.
   *
   * @return 8 bits, or what {@link ToFloat} makes
   */
  public TensorType type() {
    return spec.type();
  }

  /**
   * All samples.
   *
   * @return a direct buffer in the machine's byte order, from position 0 to the limit; its memory
   *     is the batch's
   * @throws IllegalStateException if the images have mixed shapes
   */
  public ByteBuffer data() {
    requireOneShape();
    return memory.bytes(0, size() * (int) spec.bytesAnImage());
  }

  /**
   * The samples of one image.
   *
   * @param place from 0 to {@code size() - 1}
   * @return a direct buffer, as {@link #data()} gives it
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public ByteBuffer data(int place) {
    TensorSpec its = spec(place);
    int bytes = (int) its.bytesAnImage();
    return hasMixedShapes() ? memories[place].bytes(0, bytes) : memory.bytes(place * bytes, bytes);
  }

  /**
   * All samples as floats.
   *
   * @return a direct buffer, from position 0 to the limit; its memory is the batch's; empty if
   *     there was no image yet to tell what samples are
   * @throws IllegalStateException if the samples are no floats of 32 bits: add {@link
   *     Transforms#toFloat}; or if the images have mixed shapes
   */
  public FloatBuffer floats() {
    requireOneShape();
    if (memory == TensorMemory.NONE) {
      return NO_FLOATS;
    }
    requireFloats();
    return memory.floats(0, size() * spec.samples());
  }

  /**
   * The samples of one image as floats.
   *
   * @param place from 0 to {@code size() - 1}
   * @return a direct buffer, as {@link #floats()} gives it
   * @throws IndexOutOfBoundsException if there is no such place
   * @throws IllegalStateException if the samples are no floats of 32 bits
   */
  public FloatBuffer floats(int place) {
    requireFloats();
    int samples = spec(place).samples();
    return hasMixedShapes()
        ? memories[place].floats(0, samples)
        : memory.floats(place * samples, samples);
  }

  private void requireFloats() {
    if (spec.type() != TensorType.FLOAT32) {
      throw new IllegalStateException(
          "The batch holds samples of %s; for floats of 32 bits, have Transforms.toFloat() as the last transform, without half()"
              .formatted(spec.type()));
    }
  }

  /**
   * The label of each image.
   *
   * @return {@link #size} labels, in an array that is the batch's
   */
  public int[] labels() {
    return labels;
  }

  /**
   * The id of each image.
   *
   * @return {@link #size} ids, in an array that is the batch's
   */
  public long[] ids() {
    return ids;
  }

  /**
   * Copies all samples to a buffer's position, which moves behind them.
   *
   * @param target on the heap or direct; floats get there in the machine's byte order
   * @throws java.nio.BufferOverflowException if it has too little room
   * @throws IllegalStateException if the images have mixed shapes
   */
  public void copyTo(ByteBuffer target) {
    target.put(data());
  }

  /**
   * Copies all samples to a buffer's position, which moves behind them.
   *
   * @param target on the heap or direct
   * @throws IllegalStateException if the samples are no floats of 32 bits, or the images have mixed
   *     shapes
   * @throws java.nio.BufferOverflowException if it has too little room
   */
  public void copyTo(FloatBuffer target) {
    target.put(floats());
  }

  /** As {@code TensorBatch[256 of 32x32x3 float32, NCHW]}. */
  @Override
  public String toString() {
    String what = hasMixedShapes() ? "mixed shapes" : spec.toString();
    return "TensorBatch[" + size() + " of " + what + ", " + layout + "]";
  }
}
