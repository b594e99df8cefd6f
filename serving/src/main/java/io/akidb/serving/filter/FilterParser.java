package io.akidb.serving.filter;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.catalog.AttributeType;
import io.akidb.catalog.AttributeValue;
import io.akidb.catalog.AttributeValue.Flag;
import io.akidb.catalog.AttributeValue.Real;
import io.akidb.catalog.AttributeValue.Text;
import io.akidb.catalog.AttributeValue.Whole;
import io.akidb.catalog.CollectionSchema;
import io.akidb.serving.filter.Filter.Comparison;
import io.akidb.serving.problem.NearestName;
import io.akidb.serving.problem.ServingException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON form of a filter and checks it against the schema. Every bound is checked before
 * anything is built: at most {@value #DEPTH_MAX} levels, {@value #CLAUSES_MAX} clauses, {@value
 * #VALUES_MAX} values in a list, texts of {@value #TEXT_LENGTH_MAX} characters.
 */
public final class FilterParser {
  /** Most levels of {@code $and}, {@code $or} and {@code $not}. */
  public static final int DEPTH_MAX = 16;

  /** Most comparisons and combinations in one filter. */
  public static final int CLAUSES_MAX = 256;

  /** Most values of {@code $in} and {@code $nin}. */
  public static final int VALUES_MAX = 1024;

  /** Longest text or attribute name. */
  public static final int TEXT_LENGTH_MAX = 4096;

  private static final List<String> COMBINATIONS = List.of("$and", "$or", "$not");
  private static final List<String> OPERATORS =
      List.of(
          "$eq",
          "$ne",
          "$in",
          "$nin",
          "$gt",
          "$gte",
          "$lt",
          "$lte",
          "$exists",
          "$contains",
          "$prefix",
          "$not");

  private final Map<String, AttributeType> types;
  private int clauses;

  private FilterParser(Map<String, AttributeType> types) {
    this.types = types;
  }

  /**
   * Reads a filter.
   *
   * @param json the filter
   * @param pointer where it stands in the request, as {@code /filter}
   * @throws ServingException naming the place that is wrong
   */
  public static Filter parse(JsonNode json, String pointer, CollectionSchema schema) {
    return parse(json, pointer, schema.attributes());
  }

  /**
   * Reads a filter.
   *
   * @param json the filter
   * @param pointer where it stands in the request, as {@code /filter}
   * @param types of the declared attributes
   * @throws ServingException naming the place that is wrong
   */
  public static Filter parse(JsonNode json, String pointer, Map<String, AttributeType> types) {
    return new FilterParser(types).object(json, pointer, 1);
  }

  private Filter object(JsonNode json, String pointer, int depth) {
    if (!json.isObject()) {
      throw ServingException.invalid(pointer, "must be an object, as {\"color\": \"red\"}");
    }
    if (depth > DEPTH_MAX) {
      throw ServingException.invalid(pointer, "is nested deeper than " + DEPTH_MAX + " levels");
    }
    List<Filter> parts = new ArrayList<>();
    json.properties()
        .forEach(
            field -> {
              String name = field.getKey();
              String at = pointer + "/" + escape(name);
              countClause(at);
              parts.add(
                  switch (name) {
                    case "$and" -> new Filter.And(list(field.getValue(), at, depth));
                    case "$or" -> new Filter.Or(list(field.getValue(), at, depth));
                    case "$not" -> new Filter.Not(object(field.getValue(), at, depth + 1));
                    default -> attribute(name, field.getValue(), at, depth);
                  });
            });
    return parts.size() == 1 ? parts.getFirst() : new Filter.And(parts);
  }

  private List<Filter> list(JsonNode json, String pointer, int depth) {
    if (!json.isArray() || json.isEmpty()) {
      throw ServingException.invalid(pointer, "must be a list of at least one filter");
    }
    List<Filter> parts = new ArrayList<>();
    for (int i = 0; i < json.size(); i++) {
      countClause(pointer);
      parts.add(object(json.get(i), pointer + "/" + i, depth + 1));
    }
    return parts;
  }

  private Filter attribute(String name, JsonNode json, String pointer, int depth) {
    if (name.startsWith("$")) {
      throw ServingException.invalid(
          pointer, "is no operator that stands here" + NearestName.hint(name, COMBINATIONS));
    }
    if (name.isEmpty() || name.length() > TEXT_LENGTH_MAX) {
      throw ServingException.invalid(pointer, "is no attribute's name");
    }
    if (!json.isObject()) {
      return oneOf(name, Set.of(scalar(name, json, pointer)));
    }
    return operators(name, json, pointer, depth);
  }

  private Filter operators(String name, JsonNode json, String pointer, int depth) {
    if (json.isEmpty()) {
      throw ServingException.invalid(pointer, "needs an operator, as {\"$gt\": 5}");
    }
    if (depth > DEPTH_MAX) {
      throw ServingException.invalid(pointer, "is nested deeper than " + DEPTH_MAX + " levels");
    }
    List<Filter> parts = new ArrayList<>();
    json.properties()
        .forEach(
            field -> {
              String at = pointer + "/" + escape(field.getKey());
              countClause(at);
              parts.add(operator(name, field.getKey(), field.getValue(), at, depth));
            });
    return parts.size() == 1 ? parts.getFirst() : new Filter.And(parts);
  }

  private Filter operator(String name, String operator, JsonNode json, String at, int depth) {
    return switch (operator) {
      case "$eq" -> oneOf(name, Set.of(scalar(name, json, at)));
      case "$ne" -> new Filter.Not(oneOf(name, Set.of(scalar(name, json, at))));
      case "$in" -> oneOf(name, scalars(name, json, at));
      case "$nin" -> new Filter.Not(oneOf(name, scalars(name, json, at)));
      case "$gt" -> range(name, Comparison.GREATER, json, at);
      case "$gte" -> range(name, Comparison.AT_LEAST, json, at);
      case "$lt" -> range(name, Comparison.LESS, json, at);
      case "$lte" -> range(name, Comparison.AT_MOST, json, at);
      case "$exists" -> exists(name, json, at);
      case "$contains" -> contains(name, json, at);
      case "$prefix" -> prefix(name, json, at);
      case "$not" -> {
        if (!json.isObject()) {
          throw ServingException.invalid(at, "must be an object of operators, as {\"$gt\": 5}");
        }
        yield new Filter.Not(operators(name, json, at, depth + 1));
      }
      default ->
          throw ServingException.invalid(
              at, "is no operator" + NearestName.hint(operator, OPERATORS));
    };
  }

  private static Filter oneOf(String name, Set<AttributeValue> values) {
    return new Filter.OneOf(name, values);
  }

  private Filter range(String name, Comparison comparison, JsonNode json, String at) {
    AttributeType type = types.get(name);
    if (type == AttributeType.STRING_LIST || type == AttributeType.BOOLEAN) {
      throw ServingException.invalid(
          at, "does not apply to an attribute of type " + type.jsonName());
    }
    if (type == AttributeType.LONG && json.isNumber()) {
      return new Filter.Range(name, comparison, number(json, at));
    }
    AttributeValue bound = scalar(name, json, at);
    if (bound instanceof Flag) {
      throw ServingException.invalid(at, "must be a number or a text");
    }
    return new Filter.Range(name, comparison, bound);
  }

  private static Filter exists(String name, JsonNode json, String at) {
    if (!json.isBoolean()) {
      throw ServingException.invalid(at, "must be true or false");
    }
    Filter exists = new Filter.Exists(name);
    return json.booleanValue() ? exists : new Filter.Not(exists);
  }

  private Filter contains(String name, JsonNode json, String at) {
    AttributeType type = types.get(name);
    if (type != null && type != AttributeType.STRING_LIST) {
      throw ServingException.invalid(
          at, "applies to string[] only; the attribute is of type " + type.jsonName());
    }
    return new Filter.Contains(name, text(json, at));
  }

  private Filter prefix(String name, JsonNode json, String at) {
    AttributeType type = types.get(name);
    if (type != null && type != AttributeType.STRING && type != AttributeType.STRING_LIST) {
      throw ServingException.invalid(
          at, "applies to texts only; the attribute is of type " + type.jsonName());
    }
    return new Filter.Prefix(name, text(json, at));
  }

  private Set<AttributeValue> scalars(String name, JsonNode json, String at) {
    if (!json.isArray() || json.isEmpty()) {
      throw ServingException.invalid(at, "must be a list of at least one value");
    }
    if (json.size() > VALUES_MAX) {
      throw ServingException.invalid(
          at, "has " + json.size() + " values, at most " + VALUES_MAX + " are allowed");
    }
    Set<AttributeValue> values = new LinkedHashSet<>();
    for (int i = 0; i < json.size(); i++) {
      values.add(scalar(name, json.get(i), at + "/" + i));
    }
    return values;
  }

  /** A value in canonical form, of the attribute's type if it is declared. */
  private AttributeValue scalar(String name, JsonNode json, String at) {
    AttributeType type = types.get(name);
    AttributeValue value = Values.canonical(untyped(json, at));
    boolean good =
        switch (type) {
          case null -> true;
          case STRING, STRING_LIST -> value instanceof Text;
          case LONG -> value instanceof Whole;
          case DOUBLE -> value instanceof Whole || value instanceof Real;
          case BOOLEAN -> value instanceof Flag;
        };
    if (!good) {
      throw ServingException.invalid(
          at, "must be " + article(type) + ", the type of attribute '" + name + "'");
    }
    return value;
  }

  private static String article(@Nullable AttributeType type) {
    return switch (type) {
      case null -> "a value";
      case STRING, STRING_LIST -> "a string";
      case LONG -> "a whole number (long)";
      case DOUBLE -> "a number (double)";
      case BOOLEAN -> "true or false (boolean)";
    };
  }

  private static AttributeValue untyped(JsonNode json, String at) {
    return switch (json.getNodeType()) {
      case STRING -> new Text(text(json, at));
      case BOOLEAN -> new Flag(json.booleanValue());
      case NUMBER -> number(json, at);
      case NULL ->
          throw ServingException.invalid(at, "is null; ask {\"$exists\": false} for missing ones");
      default -> throw ServingException.invalid(at, "must be a string, a number or a boolean");
    };
  }

  private static AttributeValue number(JsonNode json, String at) {
    if (json.isIntegralNumber() && json.canConvertToLong()) {
      return new Whole(json.longValue());
    }
    double value = json.doubleValue();
    if (Double.isInfinite(value) || Double.isNaN(value)) {
      throw ServingException.invalid(at, "is out of the range of a double");
    }
    return new Real(value);
  }

  private static String text(JsonNode json, String at) {
    if (!json.isTextual()) {
      throw ServingException.invalid(at, "must be a string");
    }
    if (json.textValue().length() > TEXT_LENGTH_MAX) {
      throw ServingException.invalid(at, "is longer than " + TEXT_LENGTH_MAX + " characters");
    }
    return json.textValue();
  }

  private void countClause(String at) {
    if (++clauses > CLAUSES_MAX) {
      throw ServingException.invalid(at, "is beyond the " + CLAUSES_MAX + " clauses of a filter");
    }
  }

  // RFC 6901; what a caller made up is cut, for it comes back in the answer.
  private static String escape(String name) {
    String cut = name.length() > 64 ? name.substring(0, 64) : name;
    return cut.replace("~", "~0").replace("/", "~1");
  }
}
