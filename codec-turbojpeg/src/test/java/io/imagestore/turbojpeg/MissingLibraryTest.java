package io.imagestore.turbojpeg;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.codec.Codecs;
import io.imagestore.codec.DecodeRegion;
import io.imagestore.codec.ImageCodec;
import io.imagestore.codec.ImageHeader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where libjpeg-turbo or the bridge to it can't be loaded, decoding goes on. */
class MissingLibraryTest {

  @TempDir private Path folder;

  private List<String> decodeWith(String... flags) throws Exception {
    return Java.run(folder, List.of(flags), Decoding.class);
  }

  @Test
  void theJdkDecodesAndOneLineOfTheLogSaysWhatToInstall() throws Exception {
    Path missing = folder.resolve("missing.so");

    List<String> lines = decodeWith("-Dimagestore.turbojpeg.library=" + missing);

    assertThat(lines).contains("JdkJpegCodec: true, true");
    assertThat(lines)
        .filteredOn(line -> line.contains("WARN io.imagestore"))
        .singleElement()
        .asString()
        .contains("libturbojpeg0", "jpeg-turbo", missing.toString());
  }

  @Test
  void aLibraryThatIsAnotherIsToldByTheFunctionItLacks() throws Exception {
    String other = System.mapLibraryName("java"); // any library that is there for sure
    String folderOfJdk = System.getProperty("os.name").startsWith("Windows") ? "bin" : "lib";
    Path library = Path.of(System.getProperty("java.home"), folderOfJdk, other);

    List<String> lines = decodeWith("-Dimagestore.turbojpeg.library=" + library);

    assertThat(lines)
        .contains("JdkJpegCodec: true, true")
        .anyMatch(line -> line.contains("no function tjInitDecompress"));
  }

  @Test
  void aBridgeThatCannotBeUnpackedIsNoErrorEither() throws Exception {
    List<String> lines =
        decodeWith(
            "-Djffi.boot.library.path=" + folder, // where its own library isn't
            "-Djffi.extract.dir=" + folder.resolve("missing"),
            "-Djava.io.tmpdir=" + folder.resolve("missing"));

    assertThat(lines).contains("JdkJpegCodec: true, true");
    assertThat(lines)
        .filteredOn(line -> line.contains("WARN io.imagestore"))
        .singleElement()
        .asString()
        .contains("-Djffi.extract.dir=FOLDER");
  }

  /** Decodes two files, and says by what and whether rightly. */
  static final class Decoding {

    private Decoding() {}

    public static void main(String[] arguments) {
      ImageCodec codec = Codecs.require("jpeg");
      System.out.println(
          codec.getClass().getSimpleName()
              + ": "
              + isRight(codec, "ycbcr-420")
              + ", "
              + isRight(codec, "cmyk"));
    }

    private static boolean isRight(ImageCodec codec, String name) {
      ByteBuffer file = ByteBuffer.wrap(Jpegs.file(name));
      ImageHeader header = codec.readHeader(file);
      byte[] pixels = new byte[(int) header.shape().byteCount()];
      codec.decode(file, header, DecodeRegion.whole(header.shape(), 1), ByteBuffer.wrap(pixels));
      return Arrays.equals(pixels, Jpegs.pixels(name));
    }
  }
}
