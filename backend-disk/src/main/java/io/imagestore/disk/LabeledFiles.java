package io.imagestore.disk;

import io.imagestore.CorruptStoreException;
import io.imagestore.UnsupportedStoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The files that a table names, row by row, with their labels as they are written there. */
final class LabeledFiles implements FileList {

  private static final String FILE = "file";
  private static final String LABEL = "label";

  /** Metadata takes longer ones, but not long ones. */
  private static final int MAX_NAME_CHARS = 1000;

  private final Path folder;
  private final Path table;
  private final CsvReader rows;
  private final TableLabels labels;
  private final List<String> columns;
  private final int fileColumn;
  private final int labelColumn;

  /** Opens a table and reads its first line, which names its columns. */
  static LabeledFiles open(Path folder, Path table, TableLabels labels) throws IOException {
    CsvReader rows = CsvReader.open(table);
    boolean opened = false;
    try {
      LabeledFiles files = new LabeledFiles(folder, table, rows, labels);
      opened = true;
      return files;
    } finally {
      if (!opened) {
        rows.close();
      }
    }
  }

  private LabeledFiles(Path folder, Path table, CsvReader rows, TableLabels labels)
      throws IOException {
    this.folder = folder;
    this.table = table;
    this.rows = rows;
    this.labels = labels;
    List<String> header = rows.next();
    this.columns = header == null ? List.of() : header;
    this.fileColumn = column(FILE);
    this.labelColumn = column(LABEL);
    requireNames();
  }

  private void requireNames() {
    if (columns.stream().distinct().count() < columns.size()) {
      throw damaged("two columns have one name in " + columns);
    }
    if (columns.stream().anyMatch(name -> name.length() > MAX_NAME_CHARS)) {
      throw damaged("a column's name has over " + MAX_NAME_CHARS + " characters");
    }
  }

  private int column(String name) {
    int column = columns.indexOf(name);
    if (column < 0) {
      throw new UnsupportedStoreException(
          "the table "
              + table
              + " has no column '"
              + name
              + "' in its first line, but "
              + columns
              + "; its columns 'file' and 'label' are read, with commas between them");
    }
    return column;
  }

  /** A row's file and label. */
  private record Row(List<String> fields, List<String> path, String label) {}

  private @Nullable Row nextRow() throws IOException {
    List<String> fields = rows.next();
    if (fields == null) {
      return null;
    }
    if (fields.size() != columns.size()) {
      throw damaged(
          "it has " + fields.size() + " fields, but there are " + columns.size() + " columns");
    }
    String file = fields.get(fileColumn);
    Optional<List<String>> path = RelativePath.names(file);
    if (path.isEmpty()) {
      throw new UnsupportedStoreException(
          "line "
              + rows.line()
              + " of the table "
              + table
              + ": the file '"
              + file
              + "' isn't surely in "
              + folder
              + "; a path has to be relative, with / between names, and without . or ..");
    }
    String label = fields.get(labelColumn);
    if (label.isEmpty()) {
      throw damaged("the file '" + file + "' has no label");
    }
    return new Row(fields, path.get(), label);
  }

  private CorruptStoreException damaged(String problem) {
    return CsvReader.damaged(table, rows.line(), problem);
  }

  /** Goes through all rows, and notes what labels there are. */
  void collectLabels() throws IOException {
    for (Row row = nextRow(); row != null; row = nextRow()) {
      labels.add(row.label, rows.line());
    }
  }

  @Override
  public @Nullable Item next(Report report) throws IOException {
    Row row = nextRow();
    if (row == null) {
      return null;
    }
    Integer label = labels.find(row.label);
    if (label == null) {
      throw damaged("the label '" + row.label + "' is new; the table has changed");
    }
    String metadata = FileMetadata.of(row.fields.get(fileColumn), further(row));
    return new Item(RelativePath.below(folder, row.path), label, metadata, true);
  }

  private Map<String, String> further(Row row) {
    Map<String, String> further = new LinkedHashMap<>();
    for (int column = 0; column < columns.size(); column++) {
      if (column != fileColumn && column != labelColumn) {
        further.put(columns.get(column), row.fields.get(column));
      }
    }
    return further;
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
