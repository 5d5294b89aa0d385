package io.imagestore.cifar;

import io.imagestore.internal.pickle.NdArray;
import io.imagestore.internal.pickle.PickleFormatException;
import io.imagestore.internal.pickle.PickleReader;
import io.imagestore.internal.pickle.PickledBytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The dict that a file of the python form holds, with what it must hold checked. */
final class PickledDict {

  private static final long NO_INTEGER = Long.MIN_VALUE;

  /** As long as the name of a file can be. */
  private static final int MAX_NAME_LENGTH = 255;

  private static final int MAX_KEYS_SHOWN = 10;
  private static final int MAX_KEY_CHARS_SHOWN = 40;

  private final String file;
  private final Map<?, ?> entries;

  private PickledDict(String file, Map<?, ?> entries) {
    this.file = file;
    this.entries = entries;
  }

  static PickledDict read(PickleReader reader, InputStream in, String file) throws IOException {
    try {
      if (reader.read(in) instanceof Map<?, ?> entries) {
        return new PickledDict(file, entries);
      }
    } catch (PickleFormatException e) {
      throw new CifarFormatException(file, e.offset(), e.problem(), e);
    }
    throw new CifarFormatException(file, 0, "expected a pickled dict");
  }

  NdArray array(String key) {
    if (require(key) instanceof NdArray array) {
      return array;
    }
    throw malformed("expected '" + key + "' to be a numpy array");
  }

  /** A list or a numpy array of integers. */
  int[] integers(String key) {
    Object value = require(key);
    if (value instanceof List<?> list) {
      return integers(key, list.size(), i -> list.get((int) i) instanceof Long n ? n : NO_INTEGER);
    }
    if (value instanceof NdArray array
        && array.isInteger()
        && array.shape().size() == 1
        && array.bytes().isHeld()) {
      return integers(key, (int) array.size(), i -> array.longAt((int) i));
    }
    throw malformed("expected '" + key + "' to be a list or a flat numpy array of integers");
  }

  /** A list of so many names, or nothing where there is none of that key. */
  List<String> namesIfAny(String key, long count) {
    Object value = entries.get(key);
    boolean none = value == null || (value instanceof List<?> list && list.isEmpty());
    return none ? List.of() : names(key, count);
  }

  /** A list of so many names. The count comes first: a name may be there a thousand times. */
  List<String> names(String key, long count) {
    if (!(require(key) instanceof List<?> list)) {
      throw malformed("expected '" + key + "' to be a list of names");
    }
    if (list.size() != count) {
      throw malformed("expected " + count + " names in '" + key + "' but found " + list.size());
    }
    List<String> texts = new ArrayList<>(list.size());
    for (Object item : list) {
      texts.add(name(key, item));
    }
    return List.copyOf(texts);
  }

  CifarFormatException malformed(String problem) {
    return new CifarFormatException(file, 0, problem);
  }

  private int[] integers(String key, int count, LongUnaryOperator values) {
    int[] integers = new int[count];
    for (int i = 0; i < count; i++) {
      long value = values.applyAsLong(i);
      if (value != (int) value) {
        throw malformed("expected a small integer as item " + i + " of '" + key + "'");
      }
      integers[i] = (int) value;
    }
    return integers;
  }

  private String name(String key, @Nullable Object item) {
    if (item instanceof String text && text.length() <= MAX_NAME_LENGTH) {
      return text;
    }
    if (item instanceof PickledBytes bytes && bytes.isHeld() && bytes.length() <= MAX_NAME_LENGTH) {
      return bytes.text();
    }
    throw malformed(
        "expected '" + key + "' to be a list of names of at most " + MAX_NAME_LENGTH + " bytes");
  }

  private String shownKeys() {
    String keys =
        entries.keySet().stream()
            .limit(MAX_KEYS_SHOWN)
            .map(String::valueOf)
            .map(key -> key.substring(0, Math.min(key.length(), MAX_KEY_CHARS_SHOWN)))
            .collect(Collectors.joining(", "));
    return entries.size() > MAX_KEYS_SHOWN ? keys + ", …" : keys;
  }

  private Object require(String key) {
    Object value = entries.get(key);
    if (value == null) {
      throw malformed("expected a dict with '" + key + "' but it has " + shownKeys());
    }
    return value;
  }
}
