package io.imagestore.examples.timings;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All that came out of an experiment: the contents of {@code timings.json}. */
public record Timings(Environment environment, List<Result> results) {

  /** The results of one kind, in the order in which they were made. */
  public Stream<Result> of(Operation... operations) {
    List<Operation> wanted = List.of(operations);
    return results.stream().filter(result -> wanted.contains(result.operation()));
  }

  /** The result of one measurement, where it was made. */
  public Optional<Result> find(Operation operation, String backend, int images) {
    return of(operation)
        .filter(result -> result.backend().equals(backend) && result.images() == images)
        .findFirst();
  }

  /** The backends, in the order in which they took their turns. */
  public List<String> backends() {
    return results.stream().map(Result::backend).distinct().toList();
  }

  /** The numbers of images that were stored, ascending, the single one among them. */
  public List<Integer> counts() {
    return results.stream().map(Result::images).distinct().sorted().toList();
  }

  /** The most images that were stored. */
  public int mostImages() {
    return results.stream().mapToInt(Result::images).max().orElseThrow();
  }

  /** The file's text. */
  public String toJson() {
    DefaultIndenter newLine = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter().withObjectIndenter(newLine);
    try {
      return new ObjectMapper().writer(printer).writeValueAsString(this) + "\n";
    } catch (IOException e) {
      throw new IllegalStateException("records can't be written as JSON", e);
    }
  }
}
