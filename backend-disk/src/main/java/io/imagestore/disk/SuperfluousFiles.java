package io.imagestore.disk;

import java.io.IOException;
import java.util.Map;
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
  private final Map<Long, Long> idsBySequence = new ConcurrentHashMap<>();

  /** Where names have gone, which might come back if the power were lost. */
  private final Set<Long> foldersToForce = new TreeSet<>();

  SuperfluousFiles(ImageFiles files) {
    this.files = files;
  }

  void add(long id, long sequence) {
    idsBySequence.put(sequence, id);
  }

  /** Takes a file back that is needed after all. */
  void takeBack(long sequence) {
    idsBySequence.remove(sequence);
  }

  boolean contains(long sequence) {
    return idsBySequence.containsKey(sequence);
  }

  int count() {
    return idsBySequence.size();
  }

  /**
   * Removes all of them. What can't be removed now is tried again the next time: nothing is wrong
   * but its space.
   *
   * @param used a folder in which files are still written, which stays though it be empty
   */
  void removeAll(long used) {
    Map.copyOf(idsBySequence).forEach((sequence, id) -> remove(id, sequence, used));
  }

  /** Removes one of them, if that can be done now. */
  private void remove(long id, long sequence, long used) {
    try {
      files.delete(id, sequence);
      long folder = FileNames.folder(sequence);
      foldersToForce.add(folder);
      if (folder != used) {
        files.deleteFolderIfEmpty(folder);
      }
      idsBySequence.remove(sequence);
    } catch (IOException e) {
      LOG.debug("superfluous file {} stays for now", FileNames.path(id, sequence), e);
    }
  }

  /**
   * Removes a file that was never an image's.
   *
   * @return false if that can't be done now
   */
  boolean discard(FileNames.Name file) {
    add(file.id(), file.sequence());
    remove(file.id(), file.sequence(), NO_FOLDER);
    return !contains(file.sequence());
  }

  /** Makes sure that what has been removed doesn't come back. */
  void forceRemovals() throws IOException {
    if (!foldersToForce.isEmpty()) {
      files.forceFolders(foldersToForce);
      foldersToForce.clear();
    }
  }
}
