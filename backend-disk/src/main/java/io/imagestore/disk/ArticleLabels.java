package io.imagestore.disk;

import io.imagestore.CorruptStoreException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.spi.StoreFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Ids and labels of a folder as {@link ArticleFolder} writes it. A table with one row beside an
 * image of its number labels that image; a table of N rows with the number N labels the images 0 to
 * N - 1. The former goes before the latter, a longer table before a shorter one.
 */
final class ArticleLabels {
  private static final Pattern NUMBERED = Pattern.compile("(\\d{1,18})\\.(png|csv)");

  private final long[] ids;
  private final int[] labels;

  private ArticleLabels(long[] ids, int[] labels) {
    this.ids = ids;
    this.labels = labels;
  }

  static ArticleLabels read(Path folder) throws IOException {
    TreeSet<Long> images = new TreeSet<>();
    TreeSet<Long> tables = new TreeSet<>();
    for (Path entry : StoreFiles.entries(folder)) {
      Matcher name = NUMBERED.matcher(String.valueOf(entry.getFileName()));
      if (name.matches()) {
        (name.group(2).equals("png") ? images : tables).add(Long.parseLong(name.group(1)));
      }
    }
    return join(folder, images, tables);
  }

  /** Whether there is an image and a table that may label it. */
  static boolean areAt(Path folder) {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    boolean first = Files.isRegularFile(folder.resolve("0.png"));
    try (DirectoryStream<Path> tables = Files.newDirectoryStream(folder, "*.csv")) {
      for (Path table : tables) {
        OptionalLong number = number(table);
        if (number.isPresent()
            && (first || Files.isRegularFile(folder.resolve(number.getAsLong() + ".png")))) {
          return true;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return false; // what can't be read can't be recognised
    }
    return false;
  }

  private static OptionalLong number(Path file) {
    Matcher name = NUMBERED.matcher(String.valueOf(file.getFileName()));
    return name.matches() ? OptionalLong.of(Long.parseLong(name.group(1))) : OptionalLong.empty();
  }

  private static ArticleLabels join(Path folder, SortedSet<Long> images, SortedSet<Long> tables)
      throws IOException {
    Map<Long, Integer> ofOne = new HashMap<>();
    int[] ofMany = new int[0];
    for (long number : tables) {
      Path table = folder.resolve(number + ".csv");
      int[] rows = readTable(table);
      if (rows.length == 1 && images.contains(number)) {
        ofOne.put(number, rows[0]);
      } else if (rows.length == number) {
        ofMany = rows; // longer than those before, as the numbers ascend
      } else {
        throw new CorruptStoreException(
            "the label table "
                + table
                + " has "
                + rows.length
                + " rows, but by its name it should have one for image "
                + number
                + ", or "
                + number);
      }
    }
    long[] ids = images.stream().mapToLong(Long::longValue).toArray();
    int[] labels = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      Integer own = ofOne.get(ids[i]);
      if (own == null && ids[i] >= ofMany.length) {
        throw new UnsupportedStoreException(
            "image "
                + ids[i]
                + " in "
                + folder
                + " has no label: there is neither a "
                + ids[i]
                + ".csv with one row nor an N.csv with N rows, N over "
                + ids[i]);
      }
      labels[i] = own != null ? own : ofMany[(int) ids[i]];
    }
    return new ArticleLabels(ids, labels);
  }

  private static int[] readTable(Path table) throws IOException {
    int[] labels = new int[16];
    int count = 0;
    try (BufferedReader in = Files.newBufferedReader(table, StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (count == labels.length) {
          labels = Arrays.copyOf(labels, 2 * count);
        }
        try {
          labels[count] = Integer.parseInt(line.replace("|", "").strip());
        } catch (NumberFormatException e) {
          throw new CorruptStoreException(
              "line " + (count + 1) + " of the label table " + table + " is no whole number", e);
        }
        count++;
      }
    } catch (CharacterCodingException e) {
      throw new CorruptStoreException("the label table " + table + " isn't in UTF-8", e);
    }
    return Arrays.copyOf(labels, count);
  }

  int size() {
    return ids.length;
  }

  long id(int index) {
    return ids[index];
  }

  int label(int index) {
    return labels[index];
  }

  /** The place of an id, or a negative number. */
  int indexOf(long id) {
    return Arrays.binarySearch(ids, id);
  }

  /** Up to {@code count} ids that aren't lower than the first, ascending. */
  long[] idsFrom(long firstId, int count) {
    int found = indexOf(firstId);
    int from = found >= 0 ? found : -found - 1;
    return Arrays.copyOfRange(ids, from, from + Math.min(count, ids.length - from));
  }
}
