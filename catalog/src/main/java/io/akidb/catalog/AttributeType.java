package io.akidb.catalog;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The type of a declared attribute, by which a filter compares it. */
public enum AttributeType {
  /** A JSON string. */
  STRING("string"),
  /** A JSON array of strings. */
  STRING_LIST("string[]"),
  /** A JSON number without a fraction, in 64 bits. */
  LONG("long"),
  /** A finite JSON number, as an IEEE 754 double. */
  DOUBLE("double"),
  /** A JSON true or false. */
  BOOLEAN("boolean");

  private final String jsonName;

  AttributeType(String jsonName) {
    this.jsonName = jsonName;
  }

  /** The name in JSON. */
  @JsonValue
  public String jsonName() {
    return jsonName;
  }

  /**
   * The type of a JSON name.
   *
   * @throws InvalidSchemaException if there is none
   */
  @JsonCreator
  public static AttributeType ofJsonName(String name) {
    for (AttributeType type : values()) {
      if (type.jsonName.equals(name)) {
        return type;
      }
    }
    throw new InvalidSchemaException(
        "attributes", "types are 'string', 'string[]', 'long', 'double' and 'boolean'");
  }
}
