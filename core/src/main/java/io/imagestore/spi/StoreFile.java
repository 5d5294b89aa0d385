package io.imagestore.spi;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open file, read and written at any place. {@link StoreFiles#open} gives it.
 *
 * <p>Safe in any thread. An interrupt neither ends a call nor closes the file.
 */
public interface StoreFile extends Closeable {

  /**
   * Reads bytes.
   *
   * @param position of the first one in the file
   * @param into takes them
   * @param offset where the first one goes
   * @param count how many are wanted
   * @return how many have been read: fewer than wanted only where the file ends
   * @throws IOException if they can't be read
   */
  int read(long position, byte[] into, int offset, int count) throws IOException;

  /**
   * Writes bytes; a file that ends before them is made longer, with zeros up to them. If this
   * fails, any of them may have been written.
   *
   * @param position of the first one in the file
   * @param bytes hold them
   * @param offset the first one's index
   * @param count how many
   * @throws IOException if they can't be written, as when there is no space
   */
  void write(long position, byte[] bytes, int offset, int count) throws IOException;

  /**
   * Writes what remains in a buffer, which is used up then. Memory outside of the heap is written
   * without a copy in between; a file that gets such must keep its name while it is open. Otherwise
   * like {@link #write(long, byte[], int, int)}.
   *
   * @param position of the first byte in the file
   * @param bytes what to write
   * @throws IOException if they can't be written, as when there is no space
   */
  void write(long position, ByteBuffer bytes) throws IOException;

  /**
   * How long the file is.
   *
   * @return its length in bytes
   * @throws IOException if that can't be told
   */
  long size() throws IOException;

  /**
   * Cuts the file off, or makes it longer with zeros, which take no room where the file system
   * knows holes.
   *
   * @param bytes how long the file shall be
   * @throws IOException if the length can't be changed; it is as it was then
   */
  void setSize(long bytes) throws IOException;

  /**
   * Waits until all that has been written, and the length, is on the device. The file's name isn't
   * yet: {@link StoreFiles#sync} does that for its folder.
   *
   * @throws IOException if that fails. Then what has been written since the last time may be lost,
   *     though it can still be read, and to call this again makes nothing sure: the system may have
   *     given up what it couldn't write. Only what is written anew can be forced again
   */
  void force() throws IOException;

  /**
   * Closes the file, which makes nothing sure. May be called twice.
   *
   * @throws IOException if that fails
   */
  @Override
  void close() throws IOException;
}
