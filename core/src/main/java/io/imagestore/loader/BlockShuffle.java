package io.imagestore.loader;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * One epoch of a {@link BlockOrder}. All blocks are laid end to end in shuffled order; that row is
 * cut into windows, and each window is shuffled by itself.
 */
final class BlockShuffle implements LongSequence {

  private final long key;
  private final long size;
  private final long blockSize;
  private final long windowSize;
  private final Permutation blocks;

  /** Where in the row the last block of the source ends, and what it lacks to be a full one. */
  private final long shortBlockEnd;

  private final long missing;

  /**
   * The shuffles of the windows used last, at the window's number modulo the length. Readers go
   * through the windows in turn and are at most a prefetch apart: as a rule in one, now and then in
   * two.
   */
  private final AtomicReferenceArray<Window> recent = new AtomicReferenceArray<>(2);

  private record Window(long number, Permutation shuffle) {}

  BlockShuffle(long key, long size, long blockSize, long windowSize) {
    this.key = key;
    this.size = size;
    this.blockSize = blockSize;
    this.windowSize = windowSize;
    long lastBlockSize = size % blockSize;
    missing = lastBlockSize == 0 ? 0 : blockSize - lastBlockSize;
    blocks = Permutation.ofKey(key, size / blockSize + (missing == 0 ? 0 : 1));
    shortBlockEnd =
        missing == 0 ? size : blocks.positionOf(size / blockSize) * blockSize + lastBlockSize;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public long get(long position) {
    long window = Objects.checkIndex(position, size) / windowSize;
    long begin = window * windowSize;
    return indexInRow(begin + shuffle(window).get(position - begin));
  }

  /** The index at a place in the row. Behind the short block each block begins earlier. */
  private long indexInRow(long place) {
    long inFullBlocks = place < shortBlockEnd ? place : place + missing;
    return blocks.get(inFullBlocks / blockSize) * blockSize + inFullBlocks % blockSize;
  }

  private Permutation shuffle(long number) {
    int slot = (int) (number % recent.length());
    Window window = recent.get(slot);
    if (window == null || window.number != number) {
      long length = Math.min(windowSize, size - number * windowSize);
      window = new Window(number, Permutation.ofKey(CounterBits.subkey(key, number), length));
      recent.set(slot, window);
    }
    return window.shuffle;
  }
}
