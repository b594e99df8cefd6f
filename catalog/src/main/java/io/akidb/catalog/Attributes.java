package io.akidb.catalog;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Reads attributes out of payloads that {@link RecordValidator} has passed. */
public final class Attributes {
  private Attributes() {}

  /**
   * The declared attributes that the payload has, by name. Nulls are left out, and so is what has
   * not the declared type. Of a name that stands twice the last one counts.
   *
   * @throws IllegalArgumentException if the payload is not JSON
   */
  public static Map<String, AttributeValue> parse(
      byte @Nullable [] payload, CollectionSchema schema) {
    SortedMap<String, AttributeType> declared = schema.attributes();
    if (payload == null || declared.isEmpty()) {
      return Map.of();
    }
    Map<String, AttributeValue> values = new HashMap<>();
    try (JsonParser parser = PayloadJson.open(payload)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          AttributeType type = declared.get(name);
          if (type == null) {
            parser.skipChildren();
            continue;
          }
          AttributeValue value = PayloadJson.read(parser, type);
          if (value == null) {
            values.remove(name);
          } else {
            values.put(name, value);
          }
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("the payload is not a JSON object", e);
    }
    return values;
  }

  /**
   * A top-level field of the payload by the type it has in JSON: a string, a list of strings, a
   * whole number of 64 bits, another finite number, true or false. Null if it is anything else or
   * missing. Of a name that stands twice the last one counts.
   *
   * @throws IllegalArgumentException if the payload is not JSON
   */
  public static @Nullable AttributeValue find(byte @Nullable [] payload, String name) {
    if (payload == null) {
      return null;
    }
    AttributeValue found = null;
    try (JsonParser parser = PayloadJson.open(payload)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          boolean wanted = parser.currentName().equals(name);
          parser.nextToken();
          if (wanted) {
            found = PayloadJson.infer(parser);
          } else {
            parser.skipChildren();
          }
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("the payload is not a JSON object", e);
    }
    return found;
  }
}
