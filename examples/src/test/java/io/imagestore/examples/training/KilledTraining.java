package io.imagestore.examples.training;

import io.imagestore.examples.progress.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Trains until it is killed, which is to be in the middle of the second epoch. */
final class KilledTraining {

  private KilledTraining() {}

  /**
   * Trains.
   *
   * @param args the folder
   */
  public static void main(String[] args) throws IOException {
    ResumedTrainingTest.train(Path.of(args[0]), new Waits(), false);
  }

  /** Says so after some batches of the second epoch, and goes no further. */
  private static final class Waits extends SilentProgress {
    private static final int BATCHES = 5;
    private int epochs;

    @Override
    public Progress.Task start(String name, long total) {
      epochs++;
      return epochs < 2
          ? Task.SILENT
          : new Task() {
            private int batches;

            @Override
            public void advance(long units) {
              if (units > 0 && ++batches == BATCHES) {
                System.out.println("waiting");
                waitForEver();
              }
            }

            @Override
            public void done(String outcome) {}

            @Override
            public void close() {}
          };
    }

    private static void waitForEver() {
      try {
        System.in.read(); // nothing comes
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
