package io.imagestore.hdf5.format;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one commit does to the metadata, so that it can be written to the journal and the file, or
 * taken back.
 */
final class Changes {

  // Up to this size a block is written whole, at one go, so that a kill hardly ever leaves half of
  // it to other programs.
  private static final int SMALL = 4096;

  private final FreeSpace space;
  private final Map<MetadataBlock, byte[]> changed = new LinkedHashMap<>();
  private final Set<MetadataBlock> created = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<MetadataBlock> createdInOrder = new ArrayList<>();

  Changes(FreeSpace space) {
    this.space = space;
  }

  FreeSpace space() {
    return space;
  }

  /** A new block in free space. */
  MetadataBlock create(byte[] bytes) {
    return create(space.allocate(bytes.length), bytes);
  }

  /** A new block at a place that is free. */
  MetadataBlock create(long address, byte[] bytes) {
    MetadataBlock block = new MetadataBlock(address, bytes);
    created.add(block);
    createdInOrder.add(block);
    return block;
  }

  /** The bytes of a block, to write to. */
  ByteBuffer to(MetadataBlock block) {
    if (!created.contains(block)) {
      changed.computeIfAbsent(block, b -> b.bytes().clone());
    }
    return block.view();
  }

  /** Makes all checksums fit. */
  void seal() {
    createdInOrder.forEach(MetadataBlock::seal);
    changed.keySet().forEach(MetadataBlock::seal);
  }

  /** Blocks that are new. */
  List<MetadataBlock> created() {
    return createdInOrder;
  }

  /** What is to be written of the blocks that are new; those side by side make one patch. */
  List<Patch> additions() {
    List<MetadataBlock> blocks = new ArrayList<>(createdInOrder);
    blocks.sort(Comparator.comparingLong(MetadataBlock::address));
    List<Patch> patches = new ArrayList<>();
    for (int from = 0, to = 1; from < blocks.size(); to++) {
      if (to == blocks.size()
          || space.reach(blocks.get(to - 1).end()) != blocks.get(to).address()) {
        patches.add(joined(blocks.subList(from, to)));
        from = to;
      }
    }
    return patches;
  }

  private static Patch joined(List<MetadataBlock> blocks) {
    long start = blocks.get(0).address();
    byte[] bytes = new byte[Math.toIntExact(blocks.get(blocks.size() - 1).end() - start)];
    for (MetadataBlock block : blocks) {
      System.arraycopy(block.bytes(), 0, bytes, (int) (block.address() - start), block.size());
    }
    return new Patch(start, bytes);
  }

  /** Blocks that were there before. */
  Set<MetadataBlock> changed() {
    return changed.keySet();
  }

  /** What the file has in place of a block that was changed. */
  Patch before(MetadataBlock block) {
    byte[] before = changed.get(block);
    return new Patch(block.address(), before == null ? block.bytes().clone() : before);
  }

  /** What is to be written over blocks that were there before, in the order of their changes. */
  List<Patch> patches() {
    List<Patch> patches = new ArrayList<>();
    changed.forEach((block, before) -> addDifference(block, before, patches));
    return patches;
  }

  private static void addDifference(MetadataBlock block, byte[] before, List<Patch> patches) {
    byte[] after = block.bytes();
    int end = after.length - MetadataBlock.CHECKSUM_BYTES;
    int from = Arrays.mismatch(before, after);
    if (from < 0) {
      return;
    }
    if (after.length <= SMALL) {
      patches.add(block.whole());
      return;
    }
    int to = end;
    while (to > from && before[to - 1] == after[to - 1]) {
      to--;
    }
    if (to > from) {
      patches.add(new Patch(block.address() + from, Arrays.copyOfRange(after, from, to)));
    }
    patches.add(new Patch(block.address() + end, Arrays.copyOfRange(after, end, after.length)));
  }

  /** Makes all blocks as they were; new ones are nobody's then. */
  Set<MetadataBlock> rollback() {
    changed.forEach(
        (block, before) -> System.arraycopy(before, 0, block.bytes(), 0, before.length));
    return created;
  }
}
