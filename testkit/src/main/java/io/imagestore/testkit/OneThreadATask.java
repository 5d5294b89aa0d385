package io.imagestore.testkit;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Virtual threads where the JVM has them, else platform threads. */
final class OneThreadATask {

  private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

  private OneThreadATask() {}

  static boolean isVirtual() {
    return Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS;
  }

  static ExecutorService executor() {
    if (!isVirtual()) {
      return Executors.newCachedThreadPool();
    }
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("virtual threads are there but can't be used", e);
    }
  }
}
