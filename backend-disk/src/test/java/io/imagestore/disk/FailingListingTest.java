package io.imagestore.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.testkit.ChildJvm;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Folders of which the system tells the first names, and then fails. Needs Linux and {@code
 * strace}.
 */
@EnabledIfEnvironmentVariable(
    named = "IMAGESTORE_PYTHON",
    matches = ".+",
    disabledReason = "IMAGESTORE_PYTHON isn't set, so the tools beside Java need not be there")
class FailingListingTest {
  private static final ImageShape SHAPE = new ImageShape(3, 4, 3);
  private static final String FAILURE = "ImageStoreException: Input/output error";

  @TempDir Path folder;

  @Test
  void aFolderThatCantBeListedToItsEndIsAFailureLikeAnyOther() throws IOException {
    Path article = Files.createDirectory(folder.resolve("article"));
    Path images = store("store").resolve("images/000");
    Path store = store("another");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    writeArticleFolder(article);

    assertThat(listingFails(article, images, store, empty))
        .containsExactly(
            "article " + FAILURE,
            "describe " + FAILURE,
            "open " + FAILURE,
            "create " + FAILURE,
            "export " + FAILURE,
            "scan 3 images",
            "batch IllegalStateException: the source broke, [java.nio.file.FileSystemException]",
            "flush " + FAILURE);
  }

  private Path store(String name) {
    Path path = folder.resolve(name);
    try (ImageStore store = DiskImageStore.open(path)) {
      store.putBatch(SampleImages.list(0, 3, SHAPE, 1));
    }
    return path;
  }

  private void writeArticleFolder(Path article) throws IOException {
    Files.copy(folder.resolve("store/images/000/0.png"), article.resolve("0.png"));
    Files.writeString(article.resolve("0.csv"), "7\n");
  }

  private List<String> listingFails(Path... listed) {
    Stream<String> wrapper =
        Stream.of(
            "strace",
            "-qq",
            "--follow-forks",
            "--seccomp-bpf",
            "--output=" + folder.resolve("log"),
            "--trace=getdents64",
            "--inject=getdents64:error=EIO:when=2+"); // the first looks whether it is an article's
    Stream<String> paths = Stream.of(listed).map(path -> "--trace-path=" + path);
    try (ChildJvm child =
        ChildJvm.startUnder(
            Stream.concat(wrapper, paths).toList(),
            List.of("-XX:-UsePerfData"), // which would be listed, too
            FailingListingTest.class,
            folder)) {
      return child.succeed();
    }
  }

  private interface Call {
    void run();
  }

  /** What the child does in the folder that it is given. */
  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    tell("article", () -> DiskImageStore.openReadOnly(folder.resolve("article")));
    try (ImageSource another = DiskImageStore.openReadOnly(folder.resolve("another"))) {
      tell("describe", another::info);
    }
    tell("open", () -> DiskImageStore.open(folder.resolve("another")));
    tell("create", () -> DiskImageStore.open(folder.resolve("empty")));
    try (ImageStore store = DiskImageStore.open(folder.resolve("store"))) {
      tell("export", () -> ImageFolder.export(store, folder.resolve("empty")));
      try (Stream<LabeledImage> images = store.stream(damage -> {})) {
        System.out.println("scan " + images.count() + " images");
      }
      Stream<LabeledImage> failing =
          SampleImages.stream(3, 2, SHAPE, 1)
              .peek(
                  image -> {
                    if (image.id() == 4) {
                      throw new IllegalStateException("the source broke");
                    }
                  });
      tell("batch", () -> store.putBatch(failing));
      store.put(SampleImages.labeled(5, SHAPE, 1));
      tell("flush", store::flush);
    } catch (ImageStoreException e) {
      // Closing tells once more that the flush has failed.
    }
  }

  private static void tell(String what, Call call) {
    try {
      call.run();
      System.out.println(what + " succeeded");
    } catch (RuntimeException e) {
      String message = String.valueOf(e.getMessage());
      String known =
          (message + e.getCause()).contains("Input/output error") ? "Input/output error" : message;
      List<String> suppressed =
          Stream.of(e.getSuppressed()).map(each -> each.getClass().getName()).toList();
      System.out.println(
          what
              + " "
              + e.getClass().getSimpleName()
              + ": "
              + known
              + (suppressed.isEmpty() ? "" : ", " + suppressed));
    }
  }
}
