package io.akidb.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** JSON as the command line reads and writes it. */
public final class Json {
  private static final JsonMapper COMPACT =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final JsonMapper PRETTY =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private Json() {}

  /** A new object. */
  public static ObjectNode object() {
    return COMPACT.createObjectNode();
  }

  /** Any value as a tree. */
  public static JsonNode tree(Object value) {
    return COMPACT.valueToTree(value);
  }

  /**
   * Reads a text that a program wrote.
   *
   * @param what for the message
   * @throws CliException of exit code 1 if it is not JSON
   */
  public static JsonNode parse(String text, String what) {
    try {
      return COMPACT.readTree(text);
    } catch (JsonProcessingException e) {
      throw CliException.failed(what + " is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Reads a text that the user gave, on the command line or in a file.
   *
   * @param what for the message
   * @throws CliException of exit code 2 if it is not JSON
   */
  public static JsonNode parseGiven(String text, String what) {
    try {
      return COMPACT.readTree(text);
    } catch (JsonProcessingException e) {
      throw CliException.usage(what + " is not JSON: " + e.getOriginalMessage());
    }
  }

  /** In one line. */
  public static String line(JsonNode value) {
    return write(COMPACT, value);
  }

  /** For reading by people. */
  public static String pretty(JsonNode value) {
    return write(PRETTY, value);
  }

  private static String write(JsonMapper mapper, JsonNode value) {
    try {
      return mapper.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree is always writable", e);
    }
  }
}
