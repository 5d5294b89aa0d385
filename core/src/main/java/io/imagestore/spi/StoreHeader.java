package io.imagestore.spi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.imagestore.CorruptStoreException;
import io.imagestore.UnsupportedStoreException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What each store says of itself in its own files, as one line of JSON: {@code
 * {"format":"imagestore-disk","version":1,"labelNames":["cat","dog"]}}. Fields that a later release
 * adds are passed over. Immutable.
 *
 * @param format {@code imagestore-} and the backend's name
 * @param version the format's version; a higher one can't be read
 * @param labelNames the name of label 0, of label 1, and so on
 */
public record StoreHeader(String format, int version, List<String> labelNames) {

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /**
   * Copies the list; a missing one is empty.
   *
   * @param format {@code imagestore-} and the backend's name
   * @param version the format's version, at least 1
   * @param labelNames the name of label 0, of label 1, and so on
   */
  public StoreHeader {
    labelNames = labelNames == null ? List.of() : List.copyOf(labelNames);
  }

  /**
   * The header in JSON, as {@link #parse} reads it.
   *
   * @return one line
   */
  public String toJson() {
    // A mapper would take a fifth of the time that making a store takes.
    return labelNames.stream()
        .map(StoreHeader::quoted)
        .collect(
            Collectors.joining(
                ",",
                "{\"format\":" + quoted(format) + ",\"version\":" + version + ",\"labelNames\":[",
                "]}"));
  }

  private static String quoted(String text) {
    return '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }

  /**
   * Reads a header and checks that the store can be read by this release.
   *
   * @param json the header's text
   * @param format the format it should be
   * @param version the highest version that can be read
   * @param store where it lies, for messages
   * @return the header
   * @throws CorruptStoreException if the text is no header
   * @throws UnsupportedStoreException if the store is of another format or of a later version
   */
  public static StoreHeader parse(String json, String format, int version, Path store) {
    StoreHeader header;
    try {
      header = JSON.readValue(json, StoreHeader.class);
    } catch (JsonProcessingException e) {
      throw new CorruptStoreException(
          "the header of store "
              + store
              + " is damaged: "
              + e.getOriginalMessage()
              + "; restore it from a copy",
          e);
    }
    if (header == null || header.format == null || header.version < 1) {
      throw new CorruptStoreException(
          "the header of store "
              + store
              + " is damaged: it has no format and version; restore it from a copy");
    }
    if (!header.format.equals(format)) {
      throw new UnsupportedStoreException(
          "store "
              + store
              + " is of format '"
              + header.format
              + "', but '"
              + format
              + "' was expected");
    }
    if (header.version > version) {
      throw new UnsupportedStoreException(
          "store "
              + store
              + " has version "
              + header.version
              + " of its format, but this release reads up to version "
              + version
              + "; use a newer release");
    }
    return header;
  }
}
