package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.Durability;
import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.OneFileProvider.Care;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the contract finds what it looks for, and its hook lets pass what it is there for. */
final class FaultyDiskContractTest {

  @TempDir Path folder;

  @Test
  void aStoreThatWaitsForTheDevicePasses() {
    assertThatCode(() -> losePower(Care.ALWAYS, false)).doesNotThrowAnyException();
  }

  @Test
  void aStoreThatMayBeRefusedBeforeItsFirstFlushPassesIfItIsDeclared() {
    assertThatCode(() -> losePower(Care.ONCE_FLUSHED, true)).doesNotThrowAnyException();
  }

  @Test
  void aStoreThatMayBeRefusedBeforeItsFirstFlushIsFoundOutIfItIsNotDeclared() {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> losePower(Care.ONCE_FLUSHED, false))
        .withMessageContaining("in trial FLUSH-");
  }

  @Test
  void aStoreThatMayBeRefusedAfterItsFirstFlushIsFoundOutEvenThen() {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> losePower(Care.NEVER, true))
        .withMessageContaining("in trial FLUSH-");
  }

  private void losePower(Care care, boolean mayBeRefused) throws IOException {
    FaultyDiskContract contract =
        new FaultyDiskContract() {
          @Override
          protected ImageStoreProvider provider() {
            return new OneFileProvider(care);
          }

          @Override
          protected boolean mayBeRefusedBeforeItsFirstFlush() {
            return mayBeRefused;
          }
        };
    contract.folder = folder;
    contract.askForCapabilities();
    contract.theLossOfPowerLeavesAStateThatWasPromised(Durability.FLUSH);
  }
}
