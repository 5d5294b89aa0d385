package io.imagestore.hdf5.format;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decoded chunks, the least recently used of which make room for others. Safe in any thread. */
final class ChunkCache {

  private final long maxBytes;
  private final Map<Chunk, byte[]> chunks = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  ChunkCache(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  synchronized byte @Nullable [] get(Chunk chunk) {
    return chunks.get(chunk);
  }

  synchronized void put(Chunk chunk, byte[] decoded) {
    if (decoded.length > maxBytes || chunks.putIfAbsent(chunk, decoded) != null) {
      return;
    }
    bytes += decoded.length;
    for (Iterator<byte[]> oldest = chunks.values().iterator(); bytes > maxBytes; ) {
      bytes -= oldest.next().length;
      oldest.remove();
    }
  }
}
