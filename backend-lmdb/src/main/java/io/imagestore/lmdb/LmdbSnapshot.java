package io.imagestore.lmdb;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.ImageShape;
import io.imagestore.spi.Pixels;
import io.imagestore.spi.Pool;
import io.imagestore.spi.Remains;
import io.imagestore.spi.StoredImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One commit's state of a store of ours. */
final class LmdbSnapshot extends TreeSnapshot {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Pool<ReadRoom> rooms;
  private final boolean verifyChecksums;
  private final Environment.Reading<Boolean> finding = this::findWanted;
  private @Nullable ReadRoom room;

  // What is looked for, and what was found.
  private long wanted;
  private @Nullable FoundImage found;

  LmdbSnapshot(Path store, EnteredSnapshot entered, Pool<ReadRoom> rooms, boolean verifyChecksums) {
    super(store, entered);
    this.rooms = rooms;
    this.verifyChecksums = verifyChecksums;
  }

  private ReadRoom room() {
    ReadRoom own = room;
    if (own == null) {
      own = rooms.borrow();
      room = own;
    }
    return own;
  }

  @Override
  public @Nullable StoredImage find(long id) {
    wanted = id;
    return entered.look(finding) ? found : null;
  }

  private boolean findWanted(StoreView view) {
    found = find(view, wanted);
    return found != null;
  }

  private @Nullable FoundImage find(StoreView view, long id) {
    return view.find(id) ? room().found(id, view.record()) : null;
  }

  @Override
  public @Nullable String metadata(StoredImage image) {
    FoundImage its = (FoundImage) image;
    return its.hasMetadata()
        ? entered.look(view -> Optional.ofNullable(view.metadata(its))).orElse(null)
        : null;
  }

  @Override
  ByteBuffer bytes(StoreView view, StoredImage image) {
    FoundImage its = (FoundImage) image;
    if (verifyChecksums) {
      return checkedCopy(view, its);
    }
    return its.format() == null ? view.bytes(its) : copy(view, its); // a codec may be native
  }

  /** The file may change between a look that checks its bytes and one that takes them. */
  private ByteBuffer checkedCopy(StoreView view, FoundImage image) {
    ByteBuffer copy = copy(view, image);
    view.verify(image.id(), "its bytes have", copy, image.bytesCrc());
    return copy.rewind();
  }

  private ByteBuffer copy(StoreView view, FoundImage image) {
    ByteBuffer copy = room().bytes(view.byteCount(image));
    view.copyBytes(copy);
    return copy.flip();
  }

  @Override
  public void readEach(StoredImage[] images, EachVisitor visitor) throws IOException {
    Showing showing = new Showing(images, visitor);
    for (int i = 0; i < images.length; i++) {
      showing.show(i);
    }
  }

  /** Shows images one by one without an object for each. */
  private final class Showing implements Environment.Reading<ByteBuffer>, EnteredSnapshot.Showing {
    private final StoredImage[] images;
    private final EachVisitor visitor;
    private ByteBuffer bytes = NOTHING;
    private int i;

    Showing(StoredImage[] images, EachVisitor visitor) {
      this.images = images;
      this.visitor = visitor;
    }

    void show(int place) throws IOException {
      i = place;
      bytes = entered.look(this);
      entered.show(this);
    }

    @Override
    public ByteBuffer run(StoreView view) {
      return bytes(view, images[i]);
    }

    @Override
    public void run() throws IOException {
      visitor.visit(i, bytes);
    }
  }

  @Override
  public void readPixels(StoredImage[] images, ImageShape shape, ByteBuffer pixels)
      throws IOException {
    Placing placing = new Placing(images, (int) shape.byteCount(), pixels.duplicate());
    for (int i = 0; i < images.length; i++) {
      placing.place(i);
    }
  }

  /** Puts pixels side by side without an object for each raw image. */
  private final class Placing implements Environment.Reading<ByteBuffer> {
    private final StoredImage[] images;
    private final int imageBytes;
    private final ByteBuffer pixels;
    private int i;

    Placing(StoredImage[] images, int imageBytes, ByteBuffer pixels) {
      this.images = images;
      this.imageBytes = imageBytes;
      this.pixels = pixels;
    }

    void place(int which) throws IOException {
      i = which;
      StoredImage image = images[i];
      if (image.format() == null) {
        entered.look(this);
      } else {
        ByteBuffer place = pixels.slice(i * imageBytes, imageBytes);
        read(image, file -> Pixels.copy(store(), image, file, place));
      }
    }

    /** Checks the copy, which is at hand, rather than what lies in the file. */
    @Override
    public ByteBuffer run(StoreView view) {
      FoundImage image = (FoundImage) images[i];
      view.byteCount(image);
      int from = i * imageBytes;
      view.copyBytes(pixels.limit(from + imageBytes).position(from));
      if (verifyChecksums) {
        view.verify(image.id(), "its bytes have", pixels.position(from), image.bytesCrc());
      }
      return pixels;
    }
  }

  @Override
  public @Nullable Remains remains(long id) throws IOException {
    byte[] bytes = entered.look(view -> Optional.ofNullable(view.remains(id))).orElse(null);
    return bytes == null ? null : new Remains(extension(id), ByteBuffer.wrap(bytes));
  }

  private String extension(long id) {
    try {
      StoredImage image = find(id);
      return image == null || image.format() == null ? "raw" : image.format();
    } catch (CorruptImageException | CorruptStoreException e) {
      return "raw"; // what tells the format is damaged
    }
  }

  @Override
  void check(StoreView view, long id) {
    FoundImage image = find(view, id);
    if (image != null) {
      checkedCopy(view, image);
      view.metadata(image);
    }
  }

  @Override
  public void close() {
    ReadRoom own = room;
    if (own != null) {
      own.forget();
      rooms.giveBack(own);
      room = null;
    }
    super.close();
  }
}
