package io.imagestore.turbojpeg;

import com.kenai.jffi.Library;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for the system's libjpeg-turbo; where it isn't, the log says once what to do. */
final class LibraryFinder {

  /** Names the library where it lies at no usual place. */
  static final String PATH_PROPERTY = "imagestore.turbojpeg.library";

  private static final Logger LOG = LoggerFactory.getLogger(TurboJpegCodec.class);

  private LibraryFinder() {}

  static Optional<TurboJpegLibrary> find() {
    List<String> failures = new ArrayList<>();
    for (String name : names()) {
      try {
        Library library = Library.openLibrary(name, Library.NOW | Library.LOCAL);
        if (library != null) {
          return Optional.of(new TurboJpegLibrary(library));
        }
        failures.add(Library.getLastError());
      } catch (LinkageError e) { // jffi's own library, or a function that an old TurboJPEG lacks
        failures.add(e.toString().lines().findFirst().orElse(""));
      }
    }
    LOG.warn(
        "libjpeg-turbo can't be used, so the JDK decodes JPEG, which takes about twice as long. Install it:"
            + " libturbojpeg0 on Debian and Ubuntu, turbojpeg on Fedora, jpeg-turbo of Homebrew, or its own installer"
            + " on Windows; or name it with -D{}=PATH. If a folder is mounted noexec, name another with"
            + " -Djffi.extract.dir=FOLDER. What failed: {}",
        PATH_PROPERTY,
        String.join("; ", failures));
    return Optional.empty();
  }

  private static List<String> names() {
    String path = System.getProperty(PATH_PROPERTY);
    if (path != null) {
      return List.of(path);
    }
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    if (system.contains("windows")) {
      return List.of("turbojpeg.dll", "C:\\libjpeg-turbo64\\bin\\turbojpeg.dll");
    }
    if (system.contains("mac")) {
      return List.of(
          "libturbojpeg.dylib",
          "/opt/homebrew/lib/libturbojpeg.dylib",
          "/usr/local/lib/libturbojpeg.dylib");
    }
    return List.of("libturbojpeg.so.0", "/opt/libjpeg-turbo/lib64/libturbojpeg.so.0");
  }
}
