package io.imagestore.cifar;

import java.io.IOException;
import java.io.InputStream;

/**
 * A file that can be opened again and again, in a folder or in an archive.
 *
 * @param name what errors call it
 * @param size its length in bytes
 * @param form told by its first byte
 * @param opener gives its bytes from the start
 * @param holdBelow strings of this length or more are streamed from the file in a second pass, and
 *     shorter ones held in memory: a second pass costs nothing in a folder, and much in an archive
 */
record CifarFile(String name, long size, Form form, Opener opener, long holdBelow) {

  /** Opens the file from its start. */
  @FunctionalInterface
  interface Opener {
    InputStream open() throws IOException;
  }

  InputStream open() throws IOException {
    return opener.open();
  }
}
