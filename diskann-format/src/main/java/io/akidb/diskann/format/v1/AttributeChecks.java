package io.akidb.diskann.format.v1;

import io.akidb.diskann.AttributeType;
import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.IndexSchema;
import java.util.Map;

/** Whether values are of the attributes that a schema declares. Thread-safe. */
public final class AttributeChecks {
  private final Map<String, AttributeType> types;

  public AttributeChecks(IndexSchema schema) {
    this.types = schema.attributes();
  }

  /**
   * Checks that values can be added.
   *
   * @throws IllegalArgumentException naming the attribute that is not declared, or whose value is
   *     of another type than declared, NaN, or a text without a UTF-8 form
   */
  public void check(Map<String, AttributeValue> values) {
    values.forEach(
        (name, value) -> {
          AttributeType type = types.get(name);
          if (type == null) {
            throw new IllegalArgumentException("attribute '" + name + "' is not declared");
          }
          if (!takes(type, value)) {
            throw new IllegalArgumentException("attribute '" + name + "' is declared as " + type);
          }
          if (!isEncodable(value)) {
            throw new IllegalArgumentException(
                "attribute '"
                    + name
                    + "' has half a surrogate pair; give text that has a UTF-8 form");
          }
        });
  }

  private static boolean takes(AttributeType type, AttributeValue value) {
    return switch (type) {
      case STRING -> value instanceof AttributeValue.Text;
      case STRING_LIST -> value instanceof AttributeValue.TextList;
      case BOOLEAN -> value instanceof AttributeValue.Bool;
      case LONG -> value instanceof AttributeValue.Int64;
      case DOUBLE ->
          value instanceof AttributeValue.Int64
              || (value instanceof AttributeValue.Float64 number && !Double.isNaN(number.value()));
    };
  }

  private static boolean isEncodable(AttributeValue value) {
    return switch (value) {
      case AttributeValue.Text text -> Utf8.isEncodable(text.value());
      case AttributeValue.TextList list -> list.values().stream().allMatch(Utf8::isEncodable);
      default -> true;
    };
  }
}
