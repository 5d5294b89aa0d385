package io.imagestore.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PoolTest {
  private final List<Item> made = new ArrayList<>();
  private final Pool<Item> pool = new Pool<>(this::make, 2);

  private static final class Item implements Pool.Item {
    private long bytes;
    private boolean closed;

    @Override
    public long heldBytes() {
      return bytes;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private Item make() {
    Item item = new Item();
    made.add(item);
    return item;
  }

  @Test
  void whatIsGivenBackIsLentAgain() {
    Item item = pool.borrow();
    pool.giveBack(item);

    assertThat(pool.borrow()).isSameAs(item);
  }

  @Test
  void whatIsLentIsLentToNoOther() {
    assertThat(pool.borrow()).isNotSameAs(pool.borrow());
  }

  @Test
  void moreThanItKeepsAreClosed() {
    List<Item> burst = List.of(pool.borrow(), pool.borrow(), pool.borrow());
    burst.forEach(pool::giveBack);

    assertThat(burst).filteredOn(item -> item.closed).hasSize(1);
  }

  @Test
  void whatHasGrownLargeIsClosed() {
    Item large = pool.borrow();
    large.bytes = 1L << 30;
    pool.giveBack(large);

    assertThat(large.closed).isTrue();
    assertThat(pool.borrow()).isNotSameAs(large);
  }

  @Test
  void closingClosesTheIdle() {
    pool.giveBack(pool.borrow());
    pool.close();

    assertThat(made).allMatch(item -> item.closed);
  }
}
