package io.imagestore.examples.training;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Tells one sequence of ids from another: each id makes the SHA-256 of the digest so far, followed
 * by the id in 8 big-endian bytes. So it goes on from its own text, which a checkpoint holds.
 */
final class IdsDigest {

  /** Of no ids. */
  static final String NONE = "0".repeat(64);

  private IdsDigest() {}

  /** The digest with more ids behind those that it tells. */
  static String plus(String digest, List<Long> ids) {
    MessageDigest sha256 = sha256();
    byte[] told = HexFormat.of().parseHex(digest);
    ByteBuffer eightBytes = ByteBuffer.allocate(Long.BYTES);
    for (long id : ids) {
      sha256.update(told);
      told = sha256.digest(eightBytes.putLong(0, id).array());
    }
    return HexFormat.of().formatHex(told);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
