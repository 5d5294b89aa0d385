package io.imagestore.loader;

import io.imagestore.SampleType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * A batch as a model takes it: samples of one shape in one direct buffer, each with its label and
 * id.
 *
 * <p>A batch is valid until the next one is taken, or the epoch or the loader is closed: the loader
 * then puts other images into the same memory. What is needed for longer is {@linkplain #copyTo
 * copied}. Until then the memory is the caller's, who may also write to it.
 *
 * <p>Belongs to one thread at a time.
 */
public final class TensorBatch {

  private final Layout layout;
  private final long[] idsOfFull;
  private final int[] labelsOfFull;

  private TensorSpec spec = new TensorSpec(1, 1, 1, false);
  private ByteBuffer data = ByteBuffer.allocateDirect(0);
  private FloatBuffer floats = data.asFloatBuffer();
  private long[] ids;
  private int[] labels;
  private int padding;

  TensorBatch(Layout layout, int capacity) {
    this.layout = layout;
    idsOfFull = new long[capacity];
    labelsOfFull = new int[capacity];
    ids = idsOfFull;
    labels = labelsOfFull;
  }

  // What the loader does with it.

  /** Makes room for images of a shape. */
  void allocate(TensorSpec newSpec) {
    spec = newSpec;
    data =
        ByteBuffer.allocateDirect((int) (newSpec.bytesAnImage() * idsOfFull.length))
            .order(ByteOrder.nativeOrder());
    floats = data.asFloatBuffer();
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

  /** Puts an image's samples into their place; threads may do so at once for different places. */
  void put(int place, byte[] samples) {
    data.put(place * spec.samples(), samples, 0, spec.samples());
  }

  /** Puts an image's samples into their place; threads may do so at once for different places. */
  void put(int place, float[] samples) {
    floats.put(place * spec.samples(), samples, 0, spec.samples());
  }

  /** Leaves images out, and moves those behind them up. */
  void keepOnly(boolean[] kept) {
    int size = 0;
    int bytes = (int) spec.bytesAnImage();
    int samples = samples();
    for (int place = 0; place < ids.length; place++) {
      if (kept[place]) {
        if (size < place) {
          data.put(size * bytes, data, place * bytes, bytes);
          ids[size] = ids[place];
          labels[size] = labels[place];
        }
        size++;
      } else if (place >= samples) {
        padding--;
      }
    }
    ids = Arrays.copyOf(ids, size);
    labels = Arrays.copyOf(labels, size);
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
   * The extents of the tensor in the order of its layout.
   *
   * @return {@code [N, C, H, W]} or {@code [N, H, W, C]}, where N is {@link #size}
   */
  public long[] shape() {
    return layout == Layout.NCHW
        ? new long[] {size(), spec.channels(), spec.height(), spec.width()}
        : new long[] {size(), spec.height(), spec.width(), spec.channels()};
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
   * @return {@link SampleType#UINT8} or {@link SampleType#FLOAT32}
   */
  public SampleType sampleType() {
    return spec.floats() ? SampleType.FLOAT32 : SampleType.UINT8;
  }

  /**
   * All samples.
   *
   * @return a direct buffer in the machine's byte order, from position 0 to the limit; its memory
   *     is the batch's
   */
  public ByteBuffer data() {
    return data.duplicate()
        .order(ByteOrder.nativeOrder())
        .limit(size() * (int) spec.bytesAnImage());
  }

  /**
   * All samples as floats.
   *
   * @return a direct buffer, from position 0 to the limit; its memory is the batch's
   * @throws IllegalStateException if the samples are no floats: add {@link Transforms#toFloat}
   */
  public FloatBuffer floats() {
    if (!spec.floats()) {
      throw new IllegalStateException(
          "The batch holds samples of 8 bits; add Transforms.toFloat() as the last transform");
    }
    return floats.duplicate().limit(size() * spec.samples());
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
   */
  public void copyTo(ByteBuffer target) {
    target.put(data());
  }

  /**
   * Copies all samples to a buffer's position, which moves behind them.
   *
   * @param target on the heap or direct
   * @throws IllegalStateException if the samples are no floats
   * @throws java.nio.BufferOverflowException if it has too little room
   */
  public void copyTo(FloatBuffer target) {
    target.put(floats());
  }

  /** As {@code TensorBatch[256 of 32x32x3 float32, NCHW]}. */
  @Override
  public String toString() {
    return "TensorBatch[" + size() + " of " + spec + ", " + layout + "]";
  }
}
