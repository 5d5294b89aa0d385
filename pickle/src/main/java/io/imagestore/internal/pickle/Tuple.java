package io.imagestore.internal.pickle;

import java.util.AbstractList;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** A Python tuple: a list that can't be added to. */
final class Tuple extends AbstractList<@Nullable Object> implements RandomAccess {

  private final @Nullable Object[] items;

  Tuple(@Nullable Object... items) {
    this.items = items;
  }

  @Override
  public @Nullable Object get(int index) {
    return items[index];
  }

  @Override
  public int size() {
    return items.length;
  }
}
