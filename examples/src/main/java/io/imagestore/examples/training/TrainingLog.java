package io.imagestore.examples.training;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;

/** What a run has done so far: the contents of {@code training.json}. */
public record TrainingLog(Run run, List<EpochResult> epochs) {

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
