package io.imagestore.spi;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.Progress;
import io.imagestore.UnsupportedImageException;
import io.imagestore.VerifyReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One verification of a store, by many short calls, so that closing needn't wait for the whole. */
final class Verification {

  private static final int IMAGES_A_CALL = 256;

  private final OpenSource source;
  private final StoreReader reader;
  private final List<VerifyReport.Damage> damages = new ArrayList<>();
  private final List<String> unreadable = new ArrayList<>();

  private long checked;
  private long nextId;

  Verification(OpenSource source, StoreReader reader) {
    this.source = source;
    this.reader = reader;
  }

  VerifyReport run(Progress progress) {
    List<String> problems = new ArrayList<>();
    source.calls.run("verifying", () -> checkStructure(reader, problems));
    long total = total();
    while (nextId >= 0 && source.query("verifying", this::checkNext)) {
      progress.advanced(checked, total);
    }
    problems.addAll(unreadable);
    return new VerifyReport(checked, damages, problems);
  }

  /** What of the images can't be read, and so be neither called whole nor damaged. */
  List<String> unreadable() {
    return unreadable;
  }

  private long total() {
    try {
      return source.size();
    } catch (CorruptStoreException e) {
      return 0; // the images are looked for all the same
    }
  }

  /** Adds what is wrong with the structure; always true. */
  static boolean checkStructure(StoreReader reader, List<String> problems) throws IOException {
    try {
      reader.checkStructure(problems::add);
    } catch (CorruptStoreException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
    return true;
  }

  /** Checks the next images; false where there are none. */
  private boolean checkNext(Snapshot snapshot) throws IOException {
    long[] ids = snapshot.idsToCheck(nextId, IMAGES_A_CALL);
    List<VerifyReport.Damage> found = new ArrayList<>();
    List<String> notRead = new ArrayList<>();
    for (long id : ids) {
      try {
        String problem = problem(snapshot, id);
        if (problem != null) {
          found.add(new VerifyReport.Damage(id, problem));
        }
      } catch (IOException | UnsupportedImageException e) { // as of a bad sector, or the options
        notRead.add("image " + id + " can't be checked: " + reason(e));
      }
    }
    // Only now, for the snapshot may have become stale before.
    damages.addAll(found);
    unreadable.addAll(notRead);
    checked += ids.length;
    nextId = ids.length == 0 ? -1 : ids[ids.length - 1] + 1; // negative behind the last possible id
    return ids.length > 0;
  }

  private static String reason(Exception e) {
    return e instanceof IOException failure
        ? IoFailure.reason(failure)
        : String.valueOf(e.getMessage());
  }

  /** What is wrong with an image; null if nothing is. */
  static @Nullable String problem(Snapshot snapshot, long id) throws IOException {
    try {
      snapshot.check(id);
      return null;
    } catch (CorruptImageException e) {
      return e.problem();
    }
  }
}
