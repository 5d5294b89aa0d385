package io.imagestore.codec.jpeg;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Builds the markers of a JPEG file one by one. */
public final class JpegBytes {

  public static final int BASELINE = 0xC0;
  public static final int PROGRESSIVE = 0xC2;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private JpegBytes() {}

  public static JpegBytes begin() {
    return new JpegBytes().marker(0xD8);
  }

  public JpegBytes marker(int code) {
    return raw(0xFF, code);
  }

  public JpegBytes raw(int... values) {
    for (int value : values) {
      bytes.write(value);
    }
    return this;
  }

  public JpegBytes segment(int code, byte[] payload) {
    int length = payload.length + 2;
    marker(code).raw(length >> 8, length & 0xFF);
    bytes.writeBytes(payload);
    return this;
  }

  public JpegBytes jfif() {
    return segment(0xE0, new byte[] {'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0});
  }

  public JpegBytes adobe(int transform) {
    return segment(
        0xEE, new byte[] {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, (byte) transform});
  }

  /** A frame header with one component for each id, none of them subsampled. */
  public JpegBytes frame(int code, int height, int width, int... ids) {
    return frameOf(code, 8, height, width, 0x11, ids);
  }

  public JpegBytes frameOf(int code, int bits, int height, int width, int sampling, int... ids) {
    ByteBuffer frame = ByteBuffer.allocate(6 + 3 * ids.length);
    frame.put((byte) bits).putShort((short) height).putShort((short) width);
    frame.put((byte) ids.length);
    for (int id : ids) {
      frame.put((byte) id).put((byte) sampling).put((byte) 0);
    }
    return segment(code, frame.array());
  }

  /** A scan's header and so many bytes of coded data. */
  public JpegBytes scan(int dataBytes) {
    segment(0xDA, new byte[] {1, 1, 0, 0, 63, 0});
    bytes.writeBytes(new byte[dataBytes]);
    return this;
  }

  /** The file, behind a byte that isn't its own. */
  public ByteBuffer end() {
    marker(0xD9);
    return ByteBuffer.allocate(bytes.size() + 1)
        .put((byte) 0)
        .put(bytes.toByteArray())
        .flip()
        .position(1);
  }
}
