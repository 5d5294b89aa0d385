package io.imagestore.disk;

import java.io.IOException;

/**
 * The state of a store that its readers go by: replaced as a whole, so that none of them ever
 * waits.
 */
class Index {
  private volatile Snapshot current;

  Index(Snapshot snapshot) {
    current = snapshot;
  }

  final Snapshot current() {
    return current;
  }

  final void publish(Snapshot snapshot) {
    current = snapshot;
  }

  /**
   * The state after a file turned out not to be as the current one says: perhaps that isn't current
   * any more.
   */
  Snapshot refreshed() throws IOException {
    return current;
  }
}
