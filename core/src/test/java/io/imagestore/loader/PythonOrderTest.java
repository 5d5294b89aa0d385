package io.imagestore.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code python/imagestore_order.py} gives what Java gives. */
@EnabledIfEnvironmentVariable(
    named = Python.VARIABLE,
    matches = ".+",
    disabledReason = Python.REASON)
class PythonOrderTest {

  @Test
  void shufflesAsJavaDoes() throws IOException, InterruptedException {
    String printed =
        Python.run(
            "-c",
            """
            from imagestore_order import permutation
            for size in 1, 2, 5, 1000, 65536, 65537, 1000000, 2**40 + 1, 2**63 - 1:
                index = permutation(-3, 8, size)
                for position in range(min(size, 100)):
                    print(index(position))
            """);

    assertThat(printed)
        .isEqualTo(
            LongStream.of(1, 2, 5, 1000, 65536, 65537, 1000000, (1L << 40) + 1, Long.MAX_VALUE)
                .mapToObj(size -> Permutation.of(-3, 8, size))
                .flatMapToLong(
                    order -> LongStream.range(0, Math.min(order.size(), 100)).map(order::get))
                .mapToObj(index -> index + "\n")
                .collect(Collectors.joining()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"order", "bits"})
  void stillMakesThePublishedVectors(String name) throws IOException, InterruptedException {
    try (InputStream published = getClass().getResourceAsStream(name + ".csv")) {
      assertThat(Python.run("src/test/python/order_vectors.py", name))
          .isEqualTo(new String(published.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
