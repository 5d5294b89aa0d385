package io.imagestore.testkit;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The names in a folder, and how they have changed since it was last synced. */
final class FolderHistory {

  /**
   * A change of names: of one, or of two in one step.
   *
   * @param gone no longer there, or null
   * @param there there now, or null
   * @param what it names: a file's or a folder's history
   */
  private record Change(
      long time, @Nullable String gone, @Nullable String there, @Nullable Object what) {
    void apply(Map<String, Object> names) {
      if (gone != null) {
        names.remove(gone);
      }
      if (there != null && what != null) {
        names.put(there, what);
      }
    }
  }

  private final Map<String, Object> now = new HashMap<>();
  private final Map<String, Object> onDevice = new TreeMap<>();
  private final List<Change> unsynced = new ArrayList<>();

  /** The names in a folder that is on the device as it is, with all that is in it. */
  static FolderHistory of(Path path) throws IOException {
    FolderHistory history = new FolderHistory();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      for (Path entry : entries) {
        history.learn(String.valueOf(entry.getFileName()), entry);
      }
    }
    return history;
  }

  /** Takes what lies at a path, if it isn't known yet, to be on the device as it is. */
  void learn(String name, Path path) throws IOException {
    if (!now.containsKey(name)) {
      Object what = Files.isDirectory(path) ? of(path) : FileHistory.of(path);
      now.put(name, what);
      onDevice.put(name, what);
    }
  }

  void put(String name, Object what, long time) {
    change(new Change(time, null, name, what));
  }

  void remove(String name, long time) {
    change(new Change(time, name, null, null));
  }

  void rename(String from, String to, Object what, long time) {
    change(new Change(time, from, to, what));
  }

  private void change(Change change) {
    change.apply(now);
    unsynced.add(change);
  }

  void synced() {
    unsynced.forEach(change -> change.apply(onDevice));
    unsynced.clear();
  }

  FileHistory file(String name, Path path) throws IOException {
    if (now.get(name) instanceof FileHistory file) {
      return file;
    }
    throw new NoSuchFileException(path.toString(), null, "is no file that the disk knows");
  }

  FolderHistory folder(String name, Path path) throws IOException {
    if (now.get(name) instanceof FolderHistory folder) {
      return folder;
    }
    throw new NotDirectoryException(path + " is no folder that the disk knows");
  }

  /** Writes what the loss of power leaves of this folder. */
  void writeSurvivors(Path target, Survival survival) throws IOException {
    Map<String, Object> left = new TreeMap<>(onDevice);
    for (Change change : unsynced) {
      if (survival.keeps(change.time())) {
        change.apply(left);
      }
    }
    Files.createDirectories(target);
    for (Map.Entry<String, Object> entry : left.entrySet()) {
      Path path = target.resolve(entry.getKey());
      if (entry.getValue() instanceof FileHistory file) {
        file.writeSurvivor(path, survival);
      } else if (entry.getValue() instanceof FolderHistory folder) {
        folder.writeSurvivors(path, survival);
      }
    }
  }
}
