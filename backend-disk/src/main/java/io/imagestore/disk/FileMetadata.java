package io.imagestore.disk;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;

/** The metadata of an image that came from a file: {@code {"file":"cat/1.jpg"}}, and texts. */
final class FileMetadata {

  private static final String FILE = "file";
  private static final JsonFactory JSON = new JsonFactory();

  private FileMetadata() {}

  /**
   * The metadata of an image.
   *
   * @param file the path of its file, relative, with {@code /} between names
   * @param further names and texts, written behind the file in this order; none is {@code file}
   * @return a JSON object
   */
  static String of(String file, Map<String, String> further) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField(FILE, file);
      for (Map.Entry<String, String> field : further.entrySet()) {
        json.writeStringField(field.getKey(), field.getValue());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory can't be written", e);
    }
    return text.toString();
  }

  /**
   * The path of the file that an image came from, as its metadata has it. It may say anything.
   *
   * @param metadata one JSON value
   * @return empty if it isn't an object with a text named {@code file}
   */
  static Optional<String> file(String metadata) {
    try (JsonParser json = JSON.createParser(metadata)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return Optional.empty();
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        boolean isFile = json.currentName().equals(FILE);
        JsonToken value = json.nextToken();
        if (isFile) {
          return value == JsonToken.VALUE_STRING ? Optional.of(json.getText()) : Optional.empty();
        }
        json.skipChildren();
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("metadata has been checked to be JSON", e);
    }
  }
}
