package io.imagestore.loader;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * How far a training run has come with its data, in a few numbers, and what it read. Where all
 * ranks keep step, as they do when they average gradients, they have equal states, and one of them
 * is enough to resume on any number of ranks.
 *
 * @param epoch the epoch, at least 0
 * @param seen how many samples of the epoch were handed to the callers, on all ranks together: the
 *     run goes on behind them. From 0 to the number of samples of the epoch
 * @param samples how many samples the source has, or the part of it that is read, at least 0
 * @param source a fingerprint of their ids, and of the labels of some of them
 * @param order the text of the {@link Order}
 * @param seed the seed of the augmentations
 * @param batchSize samples a batch and rank, at least 1
 */
public record LoaderState(
    long epoch, long seen, long samples, long source, String order, long seed, int batchSize) {

  private static final String FORMAT = "imagestore-loader-state";
  private static final int VERSION = 1;
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /**
   * Checks the numbers.
   *
   * @param epoch the epoch, at least 0
   * @param seen how many samples of the epoch were handed out, at least 0
   * @param samples how many samples the source has, at least 0
   * @param source a fingerprint of the source's ids and of some labels
   * @param order the text of the order
   * @param seed the seed of the augmentations
   * @param batchSize samples a batch and rank, at least 1
   * @throws IllegalArgumentException if one of them is out of its range
   */
  public LoaderState {
    Arguments.notNegative(epoch, "epoch");
    Arguments.notNegative(seen, "seen");
    Arguments.notNegative(samples, "samples");
    Arguments.positive(batchSize, "batchSize");
    Objects.requireNonNull(order, "order");
  }

  /**
   * The state as one line of JSON, to be kept beside a checkpoint of the model.
   *
   * @return the JSON
   */
  public String toJson() {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("format", FORMAT);
    json.put("version", VERSION);
    json.put("epoch", epoch);
    json.put("seen", seen);
    json.put("samples", samples);
    json.put("source", "%016x".formatted(source));
    json.put("order", order);
    json.put("seed", seed);
    json.put("batchSize", batchSize);
    return json.toString();
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @param json the JSON
   * @return the state
   * @throws IllegalArgumentException if it is no such JSON, or of a version that isn't known here;
   *     the message tells which
   */
  public static LoaderState parse(String json) {
    JsonNode state = read(json);
    if (!FORMAT.equals(state.path("format").asText())) {
      throw malformed("it has no \"format\": \"" + FORMAT + "\"", json);
    }
    long version = number(state, "version", json);
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "The loader state has version "
              + version
              + ", but this ImageStore reads version "
              + VERSION
              + " only; resume with the ImageStore that wrote it");
    }
    return new LoaderState(
        number(state, "epoch", json),
        number(state, "seen", json),
        number(state, "samples", json),
        fingerprint(state, json),
        text(state, "order", json),
        number(state, "seed", json),
        intNumber(state, "batchSize", json));
  }

  /**
   * Makes sure that a run with a state of its own can go on from this one: all but epoch and seen
   * has to be the same.
   *
   * @throws IllegalArgumentException if it isn't; the message tells everything that differs
   */
  void requireFits(LoaderState own) {
    List<String> differences = new ArrayList<>();
    compare("number of samples", samples, own.samples, differences);
    compare("source", "%016x".formatted(source), "%016x".formatted(own.source), differences);
    compare("order", order, own.order, differences);
    compare("seed", seed, own.seed, differences);
    compare("batch size", batchSize, own.batchSize, differences);
    if (!differences.isEmpty()) {
      throw new IllegalArgumentException(
          "The state is from another run: "
              + String.join("; ", differences)
              + ". Build the loader as that run did, or start anew");
    }
  }

  private static void compare(String name, Object here, Object there, List<String> differences) {
    if (!here.equals(there)) {
      differences.add(name + " is " + here + " in the state, but " + there + " in this loader");
    }
  }

  private static JsonNode read(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "This is no loader state, for it is no JSON: " + shortened(json), e);
    }
  }

  private static long number(JsonNode state, String name, String json) {
    JsonNode value = state.path(name);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw malformed("\"" + name + "\" is no whole number of 64 bits", json);
    }
    return value.longValue();
  }

  private static int intNumber(JsonNode state, String name, String json) {
    long value = number(state, name, json);
    if (value != (int) value) {
      throw malformed("\"" + name + "\" is no whole number of 32 bits", json);
    }
    return (int) value;
  }

  private static long fingerprint(JsonNode state, String json) {
    String digits = text(state, "source", json);
    if (!digits.matches("[0-9a-f]{16}")) {
      throw malformed("\"source\" isn't 16 hexadecimal digits", json);
    }
    return Long.parseUnsignedLong(digits, 16);
  }

  private static String text(JsonNode state, String name, String json) {
    JsonNode value = state.path(name);
    if (!value.isTextual()) {
      throw malformed("\"" + name + "\" is no text", json);
    }
    return value.textValue();
  }

  private static IllegalArgumentException malformed(String reason, String json) {
    return new IllegalArgumentException(
        "This is no loader state, for " + reason + ": " + shortened(json));
  }

  private static String shortened(String json) {
    return json.length() <= 200 ? json : json.substring(0, 200) + "...";
  }
}
