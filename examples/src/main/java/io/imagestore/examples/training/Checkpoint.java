package io.imagestore.examples.training;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * All that a killed run needs to go on, but for the images: a line of JSON, then the network's
 * weights, and the CRC-32C of it all, in one file that is replaced as a whole.
 *
 * @param run what is trained on, and how
 * @param loader the state of the loader
 * @param epochs the results of those that are through
 * @param tally how far the one under way has come
 */
record Checkpoint(Run run, String loader, List<EpochResult> epochs, Tally tally) {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Writes it, and lets it outlast a loss of power before it takes the place of the last one. */
  void save(Path file, Block network) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
            FileChannel.open(
                draft,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        CheckedOutputStream checked =
            new CheckedOutputStream(
                new BufferedOutputStream(Channels.newOutputStream(channel)), new CRC32C());
        DataOutputStream out = new DataOutputStream(checked)) {
      byte[] json = MAPPER.writeValueAsBytes(this);
      out.writeInt(json.length);
      out.write(json);
      network.saveParameters(out);
      out.writeLong(checked.getChecksum().getValue());
      out.flush();
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Reads one, and gives the network its weights.
   *
   * @throws IOException if it can't be read, or isn't as it was written
   */
  static Checkpoint load(Path file, Block network, NDManager manager) throws IOException {
    requireUndamaged(file);
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      Checkpoint checkpoint = MAPPER.readValue(in.readNBytes(in.readInt()), Checkpoint.class);
      network.loadParameters(manager, in);
      return checkpoint;
    } catch (JsonProcessingException e) {
      throw new IOException(
          file
              + " is of another version of this program ("
              + e.getOriginalMessage()
              + "); delete it to begin anew",
          e);
    } catch (MalformedModelException e) {
      throw new IOException(
          "The weights in " + file + " are of another network: " + e.getMessage(), e);
    }
  }

  /** What passes was written by {@link #save}, so that its lengths can be trusted. */
  private static void requireUndamaged(Path file) throws IOException {
    long content = Files.size(file) - Long.BYTES;
    if (content <= 0) {
      throw damaged(file, "it ends too early");
    }
    try (CheckedInputStream checked =
            new CheckedInputStream(
                new BufferedInputStream(Files.newInputStream(file)), new CRC32C());
        DataInputStream in = new DataInputStream(checked)) {
      in.skipNBytes(content);
      long checksum = checked.getChecksum().getValue();
      if (in.readLong() != checksum) {
        throw damaged(file, "its checksum is wrong");
      }
    }
  }

  private static IOException damaged(Path file, String why) {
    return new IOException(
        file + " is damaged (" + why + "); delete it to begin anew, or restore it");
  }
}
