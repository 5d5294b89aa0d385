package io.imagestore.hdf5.format;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Which datasets of a root group make a table.
 *
 * @param rows the names of those that are equally long, each with one value a row
 * @param blobs the names of those that hold bytes which rows refer to, each as long as it takes
 */
public record TableSchema(List<String> rows, List<String> blobs) {

  /**
   * Copies the lists.
   *
   * @param rows the names of datasets with one value a row
   * @param blobs the names of datasets of bytes
   */
  public TableSchema {
    rows = List.copyOf(rows);
    blobs = List.copyOf(blobs);
  }

  /** All of them, in the order of a table's columns. */
  List<String> names() {
    List<String> names = new ArrayList<>(rows);
    names.addAll(blobs);
    return names;
  }

  /** How many of them there are. */
  long countIn(Collection<String> present) {
    return names().stream().filter(present::contains).count();
  }
}
