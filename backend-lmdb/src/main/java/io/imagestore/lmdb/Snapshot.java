package io.imagestore.lmdb;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One commit's state, read without LMDB. Readers {@link #enter} and {@link #exit} it, so that its
 * memory is given back after the last of them has left.
 *
 * <p>LMDB writes the pages of transaction N's state anew from the third transaction after N on,
 * unless a reader holds them: that transaction begins once the second is committed. So what was
 * read is true if, afterwards, no more than one transaction has been committed since N, or LMDB
 * still holds the pages.
 *
 * <p>Safe in any thread.
 */
final class Snapshot {

  private final DataFile data;
  private final FileWindows.View view;
  private final Meta meta;
  private final Pages pages;
  private final Trees trees;
  private final AtomicInteger readers = new AtomicInteger();
  private volatile @Nullable Hold hold;
  private @Nullable Runnable closeOnExit;

  /** What keeps LMDB from writing a snapshot's pages anew. */
  interface Hold {

    /** Whether whoever has written until now has respected it. */
    default boolean isRespected() {
      return true;
    }

    void release();
  }

  Snapshot(DataFile data, FileWindows.View view, Meta meta, Pages pages, Trees trees) {
    this.data = data;
    this.view = view;
    this.meta = meta;
    this.pages = pages;
    this.trees = trees;
  }

  Meta meta() {
    return meta;
  }

  Pages pages() {
    return pages;
  }

  Trees trees() {
    return trees;
  }

  /** Whether nothing has been committed since. */
  boolean isNewest() {
    return data.hasNewest(meta);
  }

  /** Whether what has been read until now was this snapshot's. */
  boolean isIntact() {
    Hold held = hold;
    return data.hasIntact(meta) || (held != null && held.isRespected());
  }

  // Holding.

  boolean isHeld() {
    return hold != null;
  }

  /** Tells that LMDB holds its pages from now on. */
  void hold(Hold hold) {
    this.hold = hold;
  }

  /** Lets LMDB have its pages. Readers find out by {@link #isIntact}. */
  void letGo() {
    Hold held = hold;
    hold = null;
    if (held != null) {
      held.release();
    }
  }

  // Readers.

  void enter() {
    readers.incrementAndGet();
  }

  void exit() {
    Runnable owner = closeOnExit;
    if (owner == null) {
      readers.decrementAndGet();
    } else {
      close();
      owner.run();
    }
  }

  /** Makes it one reader's own. */
  void closeOnExit(Runnable afterwards) {
    closeOnExit = afterwards;
  }

  boolean isRead() {
    return readers.get() > 0;
  }

  /** Gives its memory back. Nobody may read it any more. */
  void close() {
    letGo();
    data.giveBack(view);
  }
}
