package io.imagestore.lmdb;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The thread in which a store writes. LMDB's write transactions belong to the operating system's
 * thread, which a virtual thread may change between two calls.
 */
final class WriterThread implements AutoCloseable {

  /** Something to do in the thread. */
  interface Task<T> {
    T run() throws IOException;
  }

  private final ExecutorService executor;

  WriterThread(String name) {
    executor =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              thread.setContextClassLoader(null); // else it would keep the application's classes
              return thread;
            });
  }

  /** Runs a task and waits for it; an interrupt doesn't end the wait, but is kept. */
  <T> T call(Task<T> task) throws IOException {
    Future<T> result = executor.submit(task::run);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw rethrown(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static IOException rethrown(@Nullable Throwable cause) throws IOException {
    if (cause instanceof RuntimeException e) {
      throw e;
    }
    if (cause instanceof Error e) {
      throw e;
    }
    throw (IOException) cause; // a task throws nothing else
  }

  @Override
  public void close() {
    executor.shutdown();
  }
}
