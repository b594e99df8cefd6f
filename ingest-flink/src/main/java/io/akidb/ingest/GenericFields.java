package io.akidb.ingest;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.akidb.catalog.VectorRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** Makes records out of the fields of Avro and Parquet rows. Thread-safe. */
final class GenericFields {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Set<String> OWN =
      Set.of("id", "vector", "payload", "op", "order", "tenant_id");

  /** What writers call the only field of a list's wrapped item. */
  private static final Set<String> ITEM = Set.of("element", "item", "array", "array_element");

  private static final int DEPTH_MAX = 32;

  private final JsonRecordParser parser;

  GenericFields(JsonRecordParser parser) {
    this.parser = parser;
  }

  /**
   * The record of a row.
   *
   * @param defaultOrder its order unless it names one
   * @throws BadRecordException saying which field is wrong
   */
  VectorRecord toRecord(GenericRecord fields, long defaultOrder) throws IOException {
    Object tenant = field(fields, "tenant_id");
    if (tenant != null) {
      parser.requireTenant(tenant.toString());
    }
    String id = id(field(fields, "id"));
    long order = order(field(fields, "order"), defaultOrder);
    if (isDelete(field(fields, "op"))) {
      return VectorRecord.tombstone(id, order);
    }
    return VectorRecord.upsert(id, order, vector(field(fields, "vector")), payload(fields));
  }

  private static @Nullable Object field(GenericRecord fields, String name) {
    Schema.Field field = fields.getSchema().getField(name);
    return field == null ? null : fields.get(field.pos());
  }

  private static String id(@Nullable Object value) {
    if (value == null) {
      throw new BadRecordException("id is missing");
    }
    if (value instanceof CharSequence || value instanceof Long || value instanceof Integer) {
      return Utf8Text.id(value.toString());
    }
    throw new BadRecordException("id is neither a string nor a whole number");
  }

  private static long order(@Nullable Object value, long defaultOrder) {
    if (value == null) {
      return defaultOrder;
    }
    if (value instanceof Long || value instanceof Integer) {
      return ((Number) value).longValue();
    }
    throw new BadRecordException("order is not a whole number");
  }

  private static boolean isDelete(@Nullable Object value) {
    return value != null && JsonRecordParser.isDelete(value.toString());
  }

  private static float[] vector(@Nullable Object value) {
    if (value == null) {
      throw new BadRecordException("vector is missing");
    }
    if (value instanceof ByteBuffer || value instanceof GenericFixed) {
      return floats(bytes(value));
    }
    if (value instanceof Collection<?> components) {
      float[] vector = new float[components.size()];
      int i = 0;
      for (Object component : components) {
        if (!(unwrapped(component) instanceof Number number)) {
          throw new BadRecordException("vector[" + i + "] is not a number");
        }
        vector[i++] = number.floatValue();
      }
      return vector;
    }
    throw new BadRecordException("vector is neither a list of numbers nor bytes of f32");
  }

  private static float[] floats(byte[] bytes) {
    if (bytes.length % 4 != 0) {
      throw new BadRecordException("vector has " + bytes.length + " bytes, not of whole f32");
    }
    float[] vector = new float[bytes.length / 4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
    return vector;
  }

  private static byte[] bytes(Object value) {
    if (value instanceof GenericFixed fixed) {
      return fixed.bytes();
    }
    ByteBuffer buffer = ((ByteBuffer) value).duplicate();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static byte[] payload(GenericRecord fields) throws IOException {
    Object given = field(fields, "payload");
    if (given instanceof CharSequence text) {
      return text.toString().getBytes(StandardCharsets.UTF_8);
    }
    if (given instanceof GenericRecord || given instanceof Map) {
      return JSON.writeValueAsBytes(plain("payload", given, 0));
    }
    if (given != null) {
      throw new BadRecordException("payload is neither a JSON text nor a record nor a map");
    }
    Map<String, Object> others = new LinkedHashMap<>();
    for (Schema.Field field : fields.getSchema().getFields()) {
      Object value = fields.get(field.pos());
      if (value != null && !OWN.contains(field.name())) {
        others.put(field.name(), plain(field.name(), value, 0));
      }
    }
    return JSON.writeValueAsBytes(others);
  }

  /** A value as JSON has it; bytes as base64. */
  private static Object plain(String field, Object value, int depth) {
    if (depth > DEPTH_MAX) {
      throw new BadRecordException(field + " has more than " + DEPTH_MAX + " levels");
    }
    if (value instanceof GenericRecord nested) {
      Map<String, Object> map = new LinkedHashMap<>();
      for (Schema.Field inner : nested.getSchema().getFields()) {
        Object of = nested.get(inner.pos());
        if (of != null) {
          map.put(inner.name(), plain(field, of, depth + 1));
        }
      }
      return map;
    }
    if (value instanceof Map<?, ?> entries) {
      Map<String, Object> map = new LinkedHashMap<>();
      entries.forEach(
          (key, of) -> {
            if (of != null) {
              map.put(String.valueOf(key), plain(field, of, depth + 1));
            }
          });
      return map;
    }
    if (value instanceof Collection<?> items) {
      List<Object> list = new ArrayList<>(items.size());
      for (Object item : items) {
        Object of = unwrapped(item);
        if (of != null) {
          list.add(plain(field, of, depth + 1));
        }
      }
      return list;
    }
    return scalar(field, value);
  }

  private static Object scalar(String field, Object value) {
    if (value instanceof ByteBuffer || value instanceof GenericFixed) {
      return Base64.getEncoder().encodeToString(bytes(value));
    }
    if (value instanceof Number number) {
      if (!Double.isFinite(number.doubleValue())) {
        throw new BadRecordException(field + " is not a finite number");
      }
      return number;
    }
    return value instanceof Boolean ? value : value.toString();
  }

  /** Parquet's lists may hold their items as the only field of a record. */
  private static @Nullable Object unwrapped(@Nullable Object item) {
    return item instanceof GenericRecord wrapped
            && wrapped.getSchema().getFields().size() == 1
            && ITEM.contains(wrapped.getSchema().getFields().get(0).name())
        ? wrapped.get(0)
        : item;
  }
}
