package io.imagestore.turbojpeg;

/** The memory of one decoding, for what isn't native memory already. */
final class Workspace {

  private final Scratch files = new Scratch();
  private final Scratch samples = new Scratch();
  private byte[] row = new byte[0];

  /** Takes a file that lies on the heap. */
  Scratch files() {
    return files;
  }

  /** Takes what isn't decoded straight into its destination. */
  Scratch samples() {
    return samples;
  }

  /** Takes a row of that, of so many bytes at least. */
  byte[] row(int bytes) {
    if (row.length < bytes) {
      row = new byte[bytes];
    }
    return row;
  }

  /** Keeps no more memory than the next decoding is likely to need. */
  void trim() {
    files.trim();
    samples.trim();
  }
}
