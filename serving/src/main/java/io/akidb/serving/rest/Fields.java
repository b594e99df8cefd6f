package io.akidb.serving.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.serving.problem.NearestName;
import io.akidb.serving.problem.ServingException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The fields of a JSON object, each read by its type; what is wrong is named by its pointer. */
final class Fields {
  private final JsonNode json;
  private final String pointer;

  private Fields(JsonNode json, String pointer) {
    this.json = json;
    this.pointer = pointer;
  }

  /** The object that a body holds; an empty body is an empty object. */
  static Fields ofBody(Call call, List<String> known) {
    if (call.body().size() == 0) {
      return of(Json.object(), "", known);
    }
    try {
      return of(call.tree(), "", known);
    } catch (JsonProcessingException e) {
      throw malformed(e);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  static Fields of(JsonNode json, String pointer, List<String> known) {
    if (!json.isObject()) {
      throw ServingException.invalid(pointer, "must be a JSON object");
    }
    json.fieldNames().forEachRemaining(name -> requireKnown(name, pointer, known));
    return new Fields(json, pointer);
  }

  static void requireKnown(String name, String pointer, List<String> known) {
    if (!known.contains(name)) {
      throw ServingException.invalid(
          pointer + "/" + Call.cut(name),
          "is not a field of this object" + NearestName.hint(name, known));
    }
  }

  /** Says where the text stops being JSON, and nothing of the parser's inner names. */
  static ServingException malformed(JsonProcessingException e) {
    var at = e.getLocation();
    return ServingException.invalid(
        "",
        "is not JSON within the bounds of this API"
            + (at == null
                ? ""
                : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")"));
  }

  boolean has(String name) {
    return json.hasNonNull(name);
  }

  String pointer(String name) {
    return pointer + "/" + name;
  }

  Optional<JsonNode> tree(String name) {
    return Optional.ofNullable(json.get(name)).filter(node -> !node.isNull());
  }

  Optional<String> text(String name) {
    return tree(name)
        .map(
            node -> {
              if (!node.isTextual()) {
                throw ServingException.invalid(pointer(name), "must be a string");
              }
              return node.textValue();
            });
  }

  String requiredText(String name) {
    return text(name)
        .orElseThrow(() -> ServingException.invalid(pointer(name), "is missing; it is a string"));
  }

  /** A whole number, however it is written: to JSON Schema 768.0 is one, too. */
  Optional<Long> whole(String name, long min, long max) {
    return tree(name)
        .map(
            node -> {
              if (!node.canConvertToExactIntegral()
                  || !node.canConvertToLong()
                  || node.longValue() < min
                  || node.longValue() > max) {
                throw ServingException.invalid(
                    pointer(name), "must be a whole number from " + min + " to " + max);
              }
              return node.longValue();
            });
  }

  Optional<Double> number(String name, double min, double max) {
    return tree(name)
        .map(
            node -> {
              if (!node.isNumber() || !(node.doubleValue() >= min && node.doubleValue() <= max)) {
                throw ServingException.invalid(
                    pointer(name), "must be a number from " + min + " to " + max);
              }
              return node.doubleValue();
            });
  }

  boolean flag(String name) {
    return tree(name)
        .map(
            node -> {
              if (!node.isBoolean()) {
                throw ServingException.invalid(pointer(name), "must be true or false");
              }
              return node.booleanValue();
            })
        .orElse(false);
  }

  Optional<Fields> object(String name, List<String> known) {
    return tree(name).map(node -> of(node, pointer(name), known));
  }

  List<String> texts(String name, int countMax) {
    return tree(name)
        .map(
            node -> {
              if (!node.isArray()) {
                throw ServingException.invalid(pointer(name), "must be a list of strings");
              }
              if (node.size() > countMax) {
                throw ServingException.invalid(
                    pointer(name), "has " + node.size() + " entries, at most " + countMax);
              }
              List<String> texts = new java.util.ArrayList<>(node.size());
              for (int i = 0; i < node.size(); i++) {
                if (!node.get(i).isTextual()) {
                  throw ServingException.invalid(pointer(name) + "/" + i, "must be a string");
                }
                texts.add(node.get(i).textValue());
              }
              return texts;
            })
        .orElse(List.of());
  }
}
