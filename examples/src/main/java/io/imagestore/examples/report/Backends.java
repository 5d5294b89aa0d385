package io.imagestore.examples.report;

/** What the backends keep images in. */
final class Backends {
  private Backends() {}

  /** A backend's name as readers of a chart know it. */
  static String title(String backend) {
    return switch (backend) {
      case "disk" -> "PNG files";
      case "lmdb" -> "LMDB";
      case "hdf5" -> "HDF5";
      default -> backend;
    };
  }
}
