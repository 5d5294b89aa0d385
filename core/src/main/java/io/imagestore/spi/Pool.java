package io.imagestore.spi;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Lends what is dear to make and used by one thread at a time. Bound to no thread, for virtual
 * threads come and go by the thousand. Beyond a few, those given back are thrown away, and so are
 * those that have grown large, so that neither a burst of threads nor a large image leaves memory
 * behind. Borrowing and giving back are safe in any thread.
 *
 * @param <T> what is lent
 */
public final class Pool<T extends Pool.Item> implements AutoCloseable {
  private static final long KEPT_BYTES = 4L << 20;

  private final Supplier<T> maker;
  private final int keep;
  private final ConcurrentLinkedQueue<T> idle = new ConcurrentLinkedQueue<>();
  private final AtomicInteger idleCount = new AtomicInteger();

  /** What can be lent. Neither method is called while somebody else has it. */
  public interface Item extends AutoCloseable {
    /**
     * The memory it has grown to.
     *
     * @return about as many bytes
     */
    long heldBytes();

    /** Gives back what it holds; it isn't used any more. */
    @Override
    void close();
  }

  /**
   * An empty one.
   *
   * @param maker makes another when all are lent
   * @param keep how many are kept idle at most
   */
  public Pool(Supplier<T> maker, int keep) {
    this.maker = maker;
    this.keep = keep;
  }

  /**
   * Takes one out; the caller alone has it until it gives it back.
   *
   * @return an idle one, or a new one
   */
  public T borrow() {
    T item = idle.poll();
    if (item == null) {
      return maker.get();
    }
    idleCount.decrementAndGet();
    return item;
  }

  /**
   * Takes one back.
   *
   * @param item may be in any state from which its next use starts anew
   */
  public void giveBack(T item) {
    if (item.heldBytes() > KEPT_BYTES) {
      item.close();
    } else if (idleCount.incrementAndGet() <= keep) {
      idle.add(item);
    } else {
      idleCount.decrementAndGet();
      item.close();
    }
  }

  /** Closes those that are idle. Comes after the last has been given back. */
  @Override
  public void close() {
    idle.forEach(Item::close);
    idle.clear();
  }
}
