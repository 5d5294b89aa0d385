package io.imagestore.lmdb;

/** The keys of a tree in order, but for those of pages that are damaged: these are passed over. */
final class SoundKeys {

  private final TreeCursor cursor;
  private boolean there;

  /** Those from a key on. */
  SoundKeys(TreeCursor cursor, long first) {
    this.cursor = cursor;
    try {
      there = cursor.seek(first);
    } catch (PageDamageException e) {
      passOver();
    }
  }

  /** Whether it stands at a key. */
  boolean isThere() {
    return there;
  }

  /** Where it stands. */
  long key() {
    return cursor.key();
  }

  /** Goes to the next key. */
  void next() {
    try {
      there = cursor.next();
    } catch (PageDamageException e) {
      passOver();
    }
  }

  private void passOver() {
    while (cursor.isBounded()) {
      try {
        there = cursor.seek(cursor.beyond());
        return;
      } catch (PageDamageException e) {
        // the next page is damaged as well, and the cursor is at its range now
      }
    }
    there = false;
  }
}
