package io.imagestore.examples.timings;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What there is to know of the machine and the JVM.
 *
 * @param java version and vendor of the JVM
 * @param operatingSystem name, version and architecture
 * @param processor the model, as far as the system tells
 * @param processors how many the JVM may use
 * @param memoryBytes of the machine, or of the container around
 * @param maxHeapBytes of the JVM
 * @param fileSystem type of the file system the stores lie in
 */
public record Machine(
    String java,
    String operatingSystem,
    String processor,
    int processors,
    long memoryBytes,
    long maxHeapBytes,
    String fileSystem) {

  /**
   * The one this program runs on.
   *
   * @param folder where the stores lie
   * @throws IOException when its file system can't be told
   */
  public static Machine ofThis(Path folder) throws IOException {
    return new Machine(
        properties("java.runtime.version", "java.vendor"),
        properties("os.name", "os.version", "os.arch"),
        processorModel(),
        Runtime.getRuntime().availableProcessors(),
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize(),
        Runtime.getRuntime().maxMemory(),
        Files.getFileStore(folder).type());
  }

  private static String properties(String... names) {
    return Stream.of(names).map(System::getProperty).collect(Collectors.joining(" "));
  }

  /** Only Linux tells it in a file. */
  private static String processorModel() {
    Path cpuinfo = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(cpuinfo)) {
      return "unknown";
    }
    try (Stream<String> lines = Files.lines(cpuinfo)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }
}
