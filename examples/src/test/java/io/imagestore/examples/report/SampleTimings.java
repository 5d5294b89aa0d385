package io.imagestore.examples.report;

import io.imagestore.examples.timings.Environment;
import io.imagestore.examples.timings.Machine;
import io.imagestore.examples.timings.Operation;
import io.imagestore.examples.timings.Result;
import io.imagestore.examples.timings.Timings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What an experiment may give, with invented figures. */
final class SampleTimings {
  private SampleTimings() {}

  static Timings of(boolean synthetic, String... backends) {
    List<Result> results = new ArrayList<>();
    for (Operation operation : Operation.values()) {
      for (String backend : backends) {
        if (operation.parallel()) {
          results.add(result(operation, backend, 100, 1));
          results.add(result(operation, backend, 100, 2));
        } else if (operation == Operation.STORE_MANY || operation == Operation.READ_MANY) {
          results.add(result(operation, backend, 10, 1));
          results.add(result(operation, backend, 100, 1));
        } else {
          results.add(result(operation, backend, 1, 1));
        }
      }
    }
    return new Timings(environment(synthetic), results);
  }

  private static Result result(Operation operation, String backend, int images, int threads) {
    double seconds = images * backend.length() * 1e-3;
    boolean single = images == 1;
    boolean writing = operation == Operation.READ_PARALLEL_WHILE_WRITING;
    return new Result(
        operation,
        backend,
        images,
        seconds,
        4096L * images,
        seconds,
        seconds / 2,
        seconds * 2,
        List.of(seconds, seconds / 2, seconds * 2),
        images / seconds,
        threads,
        true,
        operation.reads() ? true : null,
        single ? seconds * 10 : null,
        operation.reads() ? null : seconds * 1.5,
        writing ? 123.0 : null);
  }

  private static Environment environment(boolean synthetic) {
    return new Environment(
        "2026-11-22T12:00:00Z",
        "0.1.0",
        new Machine(
            "17",
            "Linux",
            "a processor with <angle brackets>",
            2,
            8_000_000_000L,
            512_000_000,
            "ext4"),
        new Environment.Data(
            synthetic ? "SYNTHETIC images" : "CIFAR-10", synthetic, 50, "32x32x3", 3072),
        Map.of("disk", "at close"),
        3,
        2,
        200_000_000,
        50_000_000,
        12.5);
  }
}
