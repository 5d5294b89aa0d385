package io.imagestore.cifar;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes a batch as CIFAR-10's own files are: a pickle of protocol 2, strings as Python 2 has them.
 * The instructions are those of Python's pickletools, in the order in which numpy makes them.
 */
final class BatchPickleWriter implements Closeable {

  private static final String PROTOCOL_2 = "\u0080\u0002";
  private static final String EMPTY_DICT_AND_MARK = "}(";

  private final OutputStream out;

  BatchPickleWriter(OutputStream out) {
    this.out = out;
  }

  /** The dict's beginning, up to the pixels of all images. */
  void beginPixels(int images, int bytesAnImage) throws IOException {
    code(PROTOCOL_2 + EMPTY_DICT_AND_MARK);
    string("data");
    code("cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\u0000\u0085");
    string("b");
    code("\u0087R(K\u0001");
    integer(images);
    integer(bytesAnImage);
    code("\u0086cnumpy\ndtype\n");
    string("u1");
    code("K\u0000K\u0001\u0087R(K\u0003");
    string("|");
    code("NNN");
    integer(-1);
    integer(-1);
    code("K\u0000tb\u0089T");
    int32(Math.multiplyExact(images, bytesAnImage));
  }

  void writePixels(byte[] image) throws IOException {
    out.write(image);
  }

  /** The rest of the dict, behind the pixels. */
  void end(int[] labels, String batchLabel, List<String> fileNames) throws IOException {
    code("tb");
    string("labels");
    code("](");
    for (int label : labels) {
      integer(label);
    }
    code("e");
    string("batch_label");
    string(batchLabel);
    string("filenames");
    strings(fileNames);
    code("u.");
  }

  /** The file of label names. */
  static void writeMeta(OutputStream out, List<String> labelNames, int pixelBytes, int batchImages)
      throws IOException {
    BatchPickleWriter writer = new BatchPickleWriter(out);
    writer.code(PROTOCOL_2 + EMPTY_DICT_AND_MARK);
    writer.string("num_cases_per_batch");
    writer.integer(batchImages);
    writer.string("label_names");
    writer.strings(labelNames);
    writer.string("num_vis");
    writer.integer(pixelBytes);
    writer.code("u.");
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private void code(String instructions) throws IOException {
    out.write(instructions.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void strings(List<String> texts) throws IOException {
    code("](");
    for (String text : texts) {
      string(text);
    }
    code("e");
  }

  private void string(String text) throws IOException {
    out.write('U');
    out.write(text.length());
    code(text);
  }

  private void integer(int value) throws IOException {
    if (value >= 0 && value < 1 << 8) {
      out.write('K');
      out.write(value);
    } else {
      out.write('J');
      int32(value);
    }
  }

  private void int32(int value) throws IOException {
    out.write(value);
    out.write(value >> 8);
    out.write(value >> 16);
    out.write(value >> 24);
  }
}
