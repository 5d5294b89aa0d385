package io.imagestore.hdf5.format;

import java.io.IOException;

/** A file as it will be once something has been written to it. */
record OverlaidSource(ByteSource file, Overlay overlay) implements ByteSource {

  @Override
  public long length() throws IOException {
    return file.length();
  }

  @Override
  public void read(long address, byte[] into, int offset, int count) throws IOException {
    file.read(address, into, offset, count);
    overlay.cover(address, into, offset, count);
  }
}
