package io.imagestore.testkit;

import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.spi.DirectSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that leaves a store or a stream open, and shows where it was opened. Register it as
 * an extension, and open stores through {@link #track(ImageStore)}:
 *
 * <pre>{@code
 * @RegisterExtension final LeakDetector leaks = new LeakDetector();
 *
 * ImageSource source = leaks.track(ImageStores.open(path));
 * }</pre>
 *
 * <p>Safe in any thread.
 */
public final class LeakDetector implements AfterEachCallback {

  private final Map<Object, Throwable> open = Collections.synchronizedMap(new IdentityHashMap<>());

  /** Nothing is tracked yet. */
  public LeakDetector() {}

  /**
   * Watches a store.
   *
   * @param store just opened
   * @return the same store, watched; close this one
   */
  public ImageStore track(ImageStore store) {
    return (ImageStore) tracked(store, ImageStore.class);
  }

  /**
   * Watches a source.
   *
   * @param source just opened
   * @return the same source, watched; close this one
   */
  public ImageSource track(ImageSource source) {
    return (ImageSource) tracked(source, ImageSource.class);
  }

  /**
   * Checks that all that was tracked has been closed.
   *
   * @throws AssertionError if not; its causes tell where each was opened
   */
  public void assertNothingOpen() {
    synchronized (open) {
      if (!open.isEmpty()) {
        AssertionError error =
            new AssertionError(open.size() + " stores or streams were not closed");
        open.values().forEach(error::addSuppressed);
        open.clear();
        throw error;
      }
    }
  }

  /** Watches nothing any more. */
  void forget() {
    open.clear();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    assertNothingOpen();
  }

  private Object tracked(ImageSource source, Class<? extends ImageSource> type) {
    List<Class<?>> types = new ArrayList<>(List.of(type));
    if (source instanceof DirectSource) {
      types.add(DirectSource.class);
    }
    open.put(source, new Throwable(source + " was opened here"));
    return Proxy.newProxyInstance(
        getClass().getClassLoader(),
        types.toArray(Class<?>[]::new),
        (proxy, method, arguments) -> call(source, method, arguments));
  }

  private Object call(ImageSource source, Method method, Object[] arguments) throws Throwable {
    if (method.getName().equals("close")) {
      open.remove(source);
    }
    Object result;
    try {
      result = method.invoke(source, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    return result instanceof Stream<?> stream ? tracked(source, stream) : result;
  }

  private Stream<?> tracked(ImageSource source, Stream<?> stream) {
    Object key = new Object();
    open.put(key, new Throwable("a stream of " + source + " was opened here"));
    return stream.onClose(() -> open.remove(key));
  }
}
