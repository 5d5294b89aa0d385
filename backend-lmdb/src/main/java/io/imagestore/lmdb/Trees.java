package io.imagestore.lmdb;

import io.imagestore.UnsupportedStoreException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The trees of a store, LMDB's databases.
 *
 * @param ids how they write ids: pickled images have keys of their own
 * @param images id to the bytes of an image
 * @param index id to {@link ImageRecord}; what isn't here isn't in the store
 * @param metadata id to metadata in UTF-8, of images that have any
 * @param header the tree {@code store}, which holds the header
 * @param pending of a large batch on its way, see {@link ImageWriter}; else empty
 * @param staged likewise
 * @param stagedMetadata likewise
 * @param alone whether there is no other, which somebody else keeps in the environment
 */
record Trees(
    IdFormat ids,
    TreeRecord images,
    TreeRecord index,
    TreeRecord metadata,
    TreeRecord header,
    TreeRecord pending,
    TreeRecord staged,
    TreeRecord stagedMetadata,
    boolean alone) {

  static final List<String> NAMES =
      List.of("images", "index", "metadata", "store", "pending", "staged", "staged metadata");

  /**
   * Finds the trees of a snapshot.
   *
   * @throws PageDamageException if the pages that lead to them are damaged
   * @throws UnsupportedStoreException if it is no image store's
   */
  static Trees find(Pages pages, TreeRecord main, Path store) {
    if (main.flags() != 0) {
      throw notOurs(store, "its keys are in an order of their own");
    }
    if (holdsPickles(pages, main)) {
      TreeRecord none = TreeRecord.EMPTY;
      return new Trees(IdFormat.DIGITS, main, main, none, none, none, none, none, true);
    }
    @Nullable TreeRecord[] found = new TreeRecord[NAMES.size()];
    AtomicBoolean others = new AtomicBoolean();
    NameTree.forEach(
        pages,
        main,
        entry -> {
          int place = entry.isTree() ? placeOf(entry) : -1;
          if (place >= 0) {
            found[place] = entry.toTree();
          } else if (entry.isTree()) {
            others.set(true);
          }
        });
    TreeRecord[] all = new TreeRecord[found.length];
    for (int i = 0; i < found.length; i++) {
      TreeRecord tree = found[i];
      if (tree == null) {
        throw notOurs(store, "it lacks one of the databases " + NAMES);
      }
      if (tree.flags() != 0) {
        throw notOurs(store, "its database '" + NAMES.get(i) + "' has an order of its own");
      }
      all[i] = tree;
    }
    return new Trees(
        IdFormat.NUMBER, all[0], all[1], all[2], all[3], all[4], all[5], all[6], !others.get());
  }

  private static int placeOf(NameTree entry) {
    for (int i = 0; i < NAMES.size(); i++) {
      if (entry.isNamed(NAMES.get(i))) {
        return i;
      }
    }
    return -1;
  }

  private static UnsupportedStoreException notOurs(Path store, String why) {
    return new UnsupportedStoreException(
        "what lies at " + store + " is an LMDB environment, but no image store: " + why);
  }

  /** Whether the first key is that of a pickled image, which no name of a database looks like. */
  static boolean holdsPickles(Pages pages, TreeRecord main) {
    NameTree first = NameTree.first(pages, main);
    return first != null
        && !first.isTree()
        && IdFormat.DIGITS.id(first.keyNumber()) != IdFormat.NONE;
  }

  /** Whether it is one of pickled images rather than a store of ours. */
  boolean arePickled() {
    return ids == IdFormat.DIGITS;
  }

  private Stream<TreeRecord> all() {
    return arePickled() ? Stream.of(images) : Stream.concat(Stream.of(header), ofImages());
  }

  /** Those of a store of ours whose keys are ids. */
  Stream<TreeRecord> ofImages() {
    return Stream.of(images, index, metadata, pending, staged, stagedMetadata);
  }

  /** The uppermost pages of those that aren't empty. */
  LongStream roots() {
    return all().filter(tree -> !tree.isEmpty()).mapToLong(TreeRecord::root);
  }

  /** How many branches and leaves they have together. */
  long nodePages() {
    return all().mapToLong(TreeRecord::nodePages).sum();
  }

  /** How many pages they have together. */
  long pages() {
    return all().mapToLong(TreeRecord::pages).sum();
  }

  /**
   * Whether the numbers of entries go together. Each image of the index has bytes; what else has
   * bytes is in a batch on its way.
   */
  boolean areConsistent() {
    return arePickled()
        || (images.entries() >= index.entries()
            && images.entries() - index.entries() <= pending.entries());
  }
}
