package io.imagestore.hdf5.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class FreeSpaceTest {

  @Test
  void stretchesSideBySideAreOne() {
    FreeSpace space = FreeSpace.inBytes(300);
    space.add(new Extent(200, 50));
    space.add(new Extent(100, 50));
    space.add(new Extent(150, 50));

    assertThat(space.allocate(150)).isEqualTo(100);
    assertThat(space.allocate(1)).isEqualTo(300);
  }

  @Test
  void whatIsLetGoIsFreeAfterTheNextCheckpointOnly() {
    FreeSpace space = FreeSpace.inBytes(100);
    space.letGo(new Extent(20, 30));
    assertThat(space.allocate(30)).isEqualTo(100);
    space.commit();
    space.checkpoint();

    assertThat(space.allocate(30)).isEqualTo(20);
  }

  @Test
  void whatWasTakenIsFreeAgainWhenItIsTakenBack() {
    FreeSpace space = FreeSpace.inBytes(100);
    space.add(new Extent(80, 20)); // up to the end
    assertThat(space.allocate(15)).isEqualTo(80);
    assertThat(space.allocate(60)).isEqualTo(100);
    space.rollback();

    assertThat(space.end()).isEqualTo(100);
    assertThat(space.allocate(20)).isEqualTo(80);
    assertThat(space.allocate(1)).isEqualTo(100);
  }

  @Test
  void whatLiesBetweenOurPiecesIsNobodys() {
    FreeSpace space = new FreeSpace(200);
    space.addGaps(List.of(new Extent(0, 64), new Extent(64, 36), new Extent(104, 96)));
    letGo(space, new Extent(64, 36), new Extent(104, 96));

    assertThat(space.allocate(136)).isEqualTo(64);
  }

  @Test
  void noStretchReachesOverWhatAnotherProgramPutInBetween() {
    Extent first = new Extent(64, 36);
    Extent last = new Extent(104, 96);
    FreeSpace known = new FreeSpace(200);
    known.addGaps(List.of(new Extent(0, 64), first, new Extent(100, 4), last));
    FreeSpace unknown = new FreeSpace(200);
    unknown.addNothing();
    for (FreeSpace space : List.of(known, unknown)) {
      letGo(space, first, last);

      assertThat(space.allocate(97)).isEqualTo(200);
      assertThat(space.allocate(96)).isEqualTo(104);
      assertThat(space.allocate(36)).isEqualTo(64);
    }
  }

  private static void letGo(FreeSpace space, Extent... extents) {
    List.of(extents).forEach(space::letGo);
    space.commit();
    space.checkpoint();
  }

  /** Whatever happens, nothing is given out twice, and nothing is lost. */
  @Test
  void afterRandomMovesEachByteIsInUseOrFree() {
    for (int seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      FreeSpace space = FreeSpace.inBytes(0);
      List<Extent> used = new ArrayList<>();
      for (int round = 0; round < 30; round++) {
        List<Extent> after = new ArrayList<>(used);
        List<Extent> letGo = new ArrayList<>();
        for (int move = random.nextInt(6); move > 0; move--) {
          if (random.nextInt(3) == 0 && !after.isEmpty()) {
            Extent gone = after.remove(random.nextInt(after.size()));
            letGo.add(gone);
          } else {
            int bytes = 1 + random.nextInt(40);
            Extent taken = new Extent(space.allocate(bytes), bytes);
            assertDisjoint(taken, after, seed);
            after.add(taken);
          }
        }
        if (random.nextInt(4) == 0) {
          space.rollback();
        } else {
          letGo.forEach(space::letGo);
          space.commit();
          used = after;
        }
        if (random.nextBoolean()) {
          space.checkpoint();
        }
      }
      space.checkpoint();
      assertThat(takeAll(space, used)).as("seed " + seed).isEqualTo(space.end());
    }
  }

  private static void assertDisjoint(Extent taken, List<Extent> used, int seed) {
    assertThat(used)
        .as("seed " + seed)
        .noneMatch(other -> taken.address() < other.end() && other.address() < taken.end());
  }

  /** How many bytes are in use when all that is free has been taken, byte by byte. */
  private static long takeAll(FreeSpace space, List<Extent> used) {
    long end = space.end();
    BitSet all = new BitSet();
    used.forEach(extent -> all.set((int) extent.address(), (int) extent.end()));
    for (long at = space.allocate(1); at < end; at = space.allocate(1)) {
      assertThat(all.get((int) at)).isFalse();
      all.set((int) at);
    }
    space.rollback();
    return all.cardinality();
  }
}
