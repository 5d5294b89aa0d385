package io.imagestore.hdf5.format;

import java.io.IOException;
import java.util.Arrays;

/** A file as it will be once something has been written to it, which may make it longer. */
record OverlaidSource(ByteSource file, Overlay overlay) implements ByteSource {

  @Override
  public long length() throws IOException {
    return Math.max(file.length(), overlay.end());
  }

  @Override
  public void read(long address, byte[] into, int offset, int count) throws IOException {
    if (address < 0 || address > length() - count) {
      file.read(address, into, offset, count); // which says what is wrong
      return;
    }
    int inFile = (int) Math.max(0, Math.min(count, file.length() - address));
    if (inFile > 0) {
      file.read(address, into, offset, inFile);
    }
    Arrays.fill(into, offset + inFile, offset + count, (byte) 0);
    overlay.cover(address, into, offset, count);
  }
}
