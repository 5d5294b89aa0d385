package io.imagestore.spi;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.Progress;
import io.imagestore.RepairReport;
import io.imagestore.RepairReport.Dropped;
import io.imagestore.VerifyReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One repair of a store. Each image is laid aside, then dropped, in a turn of its own: so a crash
 * at any moment leaves an image in the store, laid aside, or both, and never in neither.
 */
final class Repair {

  private static final String COPY =
      "; what is whole can be copied into a new store with ImageStores.copy, which leaves out what"
          + " is damaged if it is given something that takes the damages";

  private final OpenStore store;
  private final StoreReader reader;
  private final StoreWriter writer;
  private final DamagedFolder aside;

  Repair(OpenStore store, StoreReader reader, StoreWriter writer, DamagedFolder aside) {
    this.store = store;
    this.reader = reader;
    this.writer = writer;
    this.aside = aside;
  }

  RepairReport run(Progress progress) {
    Verification verification = new Verification(store, reader);
    VerifyReport found = verification.run(progress);
    List<Dropped> dropped = new ArrayList<>();
    List<String> mended = new ArrayList<>();
    List<String> left = new ArrayList<>(verification.unreadable());
    for (long id : found.damagedIds()) {
      try {
        store
            .writing("repairing image " + id, "it is as it was", () -> drop(id))
            .ifPresent(dropped::add);
      } catch (CorruptStoreException e) {
        left.add("image " + id + " can't be dropped: " + e.getMessage() + COPY);
      }
    }
    if (!found.isClean()) {
      store.writing("repairing", "", () -> mendStructure(mended, left));
    }
    return new RepairReport(found.imagesChecked(), dropped, mended, left);
  }

  /** Empty if someone else has deleted or replaced the image meanwhile. */
  private Optional<Dropped> drop(long id) throws IOException {
    Dropped dropped;
    try (Snapshot snapshot = reader.snapshot()) {
      String problem = Verification.problem(snapshot, id);
      if (problem == null) {
        return Optional.empty();
      }
      StoredImage record = record(snapshot, id);
      String metadata = record == null ? null : metadata(snapshot, record);
      Path file = aside.lay(id, problem, record, metadata, snapshot.remains(id));
      dropped = new Dropped(id, problem, Optional.ofNullable(file));
    }
    writer.drop(id);
    return Optional.of(dropped);
  }

  private static @Nullable StoredImage record(Snapshot snapshot, long id) throws IOException {
    try {
      return snapshot.find(id);
    } catch (CorruptImageException | CorruptStoreException e) {
      return null; // that is the damage
    }
  }

  private static @Nullable String metadata(Snapshot snapshot, StoredImage record)
      throws IOException {
    try {
      return snapshot.metadata(record);
    } catch (CorruptImageException | CorruptStoreException e) {
      return null;
    }
  }

  /** Mends what can be; adds what is still wrong. */
  private boolean mendStructure(List<String> mended, List<String> left) throws IOException {
    writer.mendStructure(aside, mended::add);
    return Verification.checkStructure(reader, left);
  }
}
