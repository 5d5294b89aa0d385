package io.imagestore.turbojpeg;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;

/** Lends a workspace to each decoding in flight, and keeps a few for the next ones. */
final class WorkspacePool {

  private final BlockingQueue<Workspace> idle;

  WorkspacePool(int maxIdle) {
    idle = new ArrayBlockingQueue<>(maxIdle);
  }

  /** Calls with a workspace that nobody else has meanwhile. */
  void lend(Consumer<Workspace> call) {
    Workspace found = idle.poll();
    Workspace workspace = found == null ? new Workspace() : found;
    try {
      call.accept(workspace);
    } finally {
      workspace.trim();
      idle.offer(workspace); // beyond the bound it is left to the garbage collector
    }
  }
}
