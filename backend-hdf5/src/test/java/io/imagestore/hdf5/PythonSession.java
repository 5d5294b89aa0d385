package io.imagestore.hdf5;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** One interpreter that runs many programs, each with names of its own: h5py is loaded once. */
final class PythonSession implements AutoCloseable {

  /** Runs what each line holds, and answers with a line: nothing, or what went wrong. */
  private static final String LOOP =
      """
      import sys, traceback
      from base64 import b64decode, b64encode
      for line in sys.stdin:
          failure = ''
          try:
              exec(b64decode(line).decode(), {'__name__': '__main__'})
          except BaseException:
              failure = traceback.format_exc()
          print(b64encode(failure.encode()).decode(), flush=True)
      """;

  private final Process process;
  private final BufferedWriter programs;
  private final BufferedReader answers;

  /** Starts the interpreter that the environment names. */
  PythonSession() throws IOException {
    process =
        new ProcessBuilder(System.getenv(Python.VARIABLE), "-c", LOOP)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    programs = process.outputWriter(StandardCharsets.US_ASCII);
    answers = process.inputReader(StandardCharsets.US_ASCII);
  }

  /** Runs a program, which prints nothing, to its end. */
  void run(String program) throws IOException {
    programs.write(
        Base64.getEncoder().encodeToString(program.getBytes(StandardCharsets.UTF_8)) + "\n");
    programs.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new AssertionError("Python died of this program:\n" + program);
    }
    if (!answer.isEmpty()) {
      throw new AssertionError(
          new String(Base64.getDecoder().decode(answer), StandardCharsets.UTF_8));
    }
  }

  @Override
  public void close() {
    process.destroy();
  }
}
