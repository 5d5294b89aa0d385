package io.imagestore.hdf5.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a file's journal is once the system was started anew, be it after a loss of power. */
public final class Restart {

  private static final int BOOT = 16;

  private Restart() {}

  /** The journal beside a file, as of a run of the system that isn't known. */
  public static byte[] journalOf(Path file) throws IOException {
    byte[] journal = Files.readAllBytes(Journal.beside(file));
    ByteBuffer.wrap(journal).putLong(BOOT, Journal.UNKNOWN_BOOT);
    return journal;
  }
}
