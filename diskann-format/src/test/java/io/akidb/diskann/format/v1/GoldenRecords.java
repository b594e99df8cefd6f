package io.akidb.diskann.format.v1;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.diskann.AttributeType;
import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Records as JSON beside the golden files. Components are written as the doubles that they equal,
 * values with their type, so that nothing is rounded.
 */
final class GoldenRecords {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private GoldenRecords() {}

  static ObjectNode write(ShardModel model) {
    ObjectNode out = JSON.objectNode();
    out.put("dimension", model.schema().dimension());
    out.put("metric", model.schema().metric().name());
    ObjectNode types = out.putObject("attributes");
    model.schema().attributes().forEach((name, type) -> types.put(name, type.name()));
    ArrayNode records = out.putArray("records");
    for (IndexRecord record : model.records()) {
      ObjectNode each = records.addObject();
      each.put("id", record.vectorId());
      each.put("order", record.order());
      each.set("vector", vector(record.vector()));
      each.put("payload", HexFormat.of().formatHex(record.payload()));
      ObjectNode values = each.putObject("attributes");
      record.attributes().forEach((name, value) -> values.set(name, value(value)));
    }
    return out;
  }

  static ShardModel read(JsonNode in) {
    TreeMap<String, AttributeType> types = new TreeMap<>();
    in.get("attributes")
        .properties()
        .forEach(e -> types.put(e.getKey(), AttributeType.valueOf(e.getValue().textValue())));
    List<IndexRecord> records = new ArrayList<>();
    for (JsonNode record : in.get("records")) {
      Map<String, AttributeValue> values = new TreeMap<>();
      record
          .get("attributes")
          .properties()
          .forEach(e -> values.put(e.getKey(), value(e.getValue())));
      records.add(
          new IndexRecord(
              record.get("id").textValue(),
              record.get("order").longValue(),
              vector(record.get("vector")),
              HexFormat.of().parseHex(record.get("payload").textValue()),
              values));
    }
    return new ShardModel(
        new IndexSchema(
            in.get("dimension").intValue(),
            DistanceMetric.valueOf(in.get("metric").textValue()),
            types),
        records);
  }

  static ArrayNode vector(float[] vector) {
    ArrayNode out = JSON.arrayNode();
    for (float component : vector) {
      out.add((double) component);
    }
    return out;
  }

  static float[] vector(JsonNode in) {
    float[] vector = new float[in.size()];
    for (int d = 0; d < vector.length; d++) {
      vector[d] = (float) in.get(d).doubleValue();
    }
    return vector;
  }

  static ObjectNode value(AttributeValue value) {
    ObjectNode out = JSON.objectNode();
    switch (value) {
      case AttributeValue.Text text -> out.put("text", text.value());
      case AttributeValue.TextList list -> list.values().forEach(out.putArray("texts")::add);
      case AttributeValue.Int64 number -> out.put("long", Long.toString(number.value()));
      case AttributeValue.Float64 number -> out.put("double", Double.toString(number.value()));
      case AttributeValue.Bool bool -> out.put("bool", bool.value());
    }
    return out;
  }

  static AttributeValue value(JsonNode in) {
    Map.Entry<String, JsonNode> only = in.properties().iterator().next();
    JsonNode value = only.getValue();
    return switch (only.getKey()) {
      case "text" -> new AttributeValue.Text(value.textValue());
      case "texts" -> {
        List<String> texts = new ArrayList<>();
        value.forEach(text -> texts.add(text.textValue()));
        yield new AttributeValue.TextList(texts);
      }
      case "long" -> new AttributeValue.Int64(Long.parseLong(value.textValue()));
      case "double" -> new AttributeValue.Float64(Double.parseDouble(value.textValue()));
      case "bool" -> new AttributeValue.Bool(value.booleanValue());
      default -> throw new IllegalArgumentException(only.getKey());
    };
  }
}
