package io.imagestore.lmdb;

import java.util.ArrayList;
import java.util.List;

/**
 * The current snapshot, and those before it that are still being read. Entering it costs no lock.
 */
final class Snapshots {

  private final List<Snapshot> former = new ArrayList<>();
  private volatile Snapshot current;

  Snapshots(Snapshot first) {
    this.current = first;
  }

  Snapshot current() {
    return current;
  }

  /** Enters the current one, which the caller shall {@link Snapshot#exit}. */
  Snapshot enter() {
    while (true) {
      Snapshot snapshot = current;
      snapshot.enter();
      // If it is still current, whoever replaces it will see that it is being read.
      if (snapshot == current) {
        return snapshot;
      }
      snapshot.exit();
    }
  }

  /** Makes another one current. */
  synchronized void replace(Snapshot next) {
    former.add(current);
    current = next;
    closeUnread();
  }

  /** Gives back what nobody reads any more. */
  synchronized void closeUnread() {
    former.removeIf(
        snapshot -> {
          boolean unread = !snapshot.isRead();
          if (unread) {
            snapshot.close();
          }
          return unread;
        });
  }

  /** Lets LMDB have the pages of all of them. */
  synchronized void letGo() {
    former.forEach(Snapshot::letGo);
    current.letGo();
  }

  /** Gives back all. Nobody may read any of them any more. */
  synchronized void close() {
    former.forEach(Snapshot::close);
    former.clear();
    current.close();
  }
}
