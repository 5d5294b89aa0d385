package io.imagestore.testkit;

import io.imagestore.ImageStoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Collects what the stores say to those who use them: the message of each {@link
 * ImageStoreException} that a module's tests provoke, with its type, one of each kind, in {@code
 * target/messages.txt} for a person to read. Fails if one is such as no person wrote.
 *
 * <p>JUnit finds it by itself where {@code junit.jupiter.extensions.autodetection.enabled} is set,
 * and only there.
 */
public final class ProvokedMessages implements BeforeAllCallback {

  private static final Path FOLDER = Path.of("target");
  private static final String THROWN = "jdk.JavaExceptionThrow";
  private static final Pattern NUMBERS = Pattern.compile("-?[0-9]+");
  private static final Pattern FOLDERS = Pattern.compile("/\\S*?/junit-?[0-9]+");
  private static final Pattern UNWRITTEN =
      Pattern.compile(
          "^\\s*$|\\bnull\\b|(?<![/\\w])(io\\.imagestore|java|jdk)\\.\\w+|[$]Lambda|\\[[BIJL]@");

  /** For JUnit. */
  public ProvokedMessages() {}

  @Override
  public void beforeAll(ExtensionContext context) {
    context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(ProvokedMessages.class))
        .computeIfAbsent("collector", key -> new Collector());
  }

  /** Whether a message lacks words, or holds some of the machine's own. */
  static boolean isUnwritten(String message) {
    return UNWRITTEN.matcher(message).find();
  }

  /** Listens to the JVM until the last test has ended. */
  private static final class Collector implements AutoCloseable {
    private final Recording recording = new Recording();

    Collector() {
      recording.enable(THROWN).withoutStackTrace();
      recording.start();
    }

    @Override
    public void close() throws IOException {
      Path file = Files.createTempFile("thrown", ".jfr");
      try (recording) {
        recording.stop();
        recording.dump(file);
        SortedMap<String, String> messages = messagesIn(file);
        if (Files.isDirectory(FOLDER)) {
          Files.write(FOLDER.resolve("messages.txt"), messages.values());
        }
        List<String> unwritten =
            messages.values().stream().filter(Collector::hasUnwrittenMessage).toList();
        if (!unwritten.isEmpty()) {
          throw new AssertionError("no person wrote:\n" + String.join("\n", unwritten));
        }
      } finally {
        Files.delete(file);
      }
    }

    private static boolean hasUnwrittenMessage(String line) {
      return isUnwritten(line.substring(line.indexOf(": ") + 2));
    }

    /** One of each kind: such as differ in numbers alone count as one. */
    private static SortedMap<String, String> messagesIn(Path file) throws IOException {
      SortedMap<String, String> messages = new TreeMap<>();
      try (RecordingFile events = new RecordingFile(file)) {
        while (events.hasMoreEvents()) {
          RecordedEvent event = events.readEvent();
          if (event.getEventType().getName().equals(THROWN) && isOurs(event)) {
            String type = event.getClass("thrownClass").getName();
            String message =
                FOLDERS.matcher(String.valueOf(event.getString("message"))).replaceAll("/data");
            String line = type.substring(type.lastIndexOf('.') + 1) + ": " + message;
            messages.putIfAbsent(NUMBERS.matcher(line).replaceAll("#"), line);
          }
        }
      }
      return messages;
    }

    private static boolean isOurs(RecordedEvent event) {
      String type = event.getClass("thrownClass").getName();
      try {
        return type.startsWith("io.imagestore.")
            && ImageStoreException.class.isAssignableFrom(Class.forName(type));
      } catch (ClassNotFoundException e) {
        return false; // of another loader, such as a test's own
      }
    }
  }
}
