package io.imagestore.examples.timings;

import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.testkit.MemoryImageStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Stores in memory that outlast being closed, so that they can be opened again. */
final class RememberingStores implements StoreOpener {
  private final Map<Path, ImageStore> stores = new ConcurrentHashMap<>();

  /** How many different stores have been opened. */
  int count() {
    return stores.size();
  }

  @Override
  public ImageStore openToWrite(String backend, Path path) {
    return unclosed(stores.computeIfAbsent(path, key -> MemoryImageStore.open()));
  }

  @Override
  public ImageSource openToRead(Path path) {
    return unclosed(stores.get(path));
  }

  private ImageStore unclosed(ImageStore store) {
    return (ImageStore)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {ImageStore.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                return null;
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
