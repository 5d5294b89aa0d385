package io.imagestore.hdf5.format;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * From what a file and its journal have after a crash, the last state that is whole: the metadata
 * of the checkpoint, and over it that of each commit after it whose record and raw data are there.
 * Raw data that can't have been lost with the power isn't looked at: where it doesn't fit, it is
 * damaged, and taking the commit back, with all later ones, would lose more.
 */
final class Recovery {

  private static final int PIECE = 1 << 16;

  private final Overlay metadata = new Overlay();
  private final List<DataRange> data = new ArrayList<>();
  private final Map<Long, Move> moves = new TreeMap<>();

  private Recovery() {}

  /**
   * Finds that state, and changes nothing.
   *
   * @throws Hdf5FormatException if another program has changed the file meanwhile, the journal
   *     belongs to another file, or either has lost what no crash takes
   */
  static Recovery of(JournalContents journal, StorageFile file, Path journalPath)
      throws IOException {
    if (journal.damage() != null) {
      throw new Hdf5FormatException(journal.damage());
    }
    Recovery recovery = new Recovery();
    if (journal.isNothing()) {
      return recovery;
    }
    checkBelongs(journal, file, journalPath);
    checkUnchanged(journal, file, journalPath);
    journal.before().forEach(recovery.metadata::put);
    recovery.add(journal.moves());
    int certain = journal.certain();
    for (JournalContents.Commit commit : journal.commits()) {
      if (certain-- > 0) {
        requireLength(commit.data(), file); // what is damaged in it, its own checksum tells
      } else if (!isWhole(commit.data(), file)) {
        break;
      }
      commit.metadata().forEach(recovery.metadata::put);
      recovery.data.addAll(commit.data());
      recovery.add(commit.moves());
    }
    return recovery;
  }

  /** Of what belongs in one place, the last counts. */
  private void add(List<Move> later) {
    later.forEach(move -> moves.put(move.to(), move));
  }

  /** The metadata of the last record, which is the right one as long as no power was lost. */
  static Overlay unchecked(JournalContents journal) {
    Overlay overlay = new Overlay();
    journal.before().forEach(overlay::put);
    journal.commits().forEach(commit -> commit.metadata().forEach(overlay::put));
    return overlay;
  }

  /** What of that state isn't where it belongs, and may not belong anywhere any more. */
  Collection<Move> moves() {
    return moves.values();
  }

  /** The file in that state, but for what isn't where it belongs. */
  ByteSource over(StorageFile file) {
    return new OverlaidSource(file, metadata);
  }

  /**
   * Writes to the file all that may not have reached the device, so that it does at the next sync:
   * what can be read may nevertheless be lost, if an earlier sync failed.
   */
  void write(StorageFile file) throws IOException {
    for (Patch patch : metadata.patches()) {
      file.write(patch);
    }
    byte[] piece = new byte[PIECE];
    for (DataRange range : data) {
      for (long at = range.address(); at < range.end(); at += PIECE) {
        int count = (int) Math.min(PIECE, range.end() - at);
        file.read(at, piece, 0, count);
        file.write(at, piece, 0, count);
      }
    }
  }

  private static void checkBelongs(JournalContents journal, StorageFile file, Path journalPath)
      throws IOException {
    if (ReuseCounter.read(file).identity() != journal.identity()) {
      throw new Hdf5FormatException(
          journalPath
              + " is the journal of another file; put the right one in its place, or remove it if this file was closed");
    }
  }

  private static void requireLength(List<DataRange> data, ByteSource file) throws IOException {
    for (DataRange range : data) {
      if (range.end() > file.length()) {
        throw new Hdf5FormatException(
            "the file was cut off at " + file.length() + " bytes; it had " + range.end());
      }
    }
  }

  private static boolean isWhole(List<DataRange> data, ByteSource file) throws IOException {
    byte[] piece = new byte[PIECE];
    for (DataRange range : data) {
      if (range.end() > file.length()) {
        return false;
      }
      CRC32C crc = new CRC32C();
      for (long at = range.address(); at < range.end(); at += PIECE) {
        int count = (int) Math.min(PIECE, range.end() - at);
        file.read(at, piece, 0, count);
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
  private static void checkUnchanged(JournalContents journal, ByteSource file, Path journalPath)
      throws IOException {
    byte[] superblock = file.read(0, Superblock.BYTES);
    if (file.length() != Superblock.endOfFile(superblock)) {
      return;
    }
    if (journal.before().stream().anyMatch(patch -> isAt0(patch, superblock))) {
      return;
    }
    for (JournalContents.Commit commit : journal.commits()) {
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
