package io.imagestore.spi;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Memory outside of the heap that can be given back at once where Java does that safely: on 22 and
 * newer, in an arena, whose buffers refuse every access afterwards. On older versions the garbage
 * collector gives it back, for nothing there keeps a view of freed memory from ending the JVM.
 *
 * <p>Safe in any thread, as far as a buffer is.
 */
public final class DirectMemory implements AutoCloseable {

  private static final @Nullable Arenas ARENAS = Arenas.find();

  private final ByteBuffer buffer;
  private final @Nullable Release release;

  private DirectMemory(ByteBuffer buffer, @Nullable Release release) {
    this.buffer = buffer;
    this.release = release;
  }

  /**
   * Takes memory.
   *
   * @param bytes how much, at least 0
   * @return zeroed memory, given back when it is garbage if not before
   * @throws OutOfMemoryError if there isn't as much
   */
  public static DirectMemory allocate(int bytes) {
    return ARENAS == null
        ? new DirectMemory(ByteBuffer.allocateDirect(bytes), null)
        : ARENAS.allocateMemory(bytes);
  }

  /**
   * The memory.
   *
   * @return always the same direct buffer
   */
  public ByteBuffer buffer() {
    return buffer;
  }

  /**
   * Gives the memory back where that can be done at once; a second call does nothing. The buffer
   * must not be used afterwards.
   *
   * @throws IllegalStateException if another thread is just using the memory, where that is noticed
   *     (Java 22 and newer)
   */
  @Override
  public void close() {
    if (release != null) {
      release.run();
    }
  }

  /** Closes an arena once. */
  private static final class Release implements Runnable {
    private final AutoCloseable arena;
    private boolean done;

    Release(AutoCloseable arena) {
      this.arena = arena;
    }

    @Override
    public synchronized void run() {
      if (done) {
        return;
      }
      try {
        arena.close();
        done = true;
      } catch (RuntimeException e) {
        throw e; // another thread is just using the memory
      } catch (Exception e) {
        throw new AssertionError(e); // an arena declares nothing else
      }
    }
  }

  /** {@code java.lang.foreign.Arena}, which the baseline doesn't know. */
  private record Arenas(
      MethodHandle ofShared, MethodHandle allocate, MethodHandle asByteBuffer, Cleaner cleaner) {

    private static final int FIRST_VERSION = 22;
    private static final long ALIGNMENT = 64;

    static @Nullable Arenas find() {
      if (Runtime.version().feature() < FIRST_VERSION) {
        return null;
      }
      try {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        Class<?> arena = Class.forName("java.lang.foreign.Arena");
        Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
        MethodHandle allocate =
            lookup.findVirtual(
                arena, "allocate", MethodType.methodType(segment, long.class, long.class));
        return new Arenas(
            lookup.findStatic(arena, "ofShared", MethodType.methodType(arena)),
            allocate,
            lookup.findVirtual(segment, "asByteBuffer", MethodType.methodType(ByteBuffer.class)),
            Cleaner.create());
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    DirectMemory allocateMemory(int bytes) {
      try {
        AutoCloseable arena = (AutoCloseable) ofShared.invoke();
        Object segment = allocate.invoke(arena, (long) bytes, ALIGNMENT);
        Release release = new Release(arena);
        // Each view of the memory keeps its segment reachable.
        cleaner.register(segment, release);
        return new DirectMemory((ByteBuffer) asByteBuffer.invoke(segment), release);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new AssertionError(e); // nothing else is declared
      }
    }
  }
}
