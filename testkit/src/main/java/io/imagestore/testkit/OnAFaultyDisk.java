package io.imagestore.testkit;

import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.StoreOptions;
import io.imagestore.testkit.FaultyDisk.Failure;
import io.imagestore.testkit.FaultyDisk.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Runs each test of a {@link PersistentStoreContract} on a {@link FaultyDisk}, for a backend whose
 * provider takes the files to use:
 *
 * <pre>{@code
 * @ExtendWith(OnAFaultyDisk.class)
 * final class MyContractOnAFaultyDiskTest extends MyContractTest {}
 * }</pre>
 *
 * <ol>
 *   <li>First nothing fails. The test has to pass, and every file it opened to be closed.
 *   <li>Then it runs again with a disk that fails at one operation, and perhaps from there on,
 *       which a seed chooses. Now the test may fail too, but only if a call of the store threw an
 *       {@link ImageStoreException} before, and nothing else that it doesn't throw on a sound disk.
 * </ol>
 *
 * <p>Either way each store opens again, holds what was acknowledged, and takes more. {@code
 * -Dtrials=200} lets so many operations of each test fail, one by one, where a build takes one, and
 * none in tests of very many.
 *
 * <p>Tests that change a store's files where this disk doesn't see it, such as by another JVM, pass
 * without being run.
 */
public final class OnAFaultyDisk implements InvocationInterceptor {

  private static final int FAULTS = Integer.getInteger("trials", 0);
  private static final int OPERATIONS_IN_A_BUILD = 300;
  private static final Set<Operation> ALL = EnumSet.allOf(Operation.class);
  private static final long FREE_ID = 123_456_789;

  /** For JUnit. */
  public OnAFaultyDisk() {}

  @Override
  public void interceptTestMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> test,
      ExtensionContext context)
      throws Throwable {
    run(invocation, test);
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> test,
      ExtensionContext context)
      throws Throwable {
    run(invocation, test);
  }

  private static void run(
      Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> test)
      throws Throwable {
    PersistentStoreContract contract = (PersistentStoreContract) test.getTarget().orElseThrow();
    if (test.getExecutable().isAnnotationPresent(OnSystemFilesOnly.class)) {
      invocation.skip();
      return;
    }
    String name = test.getExecutable().getName() + test.getArguments();
    long seed = name.hashCode(); // of a string, so that it is the same in each JVM
    Path folder = contract.folder;
    Trial whole = new Trial(contract, folder.resolve("whole"), seed);
    invocation.proceed();
    whole.endWell();
    SplittableRandom random = new SplittableRandom(seed);
    for (int nth : chosen(whole.operations(), random)) {
      Failure failure = random.nextBoolean() ? Failure.IO_ERROR : Failure.NO_SPACE;
      boolean lasting = random.nextBoolean();
      Trial trial = new Trial(contract, folder.resolve("fault-" + nth), nth);
      trial.fail(nth, failure, lasting);
      try {
        trial.endAnyhow(invoke(test, contract), whole.thrownTypes());
      } catch (AssertionError | ImageStoreException e) {
        String from = lasting ? "from operation " : "at operation ";
        throw new AssertionError(
            failure + " " + from + nth + " of " + whole.operations() + "; thrown: " + trial.thrown,
            e);
      }
    }
  }

  /** Which of so many operations are to fail, one by one. */
  private static List<Integer> chosen(int operations, SplittableRandom random) {
    List<Integer> all =
        IntStream.rangeClosed(1, operations)
            .boxed()
            .collect(Collectors.toCollection(ArrayList::new));
    for (int i = 0; i < all.size(); i++) {
      Collections.swap(all, i, i + random.nextInt(all.size() - i));
    }
    int inABuild = operations <= OPERATIONS_IN_A_BUILD ? 1 : 0;
    return all.subList(0, Math.min(Math.max(FAULTS, inABuild), operations));
  }

  /** Runs a test once more; gives what it threw. */
  private static @Nullable Throwable invoke(
      ReflectiveInvocationContext<Method> test, PersistentStoreContract contract) {
    try {
      Method method = test.getExecutable();
      method.setAccessible(true);
      method.invoke(contract, test.getArguments().toArray());
      return null;
    } catch (InvocationTargetException e) {
      return e.getCause();
    } catch (IllegalAccessException e) {
      throw new LinkageError("JUnit may call the test, but not this extension", e);
    }
  }

  /** One run of a test, in a folder of its own. */
  private static final class Trial {
    private final PersistentStoreContract contract;
    private final Path folder;
    private final Path folderBefore;
    private final FaultyDisk disk;
    private final Map<Path, AcknowledgedWrites> models = new ConcurrentHashMap<>();
    private final List<ImageStore> opened = Collections.synchronizedList(new ArrayList<>());
    private final List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());

    Trial(PersistentStoreContract contract, Path folder, long seed) throws IOException {
      this.contract = contract;
      this.folder = Files.createDirectory(folder);
      this.folderBefore = contract.folder;
      disk = new FaultyDisk(folder, seed);
      contract.folder = folder;
      contract.opener = this::open;
      contract.damaged.clear();
    }

    void fail(int nth, Failure failure, boolean lasting) {
      if (lasting) {
        disk.failFrom(ALL, nth, failure);
      } else {
        disk.failOnce(ALL, nth, failure);
      }
    }

    private ImageStore open(Path path, StoreOptions options) {
      try {
        if (path.startsWith(folder) && Files.isRegularFile(path)) {
          disk.learn(path); // if the test itself has written it
        }
        ImageStore store = contract.provider().open(path, options, disk);
        opened.add(store);
        return modelOf(path).follow(store);
      } catch (ImageStoreException e) {
        thrown.add(e);
        if (FaultyDisk.isCauseOf(e)) {
          modelOf(path); // to be opened again
        }
        throw e;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private AcknowledgedWrites modelOf(Path path) {
      return models.computeIfAbsent(path, any -> new AcknowledgedWrites(thrown));
    }

    int operations() {
      return Arrays.stream(Operation.values()).mapToInt(disk::count).sum();
    }

    Set<Class<?>> thrownTypes() {
      Set<Class<?>> types = new HashSet<>();
      thrown.forEach(each -> types.add(each.getClass()));
      return types;
    }

    /** After a test that has passed on a sound disk. */
    void endWell() throws IOException {
      contract.leaks.assertNothingOpen();
      disk.assertNothingOpen();
      requireStores();
    }

    /** After a test on a disk that failed, which may have failed too. */
    void endAnyhow(@Nullable Throwable failure, Set<Class<?>> expected) throws IOException {
      closeStores();
      contract.leaks.forget();
      disk.heal();
      disk.assertNothingOpen();
      for (Throwable each : thrown) {
        if (!(each instanceof ImageStoreException) && !expected.contains(each.getClass())) {
          throw new AssertionError("not an ImageStoreException, but " + each, each);
        }
      }
      if (failure != null && thrown.stream().noneMatch(FaultyDisk::isCauseOf)) {
        throw new AssertionError("the test fails, but no call of the store tells why", failure);
      }
      requireStores();
    }

    /** A test that fails may leave its stores open; closing gives all back, even where it fails. */
    private void closeStores() {
      for (ImageStore store : opened) {
        try {
          store.close();
        } catch (ImageStoreException e) {
          thrown.add(e);
        }
      }
    }

    /** Each store opens again, holds what was acknowledged, and takes more. */
    private void requireStores() throws IOException {
      for (Map.Entry<Path, AcknowledgedWrites> each : models.entrySet()) {
        try (ImageStore store =
            contract.provider().open(each.getKey(), StoreOptions.defaults(), disk)) {
          each.getValue().requireIn(store, contract.damaged);
          ImageStore followed = each.getValue().follow(store);
          followed.put(new LabeledImage(FREE_ID, SampleImages.noise(shapeIn(store), 1), 1));
          each.getValue().requireIn(store, contract.damaged);
        }
      }
      disk.assertNothingOpen();
      contract.folder = folderBefore;
      contract.opener = null;
      delete(folder);
    }

    /** One that the store can hold. */
    private static ImageShape shapeIn(ImageStore store) {
      long[] ids = store.ids();
      return ids.length == 0 ? new ImageShape(4, 5, 3) : store.shape(ids[0]);
    }

    private static void delete(Path folder) throws IOException {
      try (Stream<Path> paths = Files.walk(folder)) {
        for (Path each : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
          Files.delete(each);
        }
      }
    }
  }
}
