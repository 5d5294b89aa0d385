package io.imagestore.disk;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a table's labels mean. If all are whole numbers, they are taken as they are; otherwise they
 * are names, and the place of a name among all, sorted, is its label.
 */
final class TableLabels {

  private static final Pattern NUMBER = Pattern.compile("-?\\d+");

  private final Path table;

  /** Each label as it is written, and the first line that has it. */
  private final TreeMap<String, Integer> lines = new TreeMap<>(CodePointOrder.INSTANCE);

  private final Map<String, Integer> labels = new HashMap<>();
  private List<String> names = List.of();

  TableLabels(Path table) {
    this.table = table;
  }

  void add(String text, int line) {
    lines.putIfAbsent(text, line);
  }

  /** Decides, once all have been added. */
  void settle() {
    if (lines.keySet().stream().allMatch(text -> NUMBER.matcher(text).matches())) {
      lines.forEach((text, line) -> labels.put(text, number(text, line)));
    } else {
      names = List.copyOf(lines.keySet());
      for (String name : names) {
        labels.put(name, labels.size());
      }
    }
    lines.clear();
  }

  private int number(String text, int line) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw CsvReader.damaged(table, line, "the label " + text + " has over 32 bits");
    }
  }

  /** What a label stands for; null if it hasn't been added. */
  @Nullable Integer find(String text) {
    return labels.get(text);
  }

  /** The names of the labels from 0 on; none if they are numbers. */
  List<String> names() {
    return names;
  }
}
