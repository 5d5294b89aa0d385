package io.imagestore.lmdb;

import io.imagestore.CorruptImageException;
import io.imagestore.LabeledImage;
import io.imagestore.spi.StoredImage;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One commit's state of images that Python code has pickled into an environment, each under its id
 * in eight decimal digits, as {@link ArticleEnvironment} does; see {@link PickledImage}. The format
 * has neither an index, so that finding an image means reading it, nor checksums.
 */
final class PickledSnapshot extends TreeSnapshot {

  PickledSnapshot(Path store, EnteredSnapshot entered) {
    super(store, entered);
  }

  @Override
  public @Nullable StoredImage find(long id) {
    return entered.look(view -> Optional.ofNullable(find(view, id))).orElse(null);
  }

  private @Nullable StoredImage find(StoreView view, long id) {
    if (!isThere(view, id)) {
      return null;
    }
    LabeledImage image = parse(view, id);
    return new StoredImage(id, image.image().shape(), image.label(), null);
  }

  private static boolean isThere(StoreView view, long id) {
    return id <= IdFormat.DIGITS.highest() && view.index().find(IdFormat.DIGITS.key(id));
  }

  private LabeledImage parse(StoreView view, long id) {
    ByteBuffer value;
    try {
      value = view.index().value();
    } catch (PageDamageException e) {
      throw new CorruptImageException(store(), id, "the pages that hold it are damaged", e);
    }
    byte[] pickle = new byte[value.remaining()];
    value.get(pickle);
    return PickledImage.parse(pickle, id, store());
  }

  @Override
  public @Nullable String metadata(StoredImage image) {
    return null;
  }

  @Override
  ByteBuffer bytes(StoreView view, StoredImage image) {
    if (!isThere(view, image.id())) {
      throw new CorruptImageException(
          store(), image.id(), "the pages that lead to it have changed");
    }
    return ByteBuffer.wrap(parse(view, image.id()).image().pixels());
  }

  @Override
  void check(StoreView view, long id) {
    if (isThere(view, id)) {
      parse(view, id);
    }
  }
}
