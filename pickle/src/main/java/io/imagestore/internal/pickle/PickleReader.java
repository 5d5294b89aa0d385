package io.imagestore.internal.pickle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one pickle, of protocol 0 to 5, into plain values.
 *
 * <table>
 * <caption>What Python values become</caption>
 * <tr><th>Python</th><th>Java</th></tr>
 * <tr><td>{@code None}</td><td>{@code null}</td></tr>
 * <tr><td>{@code bool}, {@code float}</td><td>{@link Boolean}, {@link Double}</td></tr>
 * <tr><td>{@code int} within 64 bits, numpy scalars</td><td>{@link Long}, {@link Double}</td></tr>
 * <tr><td>text</td><td>{@link String}</td></tr>
 * <tr><td>{@code bytes}, {@code bytearray}, Python 2's {@code str}</td>
 *     <td>{@link PickledBytes}</td></tr>
 * <tr><td>{@code list}, {@code tuple}</td><td>{@link java.util.List}</td></tr>
 * <tr><td>{@code dict}</td><td>{@link java.util.Map} in the file's order; keys are {@link String},
 *     also where they are byte strings, or {@link Long}</td></tr>
 * <tr><td>numpy array of numbers or booleans</td><td>{@link NdArray}</td></tr>
 * <tr><td>instance of any other class</td>
 *     <td>{@link PickledObject}, or refused, which is the default</td></tr>
 * </table>
 *
 * <p>The callables honoured are those in which numpy writes arrays and scalars, {@code bytes} and
 * {@code bytearray} of bytes or of text that stands for them in ISO 8859-1, and {@code
 * _codecs.encode} to that, which is how Python 3 writes bytes for Python 2. Each is a few lines of
 * Java here. All others are refused by name, and so are persistent ids, extension codes, sets and
 * out-of-band buffers.
 *
 * <p>The result is a finite tree of bounded size: a pickle that refers to itself, or multiplies
 * itself by references, is refused.
 *
 * <p>Immutable, so any number of threads may share one.
 */
public final class PickleReader {

  private static final PickleReader STRICT =
      new PickleReader(PickleLimits.DEFAULT, false, Long.MAX_VALUE);

  private final PickleLimits limits;
  private final boolean unknownClassesAsRecords;
  private final long leaveInPlaceFrom;

  private PickleReader(
      PickleLimits limits, boolean unknownClassesAsRecords, long leaveInPlaceFrom) {
    this.limits = limits;
    this.unknownClassesAsRecords = unknownClassesAsRecords;
    this.leaveInPlaceFrom = leaveInPlaceFrom;
  }

  /**
   * A reader with the default limits, which refuses classes that it doesn't know.
   *
   * @return the reader
   */
  public static PickleReader strict() {
    return STRICT;
  }

  /**
   * A reader with other limits.
   *
   * @param newLimits how much a pickle may ask for
   * @return a reader like this one but for the limits
   */
  public PickleReader withLimits(PickleLimits newLimits) {
    return new PickleReader(newLimits, unknownClassesAsRecords, leaveInPlaceFrom);
  }

  /**
   * A reader that takes instances of unknown classes as inert {@link PickledObject} records. It
   * still calls nothing: only an instance made without arguments, with a dict as its state, can be
   * read.
   *
   * @return a reader like this one but for unknown classes
   */
  public PickleReader withUnknownClassesAsRecords() {
    return new PickleReader(limits, true, leaveInPlaceFrom);
  }

  /**
   * A reader that leaves long byte strings in the pickle, and tells where they are, so that pixels
   * can be streamed from there.
   *
   * @param length byte strings of this length or more, written as they are, aren't held
   * @return a reader like this one but for long byte strings
   */
  public PickleReader leavingInPlaceFrom(long length) {
    return new PickleReader(limits, unknownClassesAsRecords, length);
  }

  /**
   * Reads a stream that holds one pickle and nothing behind it. Reads ahead; doesn't close.
   *
   * @param stream the pickle, to the stream's end
   * @return the value
   * @throws PickleFormatException if the stream isn't one well-formed pickle within the limits
   * @throws IOException if reading fails
   */
  public @Nullable Object read(InputStream stream) throws IOException {
    return read(new PickleInput(stream, limits));
  }

  /**
   * Reads a buffer that holds one pickle and nothing behind it.
   *
   * @param buffer the pickle, from position to limit; position and limit stay as they are
   * @return the value
   * @throws PickleFormatException if the buffer isn't one well-formed pickle within the limits
   */
  public @Nullable Object read(ByteBuffer buffer) throws PickleFormatException {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    try {
      return read(new PickleInput(bytes, limits));
    } catch (PickleFormatException e) {
      throw e;
    } catch (IOException e) {
      throw new AssertionError("reading from memory does no I/O", e);
    }
  }

  private @Nullable Object read(PickleInput input) throws IOException {
    Object value = new Unpickler(input, limits, unknownClassesAsRecords, leaveInPlaceFrom).run();
    input.requireEnd();
    new TreeCheck(input, limits).check(value);
    return value;
  }
}
