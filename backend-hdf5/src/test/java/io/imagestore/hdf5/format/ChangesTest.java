package io.imagestore.hdf5.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ChangesTest {

  private static long[] addresses(FreeSpace space) {
    Changes changes = new Changes(space);
    changes.create(new byte[36]);
    changes.create(new byte[96]);
    return changes.additions().stream().mapToLong(Patch::address).toArray();
  }

  @Test
  void newBlocksSideBySideAreWrittenAtOneGo() {
    FreeSpace space = new FreeSpace(200);
    space.addGaps(List.of(new Extent(0, 64)));

    assertThat(addresses(space)).containsExactly(64);
  }

  @Test
  void newBlocksAreNotWrittenOverAnotherProgramsPieceBetweenThem() {
    FreeSpace space = new FreeSpace(200);
    space.addGaps(List.of(new Extent(0, 64), new Extent(100, 4)));

    assertThat(addresses(space)).containsExactly(64, 104);
  }
}
