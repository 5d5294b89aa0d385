package io.imagestore.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.imagestore.LabeledImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** What may be an image's metadata: one JSON value on one line. */
public final class Metadata {

  // Its own limits on nesting (1000 levels) and on the length of numbers and names hold here.
  private static final JsonFactory JSON = new JsonFactory();

  private static final int SHOWN = 60;

  private Metadata() {}

  /**
   * Checks a text.
   *
   * @param json the text
   * @return it, with spaces in place of line breaks, which JSON only has between its tokens
   * @throws IllegalArgumentException if it isn't one JSON value, or is too long
   */
  public static String checked(String json) {
    requireLength(json);
    requireOneValue(json);
    return json.indexOf('\n') < 0 && json.indexOf('\r') < 0
        ? json
        : json.replace('\n', ' ').replace('\r', ' ');
  }

  private static void requireLength(String json) {
    // A char takes at least one byte, so that a huge text is refused before it is encoded.
    if (json.length() > LabeledImage.MAX_METADATA_BYTES
        || utf8(json).remaining() > LabeledImage.MAX_METADATA_BYTES) {
      throw new IllegalArgumentException(
          "metadata may take "
              + LabeledImage.MAX_METADATA_BYTES
              + " bytes in UTF-8, but this has "
              + json.length()
              + " characters: "
              + start(json));
    }
  }

  private static ByteBuffer utf8(String json) {
    try {
      return StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(json));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "metadata has half a surrogate pair, which UTF-8 can't hold: " + start(json), e);
    }
  }

  private static void requireOneValue(String json) {
    try (JsonParser parser = JSON.createParser(json)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw new IllegalArgumentException("metadata must be a JSON value, but there is none");
      }
      parser.skipChildren();
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException(
            "metadata must be one JSON value, but there is more behind it: " + start(json));
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "metadata must be JSON, but isn't: " + e.getOriginalMessage() + ", in " + start(json), e);
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory can't be read", e);
    }
  }

  private static String start(String json) {
    return json.length() <= SHOWN ? json : json.substring(0, SHOWN) + "...";
  }
}
