package io.imagestore.turbojpeg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.imagestore.codec.Codecs;
import io.imagestore.codec.DecodeException;
import io.imagestore.internal.jpeg.JdkJpegCodec;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class DecompressorPoolTest {

  private static final Optional<TurboJpegLibrary> LIBRARY = LibraryFinder.find();

  /** Without the library there is no pool, and the JDK decodes. */
  private static void withPoolOf(int maxIdle, Consumer<DecompressorPool> test) {
    LIBRARY.ifPresentOrElse(
        library -> test.accept(new DecompressorPool(library, maxIdle)),
        () -> assertThat(Codecs.require("jpeg")).isInstanceOf(JdkJpegCodec.class));
  }

  @Test
  void aDecompressorIsUsedAgain() {
    withPoolOf(
        2,
        pool -> {
          Decompressor first = pool.lend(decompressor -> decompressor);

          assertThat(pool.<Decompressor>lend(decompressor -> decompressor)).isSameAs(first);
        });
  }

  @Test
  void decodingsAtTheSameTimeHaveOneEach() {
    withPoolOf(
        2,
        pool ->
            assertThat(pool.<Boolean>lend(outer -> pool.lend(inner -> inner != outer))).isTrue());
  }

  @Test
  void oneComesBackFromADecodingThatFails() {
    withPoolOf(
        2,
        pool -> {
          Decompressor first = pool.lend(decompressor -> decompressor);
          assertThatThrownBy(
                  () ->
                      pool.lend(
                          decompressor -> {
                            throw new DecodeException("damaged");
                          }))
              .isInstanceOf(DecodeException.class);

          assertThat(pool.<Decompressor>lend(decompressor -> decompressor)).isSameAs(first);
        });
  }

  @Test
  void noMoreAreKeptThanItsBound() {
    withPoolOf(
        1,
        pool -> {
          Decompressor inner = pool.lend(first -> pool.<Decompressor>lend(second -> second));

          Decompressor kept = pool.lend(decompressor -> decompressor);
          Decompressor other = pool.lend(first -> pool.<Decompressor>lend(second -> second));
          assertThat(kept).isSameAs(inner); // the first to come back; the outer one was closed
          assertThat(other).isNotSameAs(inner);
        });
  }
}
