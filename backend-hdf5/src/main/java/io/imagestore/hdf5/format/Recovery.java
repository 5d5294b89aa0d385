package io.imagestore.hdf5.format;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * From what a file and its journal have after a crash, the last state that is whole: the metadata
 * of the checkpoint, and over it that of each commit after it whose record and raw data are there.
 */
final class Recovery {

  private static final int PIECE = 1 << 16;

  private Recovery() {}

  /**
   * What has to be written to the file.
   *
   * @throws Hdf5FormatException if another program has changed the file meanwhile
   */
  static Overlay of(Journal.Contents journal, ByteSource file, Path journalPath)
      throws IOException {
    Overlay overlay = new Overlay();
    if (journal.isNothing()) {
      return overlay;
    }
    checkUnchanged(journal, file, journalPath);
    journal.before().forEach(overlay::put);
    for (Journal.Commit commit : journal.commits()) {
      if (!isWhole(commit.data(), file)) {
        break;
      }
      commit.metadata().forEach(overlay::put);
    }
    return overlay;
  }

  /** The state of the last record, which is the right one as long as no power was lost. */
  static Overlay unchecked(Journal.Contents journal) {
    Overlay overlay = new Overlay();
    journal.before().forEach(overlay::put);
    journal.commits().forEach(commit -> commit.metadata().forEach(overlay::put));
    return overlay;
  }

  private static boolean isWhole(List<DataRange> data, ByteSource file) throws IOException {
    byte[] piece = new byte[PIECE];
    for (DataRange range : data) {
      if (range.address() + range.length() > file.length()) {
        return false;
      }
      CRC32C crc = new CRC32C();
      for (int done = 0; done < range.length(); done += PIECE) {
        int count = Math.min(PIECE, range.length() - done);
        file.read(range.address() + done, piece, 0, count);
        crc.update(piece, 0, count);
      }
      if ((int) crc.getValue() != range.crc32c()) {
        return false;
      }
    }
    return true;
  }

  /**
   * A program that closed the file meanwhile has cut it off where its superblock says it ends; we
   * leave a hole behind the end. If such a superblock is none of those the journal knows, it is
   * that program's.
   */
  private static void checkUnchanged(Journal.Contents journal, ByteSource file, Path journalPath)
      throws IOException {
    byte[] superblock = file.read(0, Superblock.BYTES);
    if (file.length() != Superblock.endOfFile(superblock)) {
      return;
    }
    if (journal.before().stream().anyMatch(patch -> isAt0(patch, superblock))) {
      return;
    }
    for (Journal.Commit commit : journal.commits()) {
      if (commit.metadata().stream().anyMatch(patch -> isAt0(patch, superblock))) {
        return;
      }
    }
    throw new Hdf5FormatException(
        "another program changed the file before "
            + journalPath
            + " was used to finish or undo the last commits; remove the journal to keep what that program wrote");
  }

  private static boolean isAt0(Patch patch, byte[] superblock) {
    return patch.address() == 0 && Arrays.equals(patch.bytes(), superblock);
  }
}
