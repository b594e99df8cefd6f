package io.akidb.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.catalog.VectorRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Records as JSON: {@code {"id": "...", "vector": [..] or base64 of little-endian f32, "payload":
 * {..}, "op": "upsert" or "delete", "order": 123 or "event_at": RFC 3339, "tenant_id": "..."}}.
 * Only {@code id}, and {@code vector} for an upsert, are required; {@code order} wins over {@code
 * event_at}. Thread-safe.
 */
final class JsonRecordParser {
  /**
   * The longest vector that is read; more than any schema allows, so that the schema's own error is
   * shown.
   */
  private static final int DIMENSION_MAX = 65_536;

  private static final JsonMapper JSON =
      new JsonMapper(
          JsonFactory.builder()
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxNestingDepth(64)
                      .maxStringLength(1 << 20)
                      .build())
              .build());

  private static final ObjectReader WHOLE =
      JSON.reader()
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .without(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES);

  private final String tenant;

  /** Reads records of one tenant; one that names another is refused. */
  JsonRecordParser(String tenant) {
    this.tenant = tenant;
  }

  /**
   * Reads a record.
   *
   * @param defaultOrder its order unless it names one
   * @throws BadRecordException saying which field is wrong
   */
  VectorRecord parse(byte[] json, int offset, int length, long defaultOrder) {
    requireUtf8(json, offset, length);
    try (JsonParser in = JSON.getFactory().createParser(json, offset, length)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw new BadRecordException("a record is a JSON object with the fields id and vector");
      }
      Fields fields = new Fields();
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        read(in, fields);
      }
      if (in.nextToken() != null) {
        throw new BadRecordException(
            "there is more behind the record's last brace; one record a line");
      }
      return fields.toRecord(defaultOrder);
    } catch (IOException e) {
      throw new BadRecordException("not JSON: " + firstLine(e));
    }
  }

  private void read(JsonParser in, Fields fields) throws IOException {
    String name = in.currentName();
    JsonToken value = in.nextToken();
    switch (name) {
      case "id" -> fields.id = id(in, value);
      case "vector" -> fields.vector = vector(in, value);
      case "payload" -> fields.payload = payload(in, value);
      case "op" -> fields.isDelete = isDelete(text(in, name));
      case "order" -> fields.order = order(in, value);
      case "event_at" -> fields.eventAt = micros(text(in, name));
      case "tenant_id" -> requireTenant(text(in, name));
      default ->
          throw new BadRecordException(
              "unknown field '"
                  + abbreviate(name)
                  + "'; known are id, vector, payload, op, order, event_at and tenant_id");
    }
  }

  private static final class Fields {
    @Nullable String id;
    float @Nullable [] vector;
    byte @Nullable [] payload;
    boolean isDelete;
    @Nullable Long order;
    @Nullable Long eventAt;

    VectorRecord toRecord(long defaultOrder) {
      if (id == null) {
        throw new BadRecordException("id is missing");
      }
      Long named = order == null ? eventAt : order;
      return toRecord(id, named == null ? defaultOrder : named);
    }

    private VectorRecord toRecord(String id, long order) {
      if (isDelete) {
        if (vector != null) {
          throw new BadRecordException(
              "vector stands in a record whose op is delete; leave it out");
        }
        return VectorRecord.tombstone(id, order);
      }
      if (vector == null) {
        throw new BadRecordException("vector is missing");
      }
      return VectorRecord.upsert(id, order, vector, payload);
    }
  }

  private static String id(JsonParser in, JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NUMBER_INT) {
      return Utf8Text.id(in.getText());
    }
    throw new BadRecordException("id is not a string");
  }

  private static String text(JsonParser in, String name) throws IOException {
    if (in.currentToken() != JsonToken.VALUE_STRING) {
      throw new BadRecordException(name + " is not a string");
    }
    return in.getText();
  }

  private static float @Nullable [] vector(JsonParser in, JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_NULL) {
      return null;
    }
    if (value == JsonToken.VALUE_STRING) {
      return base64(in.getText());
    }
    if (value != JsonToken.START_ARRAY) {
      throw new BadRecordException("vector is neither a list of numbers nor base64");
    }
    float[] vector = new float[512];
    int dimension = 0;
    while (in.nextToken() != JsonToken.END_ARRAY) {
      if (!in.currentToken().isNumeric()) {
        throw new BadRecordException("vector[" + dimension + "] is not a number");
      }
      if (dimension == DIMENSION_MAX) {
        throw new BadRecordException("vector has more than " + DIMENSION_MAX + " numbers");
      }
      if (dimension == vector.length) {
        vector = Arrays.copyOf(vector, dimension * 2);
      }
      vector[dimension++] = in.getFloatValue();
    }
    return Arrays.copyOf(vector, dimension);
  }

  private static float[] base64(String text) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new BadRecordException("vector is a string but not base64");
    }
    if (bytes.length % 4 != 0) {
      throw new BadRecordException(
          "vector is base64 of " + bytes.length + " bytes, not of whole f32");
    }
    float[] vector = new float[bytes.length / 4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
    return vector;
  }

  private static byte @Nullable [] payload(JsonParser in, JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_NULL) {
      return null;
    }
    if (value != JsonToken.START_OBJECT) {
      throw new BadRecordException("payload is not an object");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator out = JSON.getFactory().createGenerator(bytes)) {
      // Exact: a number keeps all its digits.
      out.copyCurrentStructureExact(in);
    }
    return bytes.toByteArray();
  }

  /**
   * Whether an operation deletes.
   *
   * @throws BadRecordException if it is none
   */
  static boolean isDelete(String op) {
    return switch (op) {
      case "upsert" -> false;
      case "delete" -> true;
      default ->
          throw new BadRecordException(
              "op is '" + abbreviate(op) + "'; known are upsert and delete");
    };
  }

  private static @Nullable Long order(JsonParser in, JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_NULL) {
      return null;
    }
    if (value != JsonToken.VALUE_NUMBER_INT) {
      throw new BadRecordException("order is not a whole number");
    }
    if (in.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      throw new BadRecordException("order is not a whole number of 64 bits");
    }
    return in.getLongValue();
  }

  private static long micros(String time) {
    try {
      Instant at = Instant.parse(time);
      return Math.addExact(
          Math.multiplyExact(at.getEpochSecond(), 1_000_000L),
          TimeUnit.NANOSECONDS.toMicros(at.getNano()));
    } catch (DateTimeException | ArithmeticException e) {
      throw new BadRecordException("event_at is not a time as 2026-11-21T08:00:00Z");
    }
  }

  /**
   * Refuses a record of another tenant.
   *
   * @throws BadRecordException unless it names the tenant of this parser
   */
  void requireTenant(String named) {
    if (!named.equals(tenant)) {
      throw new BadRecordException("tenant_id is not the tenant that this job writes for");
    }
  }

  /**
   * Reads a sidecar's line: {@code id}, and as payload the object in {@code payload} if that is all
   * there is, otherwise the other fields.
   */
  static Sidecar sidecar(byte[] json) {
    requireUtf8(json, 0, json.length);
    try {
      if (!(WHOLE.readTree(json) instanceof ObjectNode line)) {
        throw new BadRecordException("a sidecar's line is a JSON object with the field id");
      }
      JsonNode id = line.remove("id");
      if (id == null || !(id.isTextual() || id.isIntegralNumber())) {
        throw new BadRecordException("id is missing in the sidecar, or not a string");
      }
      JsonNode given = line.size() == 1 ? line.get("payload") : null;
      return new Sidecar(
          Utf8Text.id(id.asText()),
          JSON.writeValueAsBytes(given != null && given.isObject() ? given : line));
    } catch (IOException e) {
      throw new BadRecordException("the sidecar's line is not JSON: " + firstLine(e));
    }
  }

  /**
   * A sidecar's line.
   *
   * @param id of the vector
   * @param payload the line's other fields
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  record Sidecar(String id, byte[] payload) {}

  /**
   * Whether a payload has a field of this value. A payload that is no JSON object has it: whoever
   * checks the record buries it with the reason, and filtering would lose it.
   */
  static boolean payloadHas(byte @Nullable [] payload, String field, String value) {
    if (payload == null) {
      return false;
    }
    try {
      JsonNode tree = JSON.readTree(payload);
      if (!tree.isObject()) {
        return true;
      }
      JsonNode node = tree.get(field);
      return node != null && node.isValueNode() && node.asText().equals(value);
    } catch (IOException e) {
      return true;
    }
  }

  private static void requireUtf8(byte[] json, int offset, int length) {
    if (!Utf8Text.isUtf8(json, offset, length)) {
      throw new BadRecordException("not UTF-8");
    }
  }

  private static String firstLine(IOException e) {
    String message = String.valueOf(e.getMessage());
    return abbreviate(message.lines().findFirst().orElse(message));
  }

  private static String abbreviate(String text) {
    return text.length() <= 120 ? text : text.substring(0, 120) + "...";
  }
}
