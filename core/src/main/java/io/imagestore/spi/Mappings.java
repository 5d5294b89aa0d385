package io.imagestore.spi;

import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stretches of a file in memory, all given back when this is closed. Left to itself, a mapped
 * buffer is given back when it is garbage, sometime; until then a deleted file's space stays taken,
 * and Windows doesn't delete it.
 *
 * <p>From Java 22 on an {@code Arena} does it (JEP 454), before {@code Unsafe.invokeCleaner}. A JVM
 * without either leaves it to the garbage collector.
 *
 * <p>Mapping and closing are for one thread at a time. Whoever closes this sees to it that no
 * thread reads from a mapping then or later, for before Java 22 that would end the JVM.
 */
public abstract class Mappings implements Closeable {

  private static final int FIRST_WITH_ARENAS = 22;

  private Mappings() {}

  /**
   * None yet.
   *
   * @return what mappings are made in
   */
  public static Mappings none() {
    return Runtime.version().feature() >= FIRST_WITH_ARENAS ? new OfArena() : new OfCleaner();
  }

  /**
   * Maps a stretch, to be read until this is closed, by any thread.
   *
   * @param channel the file, which may be closed afterwards
   * @param start where the stretch begins
   * @param size how many bytes, all of them within the file
   * @return the bytes, read-only
   * @throws IOException if the system refuses it
   */
  public abstract ByteBuffer map(FileChannel channel, long start, int size) throws IOException;

  /** Gives all of them back. Nobody may read from them any more. */
  @Override
  public abstract void close();

  private static final class OfArena extends Mappings {

    private static final MethodHandle NEW;
    private static final MethodHandle MAP;
    private static final MethodHandle BUFFER;
    private static final MethodHandle CLOSE;

    static {
      try {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        Class<?> arena = Class.forName("java.lang.foreign.Arena");
        Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
        NEW = lookup.findStatic(arena, "ofShared", MethodType.methodType(arena));
        MAP =
            lookup.findVirtual(
                FileChannel.class,
                "map",
                MethodType.methodType(
                    segment, FileChannel.MapMode.class, long.class, long.class, arena));
        BUFFER =
            lookup.findVirtual(segment, "asByteBuffer", MethodType.methodType(ByteBuffer.class));
        CLOSE = lookup.findVirtual(arena, "close", MethodType.methodType(void.class));
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private final Object arena = call(() -> NEW.invoke());

    @Override
    public ByteBuffer map(FileChannel channel, long start, int size) throws IOException {
      return (ByteBuffer)
          callIo(
              () ->
                  BUFFER.invoke(
                      MAP.invoke(
                          channel, FileChannel.MapMode.READ_ONLY, start, (long) size, arena)));
    }

    @Override
    public void close() {
      call(
          () -> {
            CLOSE.invoke(arena);
            return this;
          });
    }

    private interface Call {
      Object run() throws Throwable;
    }

    private static Object call(Call call) {
      try {
        return callIo(call);
      } catch (IOException e) {
        throw new AssertionError(e); // makes and closes memory only
      }
    }

    private static Object callIo(Call call) throws IOException {
      try {
        return call.run();
      } catch (IOException | RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new AssertionError(e); // nothing else is declared
      }
    }
  }

  private static final class OfCleaner extends Mappings {

    private static final @Nullable MethodHandle CLEAN = cleaner();

    private final List<MappedByteBuffer> buffers = new ArrayList<>();

    private static @Nullable MethodHandle cleaner() {
      try {
        Class<?> unsafe = Class.forName("sun.misc.Unsafe");
        Field instance = unsafe.getDeclaredField("theUnsafe");
        instance.setAccessible(true);
        return MethodHandles.lookup()
            .findVirtual(
                unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
            .bindTo(instance.get(null));
      } catch (ReflectiveOperationException | RuntimeException e) {
        return null; // a JVM without the module jdk.unsupported
      }
    }

    @Override
    public ByteBuffer map(FileChannel channel, long start, int size) throws IOException {
      MappedByteBuffer buffer = channel.map(FileChannel.MapMode.READ_ONLY, start, size);
      buffers.add(buffer);
      return buffer;
    }

    @Override
    public void close() {
      if (CLEAN == null) {
        return;
      }
      for (MappedByteBuffer buffer : buffers) {
        try {
          CLEAN.invoke(buffer);
        } catch (RuntimeException | Error e) {
          throw e;
        } catch (Throwable e) {
          throw new AssertionError(e); // declares nothing
        }
      }
      buffers.clear();
    }
  }
}
