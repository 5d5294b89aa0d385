package io.imagestore.turbojpeg;

/**
 * The memory of one decoding, for what isn't native memory already.
 *
 * @param files takes a file that lies on the heap
 * @param samples takes what isn't decoded straight into its destination
 */
record Workspace(Scratch files, Scratch samples) {

  Workspace() {
    this(new Scratch(), new Scratch());
  }

  /** Keeps no more memory than the next decoding is likely to need. */
  void trim() {
    files.trim();
    samples.trim();
  }
}
