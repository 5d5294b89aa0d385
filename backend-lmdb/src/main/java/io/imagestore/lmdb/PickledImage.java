package io.imagestore.lmdb;

import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import io.imagestore.internal.pickle.NdArray;
import io.imagestore.internal.pickle.PickleFormatException;
import io.imagestore.internal.pickle.PickleReader;
import io.imagestore.internal.pickle.PickledBytes;
import io.imagestore.internal.pickle.PickledObject;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A pickled Python object that holds an image in the attributes {@code image} (HWC bytes, or a
 * numpy array of them), {@code size} (height and width), {@code channels} and {@code label}. Its
 * class is the writer's own: it is neither looked for nor called, the attributes tell.
 */
final class PickledImage {

  private static final PickleReader READER = PickleReader.strict().withUnknownClassesAsRecords();

  private final Map<String, @Nullable Object> attributes;
  private final long id;
  private final Path store;

  private PickledImage(Map<String, @Nullable Object> attributes, long id, Path store) {
    this.attributes = attributes;
    this.id = id;
    this.store = store;
  }

  static LabeledImage parse(byte[] pickle, long id, Path store) {
    Object value;
    try {
      value = READER.read(ByteBuffer.wrap(pickle));
    } catch (PickleFormatException e) {
      throw new CorruptImageException(store, id, "its pickle can't be read: " + e.getMessage(), e);
    }
    if (!(value instanceof PickledObject object)) {
      throw new CorruptImageException(store, id, "its pickle holds no object with attributes");
    }
    return new PickledImage(object.state(), id, store).toImage();
  }

  private LabeledImage toImage() {
    List<?> size = attribute("size", List.class);
    if (size.size() != 2) {
      throw damage("its size has " + size.size() + " extents instead of height and width");
    }
    int height = integer("size", size.get(0));
    int width = integer("size", size.get(1));
    int channels = integer("channels", attributes.get("channels"));
    if (height < 1 || width < 1 || channels < 1) {
      throw damage("its extents are " + height + ", " + width + ", " + channels);
    }
    ImageShape shape = new ImageShape(height, width, channels);
    byte[] pixels = pixels(shape);
    if (shape.byteCount() != pixels.length) {
      throw damage("it has " + pixels.length + " bytes, but is said to be " + shape);
    }
    int label = integer("label", attributes.get("label"));
    return new LabeledImage(id, Image.of(height, width, channels, pixels), label);
  }

  private byte[] pixels(ImageShape shape) {
    Object image = attributes.get("image");
    if (image instanceof NdArray array && array.dtype().equals("u1") && !array.isFortranOrder()) {
      List<Long> expected =
          List.of((long) shape.height(), (long) shape.width(), (long) shape.channels());
      if (!array.shape().equals(expected)) {
        throw damage("its array's shape is " + array.shape() + ", but it is said to be " + shape);
      }
      return array.bytes().bytes();
    }
    return attribute("image", PickledBytes.class).bytes();
  }

  private int integer(String name, @Nullable Object value) {
    if (value instanceof Long number && number == number.intValue()) {
      return number.intValue();
    }
    throw damage(
        "its attribute '" + name + "' is " + shown(value) + " instead of a 32-bit integer");
  }

  /** A number as it is, but only the kind of what may be long. */
  private static String shown(@Nullable Object value) {
    if (value == null) {
      return "missing";
    }
    boolean isShort = value instanceof Number || value instanceof Boolean;
    return isShort ? value.toString() : "a " + value.getClass().getSimpleName();
  }

  private <T> T attribute(String name, Class<T> type) {
    Object value = attributes.get(name);
    if (!type.isInstance(value)) {
      throw damage("its attribute '" + name + "' is missing or of another type");
    }
    return type.cast(value);
  }

  private CorruptImageException damage(String problem) {
    return new CorruptImageException(store, id, problem);
  }
}
