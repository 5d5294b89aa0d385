package io.imagestore.disk;

import io.imagestore.disk.TableReader.Contents;
import java.io.IOException;
import java.util.List;

/**
 * The state of a store that its readers go by: replaced as a whole, so that none of them ever
 * waits.
 */
class Index {
  /** The images, and the names that their labels had when these were read. */
  record State(Snapshot snapshot, List<String> labelNames) {
    static State of(Contents contents) {
      return new State(contents.snapshot(), contents.header().labelNames());
    }
  }

  private volatile State state;

  Index(State state) {
    this.state = state;
  }

  final State state() {
    return state;
  }

  final Snapshot current() {
    return state.snapshot();
  }

  final void publish(State next) {
    state = next;
  }

  final void publish(Snapshot snapshot) {
    publish(new State(snapshot, state.labelNames()));
  }

  /**
   * The state after a file turned out not to be as the current one says: perhaps that isn't current
   * any more.
   */
  Snapshot refreshed() throws IOException {
    return current();
  }
}
