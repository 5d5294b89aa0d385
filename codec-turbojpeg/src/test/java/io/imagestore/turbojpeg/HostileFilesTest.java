package io.imagestore.turbojpeg;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.codec.Codecs;
import io.imagestore.codec.ImageCodec;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever the bytes are, each codec gives pixels or a typed exception, in a small heap, soon, and
 * its JVM lives on. {@code -Dtrials=N} changes how many files are tried.
 */
class HostileFilesTest {

  private static final int TRIALS = Integer.getInteger("trials", 1_000);

  static List<Class<? extends ImageCodec>> codecs() {
    return List.of(Codecs.require("jpeg").getClass(), Jpegs.codecOfTheJdk().getClass());
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void damagedFilesAndBombsAreSurvived(Class<? extends ImageCodec> codec, @TempDir Path folder)
      throws Exception {
    List<String> lines =
        Java.run(
            folder,
            List.of("-Xmx64m"),
            HostileFiles.class,
            codec.getName(),
            Integer.toString(TRIALS));

    assertThat(lines).last().asString().startsWith("survived " + TRIALS);
  }
}
