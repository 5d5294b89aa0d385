package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.ImageStore;
import io.imagestore.testkit.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What processes that read see while another one writes, in each layout. {@code -Dtrials=100} tries
 * longer, {@code -Dseed=} others.
 */
final class ReadBesideWriterTest {

  private static final int TRIALS = Integer.getInteger("trials", 2);
  private static final int SEED = Integer.getInteger("seed", 1);
  private static final int READERS = 3;
  private static final int MILLIS = 1200;

  @TempDir Path folder;

  @Test
  void readersThatOpenAndCloseSeeWhatSomeCommitMadeAndNothingDamaged() {
    for (int seed = SEED; seed < SEED + TRIALS; seed++) {
      Path store = folder.resolve("store-" + seed + ".h5");
      List<ChildJvm> children = new ArrayList<>();
      try (ChildJvm writer = ChildJvm.start(List.of(), ChangingWriter.class, store, seed, MILLIS)) {
        assertThat(writer.readLine()).isEqualTo("begun");
        for (int reader = 0; reader < READERS; reader++) {
          children.add(
              ChildJvm.start(List.of(), CheckingReader.class, store, 100 * seed + reader, MILLIS));
        }
        for (ChildJvm reader : children) {
          assertThat(reader.succeed()).last().asString().matches("[1-9].* openings, [1-9].* reads");
        }
        writer.succeed();
      } finally {
        children.forEach(ChildJvm::close);
      }
      try (ImageStore left = Hdf5ImageStore.open(store)) {
        assertThat(left.verify().isClean()).as("seed " + seed).isTrue();
      }
    }
  }
}
