package io.imagestore.testkit;

import io.imagestore.spi.StoreFile;
import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a file's content was since it was last synced, sector by sector. Guarded by its disk. */
final class FileHistory {

  private static final int SECTOR = FaultyDisk.SECTOR;
  private static final int PIECE = 64 * SECTOR;
  private static final byte[] ZEROS = new byte[PIECE];

  /** A state of a sector. */
  private static final class Version {
    private final long time;
    private final byte[] bytes;

    /**
     * Whether it came from cutting the file off: then what the sector held before can't be seen
     * once the shorter length is on the device, nor what it holds after without that.
     */
    private final boolean cut;

    Version(long time, byte[] bytes, boolean cut) {
      this.time = time;
      this.bytes = bytes;
      this.cut = cut;
    }
  }

  private record Length(long time, long bytes) {}

  /** The states of each sector that isn't all zeros, beginning with the one on the device. */
  private final NavigableMap<Long, List<Version>> sectors = new TreeMap<>();

  private final TreeSet<Long> unsynced = new TreeSet<>();

  /** The lengths since the last sync, beginning with the one on the device. */
  private final List<Length> lengths = new ArrayList<>();

  /** Of an empty file. */
  FileHistory() {
    lengths.add(new Length(0, 0));
  }

  /** The history of a file that is on the device as it is. */
  static FileHistory of(Path path) throws IOException {
    try (StoreFile file = StoreFiles.ofSystem().open(path, StoreFiles.Access.READ)) {
      FileHistory history = new FileHistory();
      byte[] piece = new byte[PIECE];
      for (long at = 0; at < file.size(); at += PIECE) {
        int count = file.read(at, piece, 0, PIECE);
        if (!Arrays.equals(piece, 0, count, ZEROS, 0, count)) {
          history.written(at, ByteBuffer.wrap(piece, 0, count), 0, file);
        }
      }
      history.resized(file.size(), 0, file);
      history.synced(0);
      return history;
    }
  }

  private long length() {
    return lengths.get(lengths.size() - 1).bytes();
  }

  /** Notes down what has been written; what lies around it in its sectors is read from the file. */
  void written(long position, ByteBuffer bytes, long time, StoreFile file) throws IOException {
    int count = bytes.remaining();
    if (count == 0) {
      return;
    }
    long end = position + count;
    long first = position / SECTOR;
    int sectorCount = (int) ((end - 1) / SECTOR - first) + 1;
    byte[] whole = new byte[sectorCount * SECTOR];
    int before = (int) (position - first * SECTOR);
    int behind = (int) Math.min(whole.length - before - count, Math.max(0, length() - end));
    if (before > 0) {
      file.read(first * SECTOR, whole, 0, before);
    }
    bytes.get(whole, before, count);
    if (behind > 0) {
      file.read(end, whole, before + count, behind);
    }
    for (int i = 0; i < sectorCount; i++) {
      byte[] sector = Arrays.copyOfRange(whole, i * SECTOR, (i + 1) * SECTOR);
      add(first + i, new Version(time, sector, false));
    }
    if (end > length()) {
      lengths.add(new Length(time, end));
    }
  }

  /** Notes down that the file has got another length. */
  void resized(long length, long time, StoreFile file) throws IOException {
    if (length < length()) {
      for (long sector : List.copyOf(sectors.tailMap(length / SECTOR).keySet())) {
        byte[] bytes = new byte[SECTOR];
        file.read(
            sector * SECTOR,
            bytes,
            0,
            (int) Math.max(0, Math.min(SECTOR, length - sector * SECTOR)));
        add(sector, new Version(time, bytes, true));
      }
    }
    if (length != length()) {
      lengths.add(new Length(time, length));
    }
  }

  private void add(long sector, Version version) {
    sectors.computeIfAbsent(sector, each -> blank()).add(version);
    unsynced.add(sector);
  }

  private static List<Version> blank() {
    List<Version> versions = new ArrayList<>();
    versions.add(new Version(0, new byte[SECTOR], false));
    return versions;
  }

  /** All is on the device, but what a failed sync has lost and nobody has written again. */
  void synced(long time) {
    unsynced.forEach(this::keepLast);
    unsynced.clear();
    keepLength(time);
  }

  /** A part is on the device, and the length. */
  void syncedThrough(long position, long count, long time) {
    for (long sector = position / SECTOR; sector * SECTOR < position + count; sector++) {
      if (unsynced.remove(sector)) {
        keepLast(sector);
      }
    }
    keepLength(time);
  }

  private void keepLast(long sector) {
    List<Version> versions = versions(sector);
    versions.subList(0, versions.size() - 1).clear();
  }

  private void keepLength(long time) {
    long length = length();
    lengths.clear();
    lengths.add(new Length(time, length));
  }

  private List<Version> versions(long sector) {
    return sectors.getOrDefault(sector, blank());
  }

  /** Half of the times, some is on the device, and the system takes the rest for written too. */
  void syncFailed(SplittableRandom random, long time) {
    if (random.nextBoolean()) {
      return;
    }
    Survival survival = Survival.ofAny(random);
    keepLength(time);
    for (long sector : unsynced) {
      Version kept = pick(sector, lengths.get(0), survival, survival.luck());
      List<Version> versions = versions(sector);
      versions.clear();
      versions.add(kept);
    }
    unsynced.clear();
  }

  private Length pickLength(Survival survival) {
    return survival.pick(lengths, Length::time, survival.luck());
  }

  private Version pick(long sector, Length survived, Survival survival, double luck) {
    List<Version> versions = versions(sector);
    int from = 0;
    int to = versions.size();
    for (int i = 1; i < to; i++) {
      boolean cut = versions.get(i).cut;
      if (cut && versions.get(i).time <= survived.time()) {
        from = i;
      } else if (cut) {
        to = i;
      }
    }
    return survival.pick(versions.subList(from, to), version -> version.time, luck);
  }

  /** Writes what the loss of power leaves of this file. */
  void writeSurvivor(Path path, Survival survival) throws IOException {
    Length survived = pickLength(survival);
    Map<Long, Double> luck = new HashMap<>();
    try (StoreFile file = StoreFiles.ofSystem().open(path, StoreFiles.Access.REPLACE)) {
      for (long sector : sectors.headMap((survived.bytes() + SECTOR - 1) / SECTOR).keySet()) {
        double drawn = luck.computeIfAbsent(survival.group(sector), group -> survival.luck());
        byte[] bytes = pick(sector, survived, survival, drawn).bytes;
        file.write(sector * SECTOR, bytes, 0, SECTOR);
      }
      file.setSize(survived.bytes());
    }
  }
}
