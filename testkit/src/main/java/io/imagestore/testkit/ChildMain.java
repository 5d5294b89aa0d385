package io.imagestore.testkit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Objects;

/**
 * Where each {@link ChildJvm} begins: runs another class's main method, and ends the JVM when that
 * fails, whatever threads are left, or when nobody is there any more who waits for it.
 */
final class ChildMain {

  /** The system property that holds the process id of who waits. */
  static final String PARENT = "imagestore.testkit.parent";

  private ChildMain() {}

  /**
   * Runs it.
   *
   * @param args the other class, and what it is given
   */
  public static void main(String[] args) throws ReflectiveOperationException {
    ProcessHandle.of(Long.getLong(PARENT)).ifPresentOrElse(ChildMain::watch, ChildMain::halt);
    Method main = Class.forName(args[0]).getMethod("main", String[].class);
    main.setAccessible(true);
    try {
      main.invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
    } catch (InvocationTargetException e) {
      Objects.requireNonNull(e.getCause()).printStackTrace();
      halt();
    }
  }

  private static void watch(ProcessHandle parent) {
    Thread watch =
        new Thread(
            () -> {
              parent.onExit().join();
              halt();
            },
            "watches the parent");
    watch.setDaemon(true);
    watch.start();
  }

  private static void halt() {
    Runtime.getRuntime().halt(1);
  }
}
