package io.imagestore.hdf5.format;

import java.io.IOException;
import java.io.Serial;

/**
 * The device couldn't be waited for. What has been written since the last time may be lost though
 * it can still be read, and to wait once more would make nothing sure: see Anthony Rebello et al.,
 * "Can Applications Recover from fsync Failures?" (2020). Only opening the file again, which writes
 * anew what the journal knows, mends that.
 */
final class SyncException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  private SyncException(IOException cause) {
    super("waiting for the device failed: " + cause.getMessage(), cause);
  }

  /** Something that waits for the device. */
  interface Waiting {
    void run() throws IOException;
  }

  /** Makes every failure of waiting one of this kind. */
  static void guard(Waiting waiting) throws SyncException {
    try {
      waiting.run();
    } catch (SyncException e) {
      throw e;
    } catch (IOException e) {
      throw new SyncException(e);
    }
  }
}
