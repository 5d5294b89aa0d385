package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.ImageBatch;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.RepairReport;
import io.imagestore.spi.DirectSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a store has said it holds: a model that follows each call that writes, be the store opened
 * as often as it may. A call that fails counts as stored only if its exception says so; if it says
 * that opening again will show it, that does.
 */
final class AcknowledgedWrites {

  private static final Set<String> WRITES = Set.of("put", "putBatch", "append", "delete");

  private final SortedMap<Long, LabeledImage> images = new TreeMap<>();
  private final ReentrantLock oneWriter = new ReentrantLock(); // so the model has the store's order
  private final List<Throwable> thrown;
  private final List<String> unsaid = new ArrayList<>();

  /** What the store holds if the call is stored of which nobody knows; null without such a call. */
  private @Nullable SortedMap<Long, LabeledImage> perhaps;

  /**
   * A model of a store that is empty.
   *
   * @param thrown gets what the store's calls throw; safe in any thread
   */
  AcknowledgedWrites(List<Throwable> thrown) {
    this.thrown = thrown;
  }

  /** The same store, followed. */
  ImageStore follow(ImageStore store) {
    settle(store);
    List<Class<?>> types = new ArrayList<>(List.of(ImageStore.class));
    if (store instanceof DirectSource) {
      types.add(DirectSource.class);
    }
    return (ImageStore)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            types.toArray(Class<?>[]::new),
            (proxy, method, arguments) -> call(store, method, arguments));
  }

  /** Checks that a store holds what it should; of images that were damaged on purpose, if whole. */
  void requireIn(ImageSource store, Set<Long> damaged) {
    assertThat(unsaid).as("messages that don't say whether the call is stored").isEmpty();
    settle(store);
    List<Long> corrupt = new ArrayList<>();
    SortedMap<Long, LabeledImage> found = whole(store, corrupt);
    assertThat(damaged).containsAll(corrupt);
    Set<Long> missing = new TreeSet<>(images.keySet());
    missing.removeAll(found.keySet());
    assertThat(damaged).as("ids that are gone: %s", missing).containsAll(missing);
    SortedMap<Long, LabeledImage> expected = new TreeMap<>(images);
    expected.keySet().removeAll(missing);
    assertThat(found).isEqualTo(expected);
  }

  private static SortedMap<Long, LabeledImage> whole(ImageSource store, List<Long> corrupt) {
    SortedMap<Long, LabeledImage> found = new TreeMap<>();
    try (Stream<LabeledImage> all =
        store.stream((CorruptImageException e) -> corrupt.add(e.id()))) {
      all.forEach(image -> found.put(image.id(), image));
    }
    return found;
  }

  /** Finds out what became of a call of which nobody knew. */
  private void settle(ImageSource opened) {
    if (perhaps != null && whole(opened, new ArrayList<>()).equals(perhaps)) {
      images.clear();
      images.putAll(perhaps);
    }
    perhaps = null;
  }

  private Object call(ImageStore store, Method method, Object[] arguments) throws Throwable {
    boolean writes = WRITES.contains(method.getName()) || method.getName().equals("repair");
    if (!writes) {
      return invoke(store, method, arguments);
    }
    oneWriter.lock();
    try {
      return write(store, method, arguments);
    } finally {
      oneWriter.unlock();
    }
  }

  private Object write(ImageStore store, Method method, Object[] arguments) throws Throwable {
    List<LabeledImage> consumed = new ArrayList<>();
    Object[] passed = arguments.clone();
    if (arguments[0] instanceof Stream<?> stream) {
      passed[0] = stream.peek(image -> consumed.add((LabeledImage) image));
    } else if (arguments[0] instanceof Iterable<?> iterable) {
      passed[0] = (Iterable<Object>) () -> noting(iterable.iterator(), consumed);
    }
    try {
      Object result = invoke(store, method, passed);
      apply(arguments, consumed, result, images);
      return result;
    } catch (ImageStoreException e) {
      follow(e, method, arguments, consumed);
      throw e;
    }
  }

  private void follow(
      ImageStoreException e, Method method, Object[] arguments, List<LabeledImage> consumed) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("whether this call is stored")) {
      SortedMap<Long, LabeledImage> after = new TreeMap<>(images);
      apply(arguments, consumed, null, after);
      perhaps = after;
    } else if (message.contains("this call is stored")) {
      apply(arguments, consumed, null, images);
    } else if (WRITES.contains(method.getName())
        && FaultyDisk.isCauseOf(e)
        && !message.contains("the store is as it was before this call")) {
      unsaid.add(message);
    }
  }

  private static void apply(
      Object[] arguments,
      List<LabeledImage> consumed,
      @Nullable Object result,
      SortedMap<Long, LabeledImage> images) {
    if (result instanceof RepairReport repaired) {
      repaired.dropped().forEach(dropped -> images.remove(dropped.id()));
    } else if (arguments[0] instanceof Image image) {
      long id = images.isEmpty() ? 0 : images.lastKey() + 1;
      images.put(id, new LabeledImage(id, image, (int) arguments[1]));
    } else if (arguments[0] instanceof LabeledImage image) {
      images.put(image.id(), image);
    } else if (arguments[0] instanceof ImageBatch batch) {
      ImageStoreContract.imagesOf(batch).forEach(image -> images.put(image.id(), image));
    } else if (arguments[0] instanceof Long id && arguments.length == 3) {
      images.put(id, new LabeledImage(id, (Image) arguments[1], (int) arguments[2]));
    } else if (arguments[0] instanceof Long id) {
      images.remove(id);
    } else {
      consumed.forEach(image -> images.put(image.id(), image));
    }
  }

  private Object invoke(ImageStore store, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(store, arguments);
    } catch (InvocationTargetException e) {
      thrown.add(e.getCause());
      throw e.getCause();
    }
  }

  private static Iterator<Object> noting(Iterator<?> iterator, List<LabeledImage> consumed) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return iterator.hasNext();
      }

      @Override
      public Object next() {
        Object next = iterator.next();
        consumed.add((LabeledImage) next);
        return next;
      }
    };
  }
}
