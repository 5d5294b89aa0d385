package io.imagestore.turbojpeg;

import io.imagestore.codec.DecodeRegion;
import io.imagestore.codec.ImageHeader;
import io.imagestore.codec.jpeg.JpegCodec;
import io.imagestore.codec.jpeg.JpegHeader;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * JPEG through libjpeg-turbo. Found by itself; applications needn't name it.
 *
 * <p>Decodes from direct or mapped memory into direct memory without a copy; what lies on the heap
 * goes through native memory that is used again. Scales by 2, 4 and 8 while it decodes, doesn't
 * decode what lies below the part that is wanted, and with libjpeg-turbo 3.0 or newer gives that
 * part alone. Safe in any thread, virtual ones too; those hold their carrier meanwhile.
 */
public final class TurboJpegCodec extends JpegCodec {

  private static final int PRIORITY = 100;

  /** The widest MCU of a file, in pixels that aren't scaled: a part begins at a multiple. */
  private static final int MAX_MCU_WIDTH = 32;

  /** In narrower ones libjpeg-turbo doesn't interpolate color. */
  private static final int MIN_PART_WIDTH = 8;

  /** Found by {@link java.util.ServiceLoader}. */
  public TurboJpegCodec() {}

  /** Looked for when first needed. */
  private static final class Native {
    static final Optional<TurboJpegLibrary> LIBRARY = LibraryFinder.find();
    static final WorkspacePool WORKSPACES =
        new WorkspacePool(2 * Runtime.getRuntime().availableProcessors());
  }

  @Override
  public int priority() {
    return PRIORITY;
  }

  @Override
  public boolean isAvailable() {
    return Native.LIBRARY.isPresent();
  }

  private static TurboJpegLibrary library() {
    return Native.LIBRARY.orElseThrow(
        () -> new IllegalStateException("libjpeg-turbo can't be used here; the log says why"));
  }

  // A part has one pixel more than asked for at each side, because color is interpolated between
  // neighbors: so the pixels asked for are those of the whole image.
  @Override
  public DecodeRegion covering(ImageHeader header, DecodeRegion wanted) {
    DecodeRegion whole = DecodeRegion.whole(header.shape(), wanted.scale());
    int bottom = Math.min(whole.height(), wanted.y() + wanted.height() + 1);
    if (!library().canCrop()) {
      return new DecodeRegion(wanted.scale(), 0, 0, whole.width(), bottom);
    }
    int right = Math.min(whole.width(), Math.max(wanted.x() + wanted.width() + 1, MIN_PART_WIDTH));
    int step = MAX_MCU_WIDTH / wanted.scale();
    int left = Math.max(0, Math.min(wanted.x() - 1, right - MIN_PART_WIDTH)) / step * step;
    int top = Math.max(0, wanted.y() - 1);
    return new DecodeRegion(wanted.scale(), left, top, right - left, bottom - top);
  }

  @Override
  protected void decode(ByteBuffer file, JpegHeader header, DecodeRegion region, ByteBuffer into) {
    requireDecodable(header, region);
    Native.WORKSPACES.lend(
        workspace -> {
          try (Decompressor decompressor = new Decompressor(library(), workspace)) {
            decompressor.decompress(file, header, region, into);
          }
        });
  }

  private static void requireDecodable(JpegHeader header, DecodeRegion region) {
    DecodeRegion whole = DecodeRegion.whole(header.shape(), region.scale());
    boolean isPart =
        library().canCrop()
            ? region.x() % (MAX_MCU_WIDTH / region.scale()) == 0
                && region.x() <= whole.width() - region.width()
            : region.x() == 0 && region.y() == 0 && region.width() == whole.width();
    if (!isPart || region.y() > whole.height() - region.height()) {
      throw new IllegalArgumentException(
          "only what covering() gives can be decoded, but asked for is " + region);
    }
  }
}
