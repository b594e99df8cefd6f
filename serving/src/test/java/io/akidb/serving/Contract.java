package io.akidb.serving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code docs/openapi.yaml} as a judge of real calls: a body that was accepted must be one that it
 * allows, an answer must have the fields that it requires, of the types it says, and no others.
 */
final class Contract {
  private static final Contract SHARED = new Contract();

  private final JsonNode document;

  private Contract() {
    try {
      document =
          new YAMLMapper()
              .readTree(Path.of(System.getenv("AKIDB_ROOT"), "docs", "openapi.yaml").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fails if a call is not what the contract says; calls of no route are none of its business. */
  static void check(String method, String target, JsonNode request, int status, JsonNode answer) {
    String call = method + " " + target;
    JsonNode operation = SHARED.operation(method, target);
    if (operation == null) {
      return;
    }
    JsonNode responses = operation.get("responses");
    JsonNode response = responses.get(String.valueOf(status));
    if (response == null && status >= 400) {
      response = responses.get("default");
    }
    if (response == null) {
      throw new AssertionError(call + ": status " + status + " is not in the contract");
    }
    List<String> wrong = new ArrayList<>();
    JsonNode schema = SHARED.schema(SHARED.resolved(response));
    if (schema != null) {
      SHARED.judge("answer", schema, answer, wrong);
    }
    JsonNode asked = SHARED.schema(SHARED.resolved(operation.path("requestBody")));
    if (status < 300 && request != null && asked != null) {
      SHARED.judge("request", asked, request, wrong);
    }
    if (!wrong.isEmpty()) {
      throw new AssertionError(call + " is not as docs/openapi.yaml says: " + wrong);
    }
  }

  private JsonNode operation(String method, String target) {
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    String[] parts = (path.startsWith("/v1/") ? path.substring(3) : path).split("/", -1);
    JsonNode best = null;
    for (Map.Entry<String, JsonNode> each : document.get("paths").properties()) {
      JsonNode operation = each.getValue().get(method.toLowerCase(java.util.Locale.ROOT));
      if (operation != null && matches(each.getKey().split("/", -1), parts)) {
        best = best == null || !each.getKey().endsWith("}") ? operation : best;
      }
    }
    return best;
  }

  private static boolean matches(String[] template, String[] parts) {
    boolean same = template.length == parts.length;
    for (int i = 0; same && i < parts.length; i++) {
      same = template[i].startsWith("{") ? !parts[i].isEmpty() : template[i].equals(parts[i]);
    }
    return same;
  }

  private JsonNode schema(JsonNode holder) {
    for (Map.Entry<String, JsonNode> content : holder.path("content").properties()) {
      if (content.getKey().endsWith("json")) {
        return content.getValue().get("schema");
      }
    }
    return null;
  }

  private JsonNode resolved(JsonNode node) {
    JsonNode found = node;
    while (found.has("$ref")) {
      found = document.at(found.get("$ref").asText().substring(1));
    }
    return found;
  }

  private void judge(String at, JsonNode unresolved, JsonNode value, List<String> wrong) {
    JsonNode schema = resolved(unresolved);
    if (schema.has("oneOf")) {
      List<String> closest = null;
      for (JsonNode option : schema.get("oneOf")) {
        List<String> found = new ArrayList<>();
        judge(at, option, value, found);
        closest = closest == null || found.size() < closest.size() ? found : closest;
      }
      wrong.addAll(closest);
      return;
    }
    if (schema.has("type") && !isOfType(schema.get("type"), value)) {
      wrong.add(at + " is not of type " + schema.get("type"));
      return;
    }
    if (schema.has("enum") && !contains(schema.get("enum"), value)) {
      wrong.add(at + " is none of " + schema.get("enum"));
    }
    if (value.isArray() && schema.has("items")) {
      for (int i = 0; i < value.size(); i++) {
        judge(at + "/" + i, schema.get("items"), value.get(i), wrong);
      }
    } else if (value.isObject()) {
      judgeFields(at, schema, value, wrong);
    }
  }

  private void judgeFields(String at, JsonNode schema, JsonNode value, List<String> wrong) {
    Map<String, JsonNode> known = new LinkedHashMap<>();
    Set<String> required = new TreeSet<>();
    collect(schema, known, required);
    required.stream()
        .filter(name -> !value.has(name))
        .forEach(name -> wrong.add(at + " lacks " + name));
    JsonNode others = schema.path("additionalProperties");
    boolean free = known.isEmpty() && !others.isObject();
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      JsonNode fieldSchema = known.getOrDefault(field.getKey(), others);
      if (fieldSchema.isObject()) {
        judge(at + "/" + field.getKey(), fieldSchema, field.getValue(), wrong);
      } else if (!free) {
        wrong.add(at + " has " + field.getKey() + ", which is not in the contract");
      }
    }
  }

  private void collect(JsonNode unresolved, Map<String, JsonNode> known, Set<String> required) {
    JsonNode schema = resolved(unresolved);
    schema.path("properties").properties().forEach(p -> known.put(p.getKey(), p.getValue()));
    schema.path("required").forEach(name -> required.add(name.asText()));
    schema.path("allOf").forEach(part -> collect(part, known, required));
  }

  private static boolean isOfType(JsonNode types, JsonNode value) {
    if (types.isArray()) {
      for (JsonNode type : types) {
        if (isOfType(type, value)) {
          return true;
        }
      }
      return false;
    }
    return switch (types.asText()) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "integer" -> value.canConvertToExactIntegral();
      case "number" -> value.isNumber();
      case "boolean" -> value.isBoolean();
      case "null" -> value.isNull();
      default -> throw new AssertionError("the contract has an unknown type: " + types);
    };
  }

  private static boolean contains(JsonNode list, JsonNode value) {
    for (JsonNode each : list) {
      if (each.equals(value)) {
        return true;
      }
    }
    return false;
  }
}
