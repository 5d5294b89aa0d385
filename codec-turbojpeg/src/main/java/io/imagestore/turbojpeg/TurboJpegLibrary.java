package io.imagestore.turbojpeg;

import com.kenai.jffi.Function;
import com.kenai.jffi.HeapInvocationBuffer;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.Struct;
import com.kenai.jffi.Type;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The functions of the TurboJPEG API that decoding needs: those of 2.0, which all later versions
 * have, and those of 3.0 that decode a part of an image, where there are any. Each returns what the
 * C function returns. Callers vouch for handles and addresses.
 */
final class TurboJpegLibrary {

  /** The size of a JPEG is an unsigned long, or size_t from 3.0 on: passed like a pointer. */
  private static final Type SIZE = Type.POINTER;

  /** tjscalingfactor: numerator and denominator. */
  private static final Type SCALE = Struct.newStruct(Type.SINT, Type.SINT);

  /** tjregion: x, y, width, height. */
  private static final Type REGION = Struct.newStruct(Type.SINT, Type.SINT, Type.SINT, Type.SINT);

  /** No flags: exact DCT and interpolated color, which are Pillow's settings too. */
  private static final int FLAGS = 0;

  private final Invoker invoker = Invoker.getInstance();
  private final MemoryIO memory = MemoryIO.getInstance();
  private final Library library;
  private final Function init;
  private final Function decompress;
  private final Function error;
  private final Function destroy;
  private final @Nullable Cropping cropping;

  private record Cropping(
      Function readHeader, Function setScale, Function setRegion, Function decompress) {}

  /**
   * Takes the functions of a library, which stays loaded as long as this object is reachable.
   *
   * @throws UnsatisfiedLinkError if it lacks one
   */
  TurboJpegLibrary(Library library) {
    this.library = library;
    init = function("tjInitDecompress", Type.POINTER);
    decompress =
        function(
            "tjDecompress2",
            Type.SINT,
            Type.POINTER, // handle
            Type.POINTER, // file
            SIZE,
            Type.POINTER, // destination
            Type.SINT, // width
            Type.SINT, // pitch
            Type.SINT, // height
            Type.SINT, // pixel format
            Type.SINT); // flags
    error = function("tjGetErrorStr2", Type.POINTER, Type.POINTER);
    destroy = function("tjDestroy", Type.SINT, Type.POINTER);
    cropping = library.getSymbolAddress("tj3SetCroppingRegion") == 0 ? null : cropping();
  }

  private Cropping cropping() {
    return new Cropping(
        function("tj3DecompressHeader", Type.SINT, Type.POINTER, Type.POINTER, SIZE),
        function("tj3SetScalingFactor", Type.SINT, Type.POINTER, SCALE),
        function("tj3SetCroppingRegion", Type.SINT, Type.POINTER, REGION),
        function(
            "tj3Decompress8",
            Type.SINT,
            Type.POINTER, // handle
            Type.POINTER, // file
            SIZE,
            Type.POINTER, // destination
            Type.SINT, // pitch
            Type.SINT)); // pixel format
  }

  private Function function(String name, Type result, Type... parameters) {
    long address = library.getSymbolAddress(name);
    if (address == 0) {
      throw new UnsatisfiedLinkError("it has no function " + name);
    }
    return new Function(address, result, parameters);
  }

  /** Whether {@link #setRegion} and its like may be called. */
  boolean canCrop() {
    return cropping != null;
  }

  /** A handle, for one thread at a time; 0 if there is no memory. */
  long init() {
    return invoker.invokeAddress(init, new HeapInvocationBuffer(init));
  }

  int destroy(long handle) {
    return invoker.invokeInt(destroy, with(handle, destroy));
  }

  /** What went wrong in the last call with this handle, which the same thread made. */
  String error(long handle) {
    long text = invoker.invokeAddress(error, with(handle, error));
    return new String(memory.getZeroTerminatedByteArray(text), StandardCharsets.UTF_8);
  }

  /** Decodes all of a file, scaled so that it fits into width and height. */
  int decompress(
      long handle, long file, int fileBytes, long into, int width, int height, PixelFormat format) {
    HeapInvocationBuffer arguments = with(handle, decompress);
    arguments.putAddress(file);
    arguments.putAddress(fileBytes);
    arguments.putAddress(into);
    arguments.putInt(width);
    arguments.putInt(width * format.bytes());
    arguments.putInt(height);
    arguments.putInt(format.code());
    arguments.putInt(FLAGS);
    return invoker.invokeInt(decompress, arguments);
  }

  int readHeader(long handle, long file, int fileBytes) {
    HeapInvocationBuffer arguments = with(handle, requireCropping().readHeader);
    arguments.putAddress(file);
    arguments.putAddress(fileBytes);
    return invoker.invokeInt(requireCropping().readHeader, arguments);
  }

  int setScale(long handle, int denominator) {
    return call(requireCropping().setScale, handle, 1, denominator);
  }

  int setRegion(long handle, int x, int y, int width, int height) {
    return call(requireCropping().setRegion, handle, x, y, width, height);
  }

  int decompressRegion(
      long handle, long file, int fileBytes, long into, int width, PixelFormat format) {
    HeapInvocationBuffer arguments = with(handle, requireCropping().decompress);
    arguments.putAddress(file);
    arguments.putAddress(fileBytes);
    arguments.putAddress(into);
    arguments.putInt(width * format.bytes());
    arguments.putInt(format.code());
    return invoker.invokeInt(requireCropping().decompress, arguments);
  }

  private Cropping requireCropping() {
    if (cropping == null) {
      throw new IllegalStateException("only TurboJPEG 3.0 and later decode a part of an image");
    }
    return cropping;
  }

  /** Calls a function of a handle and a struct of ints. */
  private int call(Function function, long handle, int... struct) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Integer.BYTES * struct.length).order(ByteOrder.nativeOrder());
    bytes.asIntBuffer().put(struct);
    HeapInvocationBuffer arguments = with(handle, function);
    arguments.putStruct(bytes.array(), 0);
    return invoker.invokeInt(function, arguments);
  }

  private static HeapInvocationBuffer with(long handle, Function function) {
    HeapInvocationBuffer arguments = new HeapInvocationBuffer(function);
    arguments.putAddress(handle);
    return arguments;
  }
}
