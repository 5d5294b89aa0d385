package io.imagestore.lmdb;

import java.io.Serial;

/**
 * A page isn't what the tree says it is. Either it is damaged, or it has been written anew since
 * the snapshot that is read: whoever knows the snapshot decides, and tells the store.
 */
final class PageDamageException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  PageDamageException(long page, String problem) {
    super("page " + page + " " + problem);
  }
}
