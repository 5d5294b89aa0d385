package io.imagestore.internal.pickle;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A callable that a pickle names: one of the few that are honoured, or an inert class. */
record Global(String module, String name, @Nullable Known known) {

  /** What is honoured, each done by a few lines of {@link Unpickler}. */
  enum Known {
    ND_ARRAY,
    DTYPE,
    RECONSTRUCT_ARRAY,
    ARRAY_FROM_BUFFER,
    SCALAR,
    ENCODE,
    BYTES,
    OBJECT,
    RECONSTRUCT_OBJECT
  }

  private static final Map<String, Known> ALWAYS =
      Map.ofEntries(
          Map.entry("numpy ndarray", Known.ND_ARRAY),
          Map.entry("numpy dtype", Known.DTYPE),
          Map.entry("numpy.core.multiarray _reconstruct", Known.RECONSTRUCT_ARRAY),
          Map.entry("numpy._core.multiarray _reconstruct", Known.RECONSTRUCT_ARRAY),
          Map.entry("numpy.core.multiarray scalar", Known.SCALAR),
          Map.entry("numpy._core.multiarray scalar", Known.SCALAR),
          Map.entry("numpy.core.numeric _frombuffer", Known.ARRAY_FROM_BUFFER),
          Map.entry("numpy._core.numeric _frombuffer", Known.ARRAY_FROM_BUFFER),
          Map.entry("_codecs encode", Known.ENCODE),
          Map.entry("__builtin__ bytes", Known.BYTES),
          Map.entry("builtins bytes", Known.BYTES),
          Map.entry("__builtin__ bytearray", Known.BYTES),
          Map.entry("builtins bytearray", Known.BYTES));

  private static final Map<String, Known> FOR_RECORDS =
      Map.of(
          "__builtin__ object", Known.OBJECT,
          "builtins object", Known.OBJECT,
          "copy_reg _reconstructor", Known.RECONSTRUCT_OBJECT,
          "copyreg _reconstructor", Known.RECONSTRUCT_OBJECT);

  static Global named(String module, String name, boolean unknownAsRecords, PickleInput input)
      throws PickleFormatException {
    String qualified = module + " " + name;
    Known known = ALWAYS.get(qualified);
    if (known == null && unknownAsRecords) {
      known = FOR_RECORDS.get(qualified);
    }
    if (known == null && !unknownAsRecords) {
      throw input.error(
          "the pickle names '"
              + Excerpt.of(qualified)
              + "', which isn't among the few numpy names that are honoured");
    }
    return new Global(module, name, known);
  }

  String shown() {
    return Excerpt.of(module + " " + name);
  }
}
