package io.akidb.catalog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON object of ours strictly: each field has its type and lies in its range, none is
 * missing, and none is unknown, since writing the object back would lose it.
 */
final class JsonFields {
  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(16)
                          .maxNumberLength(32)
                          .maxNameLength(256)
                          .maxStringLength(8192)
                          .build())
                  .build())
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final JsonNode node;
  private final String where;
  private final Set<String> read = new HashSet<>();

  private JsonFields(JsonNode node, String where) {
    if (!node.isObject()) {
      throw new CorruptManifestException(where + ": is not an object", null);
    }
    this.node = node;
    this.where = where;
  }

  /**
   * Parses an object and checks its {@code format_version}.
   *
   * @param what names it in messages
   * @throws CorruptManifestException if it is not one
   * @throws UnsupportedFormatException if its version is a later one
   */
  static JsonFields parse(byte[] json, String what, int formatVersion) {
    JsonFields fields;
    try {
      fields = new JsonFields(MAPPER.readTree(json), what);
    } catch (IOException e) {
      throw new CorruptManifestException(what + ": is not a JSON object", e);
    }
    long version = fields.number("format_version", 1, Long.MAX_VALUE);
    if (version > formatVersion) {
      throw new UnsupportedFormatException(what, version, formatVersion);
    }
    return fields;
  }

  long number(String field, long min, long max) {
    JsonNode value = get(field);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw bad(field, "is not a whole number");
    }
    long number = value.longValue();
    if (number < min || number > max) {
      throw bad(field, "is out of its range");
    }
    return number;
  }

  int crc32c(String field) {
    return (int) number(field, 0, 0xFFFF_FFFFL);
  }

  double decimal(String field) {
    JsonNode value = get(field);
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw bad(field, "is not a number");
    }
    return value.doubleValue();
  }

  String text(String field) {
    JsonNode value = get(field);
    if (!value.isTextual()) {
      throw bad(field, "is not text");
    }
    return value.textValue();
  }

  @Nullable String textOrNull(String field) {
    return isNull(field) ? null : text(field);
  }

  UUID uuid(String field) {
    return uuid(field, get(field));
  }

  List<UUID> uuids(String field, int max) {
    JsonNode array = get(field);
    if (!array.isArray() || array.size() > max) {
      throw bad(field, "is not a list of at most " + max);
    }
    List<UUID> uuids = new ArrayList<>(array.size());
    for (JsonNode element : array) {
      uuids.add(uuid(field, element));
    }
    return uuids;
  }

  private UUID uuid(String field, JsonNode value) {
    String text = value.asText();
    try {
      UUID uuid = UUID.fromString(text);
      if (value.isTextual() && uuid.toString().equals(text)) {
        return uuid;
      }
    } catch (IllegalArgumentException e) {
      throw bad(field, "is not a UUID");
    }
    throw bad(field, "is not a UUID");
  }

  Instant instant(String field) {
    try {
      return Instant.parse(text(field));
    } catch (DateTimeException e) {
      throw bad(field, "is not a time");
    }
  }

  @Nullable Instant instantOrNull(String field) {
    return isNull(field) ? null : instant(field);
  }

  JsonFields object(String field) {
    return new JsonFields(get(field), where + "." + field);
  }

  @Nullable JsonFields objectOrNull(String field) {
    return isNull(field) ? null : object(field);
  }

  List<JsonFields> objects(String field, int max) {
    return elements(get(field), where + "." + field, max);
  }

  List<List<JsonFields>> objectLists(String field, int maxLists, int max) {
    JsonNode array = get(field);
    if (!array.isArray() || array.size() > maxLists) {
      throw bad(field, "is not a list of at most " + maxLists);
    }
    List<List<JsonFields>> lists = new ArrayList<>();
    for (JsonNode list : array) {
      lists.add(elements(list, where + "." + field, max));
    }
    return lists;
  }

  private static List<JsonFields> elements(JsonNode array, String where, int max) {
    if (!array.isArray() || array.size() > max) {
      throw new CorruptManifestException(where + ": is not a list of at most " + max, null);
    }
    List<JsonFields> objects = new ArrayList<>(array.size());
    for (JsonNode element : array) {
      objects.add(new JsonFields(element, where));
    }
    return objects;
  }

  /** The names of all fields, for an object that is a map. */
  NavigableSet<String> names(int max) {
    if (node.size() > max) {
      throw new CorruptManifestException(where + ": has more than " + max + " entries", null);
    }
    NavigableSet<String> names = new TreeSet<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** Every field must have been read by now. */
  void end() {
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!read.contains(name)) {
                throw bad(abbreviate(name), "is unknown");
              }
            });
  }

  /** Whether a field, which a later version added, is there. */
  boolean has(String field) {
    return node.has(field);
  }

  private boolean isNull(String field) {
    return get(field).isNull();
  }

  private JsonNode get(String field) {
    read.add(field);
    JsonNode value = node.get(field);
    if (value == null) {
      throw bad(field, "is missing");
    }
    return value;
  }

  CorruptManifestException bad(String field, String problem) {
    return new CorruptManifestException(where + "." + field + ": " + problem, null);
  }

  private static String abbreviate(String name) {
    return name.length() <= 64 ? name : name.substring(0, 64);
  }
}
