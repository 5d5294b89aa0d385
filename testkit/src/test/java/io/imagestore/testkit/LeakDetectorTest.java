package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LeakDetectorTest {

  private final LeakDetector leaks = new LeakDetector();

  @Test
  void aStoreLeftOpenIsReportedWithTheStackThatOpenedIt() {
    leaks.track(MemoryImageStore.open());

    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(leaks::assertNothingOpen)
        .satisfies(
            error ->
                org.assertj.core.api.Assertions.assertThat(error.getSuppressed()[0].getStackTrace())
                    .anyMatch(frame -> frame.getMethodName().startsWith("aStoreLeftOpen")));
  }

  @Test
  void aStreamLeftOpenIsReported() {
    try (ImageStore store = leaks.track(MemoryImageStore.open())) {
      Stream<LabeledImage> forgotten = store.stream();
      forgotten.forEach(image -> {});
    }

    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(leaks::assertNothingOpen)
        .withMessageContaining("1 stores or streams");
  }

  @Test
  void whatWasClosedIsNotReported() {
    try (ImageStore store = leaks.track(MemoryImageStore.open());
        Stream<LabeledImage> images = store.stream()) {
      images.forEach(image -> {});
    }

    assertThatCode(leaks::assertNothingOpen).doesNotThrowAnyException();
  }
}
