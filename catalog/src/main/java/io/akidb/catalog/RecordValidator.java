package io.akidb.catalog;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks records against a schema. Safe for many threads at once. */
public final class RecordValidator {
  private static final int ERRORS_MAX = 16;

  private final CollectionSchema schema;

  /** For one collection's records. */
  public RecordValidator(CollectionSchema schema) {
    this.schema = schema;
  }

  /**
   * What is wrong with a record, up to 16 things; empty when nothing is. Then its id has 1 to 512
   * bytes of UTF-8 without control characters; its order is not negative; its vector, unless it is
   * a tombstone, has the collection's dimension in finite numbers, not all of them zero where the
   * metric is cosine; its payload, if any, is a JSON object of at most 64 KiB and 32 levels whose
   * declared attributes have their type or are null.
   */
  public List<FieldError> check(VectorRecord row) {
    List<FieldError> errors = new ArrayList<>(0);
    checkId(row.id(), errors);
    if (row.order() < 0) {
      errors.add(new FieldError("/order", "must not be negative"));
    }
    float[] vector = row.vector();
    if (vector != null) {
      checkVector(vector, errors);
    }
    checkPayload(row.payload(), errors);
    return errors;
  }

  private static void checkId(String id, List<FieldError> errors) {
    int bytes = 0;
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      if (c < 0x20 || (c >= 0x7F && c < 0xA0)) {
        errors.add(new FieldError("/id", "must not have control characters"));
        return;
      }
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == id.length()
            || !Character.isLowSurrogate(id.charAt(i + 1))) {
          errors.add(new FieldError("/id", "has half of a surrogate pair"));
          return;
        }
        i++;
        bytes += 4;
      } else {
        bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
      }
      if (bytes > SegmentFormat.ID_BYTES_MAX) {
        break;
      }
    }
    if (bytes == 0 || bytes > SegmentFormat.ID_BYTES_MAX) {
      errors.add(
          new FieldError(
              "/id", "must have 1 to " + SegmentFormat.ID_BYTES_MAX + " bytes of UTF-8"));
    }
  }

  private void checkVector(float[] vector, List<FieldError> errors) {
    if (vector.length != schema.dimension()) {
      errors.add(
          new FieldError(
              "/vector",
              "has " + vector.length + " numbers, the collection has " + schema.dimension()));
      return;
    }
    boolean zero = true;
    for (int i = 0; i < vector.length; i++) {
      float x = vector[i];
      if (!Float.isFinite(x)) {
        errors.add(new FieldError("/vector/" + i, "must be a finite number"));
        return;
      }
      zero &= x == 0;
    }
    if (zero && schema.metric() == Metric.COSINE) {
      errors.add(new FieldError("/vector", "must not be all zero where the distance is cosine"));
    }
  }

  private void checkPayload(byte @Nullable [] payload, List<FieldError> errors) {
    if (payload == null) {
      return;
    }
    if (payload.length > SegmentFormat.PAYLOAD_BYTES_MAX) {
      errors.add(
          new FieldError(
              "/payload",
              "has " + payload.length + " bytes, at most " + SegmentFormat.PAYLOAD_BYTES_MAX));
      return;
    }
    if (!PayloadJson.isUtf8(payload)) {
      errors.add(new FieldError("/payload", "must be UTF-8"));
      return;
    }
    try (JsonParser parser = PayloadJson.open(payload)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        errors.add(new FieldError("/payload", "must be a JSON object"));
        return;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        checkField(parser, errors);
        if (errors.size() >= ERRORS_MAX) {
          return;
        }
      }
      if (parser.nextToken() != null) {
        errors.add(new FieldError("/payload", "must be one JSON object and nothing after it"));
      }
    } catch (IOException e) {
      errors.add(
          new FieldError(
              "/payload", "must be a JSON object of at most " + PayloadJson.DEPTH_MAX + " levels"));
    }
  }

  private void checkField(JsonParser parser, List<FieldError> errors) throws IOException {
    String name = parser.currentName();
    AttributeType type = schema.attributes().get(name);
    JsonToken token = parser.nextToken();
    if (type != null && token != JsonToken.VALUE_NULL) {
      if (PayloadJson.read(parser, type) == null) {
        errors.add(new FieldError("/payload/" + name, "must be " + describe(type) + " or null"));
      }
    } else {
      parser.skipChildren();
    }
  }

  private static String describe(AttributeType type) {
    return switch (type) {
      case STRING -> "a string";
      case STRING_LIST -> "a list of strings";
      case LONG -> "a whole number of 64 bits";
      case DOUBLE -> "a finite number";
      case BOOLEAN -> "true or false";
    };
  }
}
