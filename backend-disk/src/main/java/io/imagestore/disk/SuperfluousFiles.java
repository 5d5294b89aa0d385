package io.imagestore.disk;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that no image needs any more, until they have been removed. Changed by the one writer;
 * any thread may ask what is among them.
 */
final class SuperfluousFiles {
  private static final Logger LOG = LoggerFactory.getLogger(SuperfluousFiles.class);

  private static final long NO_FOLDER = -1;

  private final ImageFiles files;
  private final Set<FileNames.Name> names = ConcurrentHashMap.newKeySet();

  /** Where names have gone, which might come back if the power were lost. */
  private final Set<Long> foldersToForce = new TreeSet<>();

  SuperfluousFiles(ImageFiles files) {
    this.files = files;
  }

  void add(FileNames.Name file) {
    names.add(file);
  }

  /** Takes a file back that is needed after all. */
  void takeBack(FileNames.Name file) {
    names.remove(file);
  }

  boolean contains(FileNames.Name file) {
    return names.contains(file);
  }

  int count() {
    return names.size();
  }

  /**
   * Removes all of them. What can't be removed now is tried again the next time: nothing is wrong
   * but its space.
   *
   * @param used a folder in which files are still written, which stays though it be empty
   */
  void removeAll(long used) {
    List.copyOf(names).forEach(file -> remove(file, used));
  }

  /** Removes one of them, if that can be done now. */
  private void remove(FileNames.Name file, long used) {
    try {
      files.delete(file);
      long folder = file.folder();
      foldersToForce.add(folder);
      if (folder != used) {
        files.deleteFolderIfEmpty(folder);
      }
      names.remove(file);
    } catch (IOException e) {
      LOG.debug("superfluous file {} stays for now", file.path(), e);
    }
  }

  /**
   * Removes a file that was never an image's.
   *
   * @return false if that can't be done now
   */
  boolean discard(FileNames.Name file) {
    add(file);
    remove(file, NO_FOLDER);
    return !contains(file);
  }

  /** Makes sure that what has been removed doesn't come back. */
  void forceRemovals() throws IOException {
    if (!foldersToForce.isEmpty()) {
      files.forceFolders(foldersToForce);
      foldersToForce.clear();
    }
  }
}
