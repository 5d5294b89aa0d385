package io.imagestore.disk;

import io.imagestore.testkit.OnAFaultyDisk;
import org.junit.jupiter.api.extension.ExtendWith;

/** The contract that all stores keep, on a disk that fails. */
@ExtendWith(OnAFaultyDisk.class)
final class DiskContractOnAFaultyDiskTest extends DiskImageStoreContractTest {

  private static final int SHARE = 40;

  @Override
  protected int many(int count) {
    return count / SHARE;
  }
}
