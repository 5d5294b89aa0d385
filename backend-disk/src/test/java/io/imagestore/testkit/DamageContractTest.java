package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptImageException;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.RepairReport;
import io.imagestore.StoreOptions;
import io.imagestore.VerifyReport;
import io.imagestore.disk.DiskImageStoreProvider;
import io.imagestore.spi.ImageStoreProvider;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the contract finds stores that don't keep it, here made of one that does. */
final class DamageContractTest {

  @TempDir Path folder;

  @Test
  void aStoreThatOnlySaysThatItHasRepairedIsFoundOut() {
    assertFoundOut(new PretendsToRepair(), "damaged after the repair");
  }

  @Test
  void aStoreThatVerifiesNothingIsFoundOut() {
    assertFoundOut(new VerifiesNothing(), "verify doesn't name what can't be read");
  }

  @Test
  void aStoreThatCallsWhatIsDamagedMissingIsFoundOut() {
    assertFoundOut(new CallsDamageMissing(), "is missing without a word");
  }

  private void assertFoundOut(ImageStoreProvider store, String problem) {
    DamageContract contract =
        new DamageContract() {
          @Override
          protected ImageStoreProvider provider() {
            return store;
          }
        };
    contract.folder = folder;
    contract.trials = 20;
    contract.seed = 1; // with which there is something to repair

    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(contract::damageToAStoreOfImagesOfOneKindIsNamedAndNothingIsWrong)
        .withMessageContaining(problem);
  }

  /** A disk store but for one of its methods. */
  abstract static class Lying implements ImageStoreProvider {

    private final ImageStoreProvider honest = new DiskImageStoreProvider();
    private final String method;

    Lying(String method) {
      this.method = method;
    }

    /** What the method says. */
    abstract Object lie(Object store, Method called, Object[] arguments) throws Throwable;

    static Object ask(Object store, Method called, Object[] arguments) throws Throwable {
      try {
        return called.invoke(store, arguments);
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }

    private <S extends ImageSource> S lying(S store, Class<S> type) {
      Object proxy =
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {type},
              (self, called, arguments) ->
                  called.getName().equals(method)
                      ? lie(store, called, arguments)
                      : ask(store, called, arguments));
      return type.cast(proxy);
    }

    @Override
    public String backend() {
      return honest.backend();
    }

    @Override
    public boolean recognizes(Path path) {
      return honest.recognizes(path);
    }

    @Override
    public ImageSource openReadOnly(Path path, StoreOptions options) {
      return lying(honest.openReadOnly(path, options), ImageSource.class);
    }

    @Override
    public ImageStore open(Path path, StoreOptions options) {
      return lying(honest.open(path, options), ImageStore.class);
    }
  }

  /** Made in a JVM of its own by its name. */
  public static final class PretendsToRepair extends Lying {

    public PretendsToRepair() {
      super("repair");
    }

    @Override
    Object lie(Object store, Method called, Object[] arguments) {
      return new RepairReport(1, List.of(), List.of("all of it"), List.of());
    }
  }

  /** Likewise. */
  public static final class VerifiesNothing extends Lying {

    public VerifiesNothing() {
      super("verify");
    }

    @Override
    Object lie(Object store, Method called, Object[] arguments) {
      return new VerifyReport(1, List.of(), List.of());
    }
  }

  /** Likewise. */
  public static final class CallsDamageMissing extends Lying {

    public CallsDamageMissing() {
      super("get");
    }

    @Override
    Object lie(Object store, Method called, Object[] arguments) throws Throwable {
      try {
        return ask(store, called, arguments);
      } catch (CorruptImageException e) {
        throw new ImageNotFoundException(Path.of("store"), e.id());
      }
    }
  }
}
