package io.imagestore.lmdb;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.FailingSystemCallsContract;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;

final class LmdbFailingSystemCallsTest extends FailingSystemCallsContract {

  @TempDir Path libraries;

  @Override
  protected ImageStoreProvider provider() {
    return new LmdbImageStoreProvider();
  }

  /**
   * Spares jffi from unpacking its library: it doesn't notice if one of its writes fails, and to
   * load what it has then ends the JVM.
   */
  @Override
  protected List<String> jvmOptions() throws IOException {
    String name = System.mapLibraryName("jffi-1.2");
    String machine = System.getProperty("os.arch").replace("amd64", "x86_64");
    Path library = libraries.resolve(name);
    if (!Files.exists(library)) {
      String packed = "jni/" + machine + "-Linux/" + name;
      try (InputStream in = ClassLoader.getSystemResourceAsStream(packed)) {
        Files.copy(Objects.requireNonNull(in, packed), library);
      }
    }
    return List.of("-Djffi.boot.library.path=" + libraries);
  }
}
