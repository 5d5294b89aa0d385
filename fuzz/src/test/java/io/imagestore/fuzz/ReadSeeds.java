package io.imagestore.fuzz;

/** Lets a target read what a fuzzer starts from, whole and cut, without a fuzzer. */
final class ReadSeeds {

  private ReadSeeds() {}

  /**
   * Reads them.
   *
   * @param args the target's name
   * @throws ReflectiveOperationException if a seed is neither read nor refused by a typed exception
   */
  public static void main(String[] args) throws ReflectiveOperationException {
    Class.forName(args[0]).getMethod("fuzzerInitialize").invoke(null);
  }
}
