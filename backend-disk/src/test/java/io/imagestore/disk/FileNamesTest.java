package io.imagestore.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.disk.FileNames.Name;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told by the name of a file. */
class FileNamesTest {

  @ParameterizedTest
  @ValueSource(strings = {"/data/store/images/000/", "C:\\data\\store\\images\\000\\", ""})
  void theNameIsUnderstoodWhateverStandsBetweenFolders(String folders) {
    assertThat(FileNames.of(path(folders, "17-471.png"))).isEqualTo(new Name(17, 471, "png"));
    assertThat(FileNames.of(path(folders, "17.jpg"))).isEqualTo(new Name(17, 17, "jpg"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"notes.txt", "17", "17.PNG", "1-2-3.png", "9223372036854775808.png", "a\\17.png"})
  void anotherNameIsNoneOfOurs(String name) {
    assertThat(FileNames.of(path("/data/store/images/000/", name))).isNull();
  }

  @Test
  void aNameLeadsToItsPathAndBack() {
    Name name = new Name(17, 1_234_567, "png");

    assertThat(name.path()).isEqualTo("images/001/234/17-1234567.png");
    assertThat(FileNames.of(Path.of(name.path()))).isEqualTo(name);
  }

  /** A path as another system writes it. */
  private static Path path(String folders, String name) {
    return (Path)
        Proxy.newProxyInstance(
            Path.class.getClassLoader(),
            new Class<?>[] {Path.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getFileName" -> Path.of(name);
                  case "toString" -> folders + name;
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }
}
