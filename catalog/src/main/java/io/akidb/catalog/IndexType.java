package io.akidb.catalog;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** What a build makes out of a collection's segments. */
public enum IndexType {
  /** One Vamana graph for each partition, searched approximately. */
  DISKANN("diskann"),
  /** No graph: searched exactly. */
  FLAT("flat");

  private final String jsonName;

  IndexType(String jsonName) {
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
  public static IndexType ofJsonName(String name) {
    for (IndexType type : values()) {
      if (type.jsonName.equals(name)) {
        return type;
      }
    }
    throw new InvalidSchemaException("index_type", "must be one of 'diskann' and 'flat'");
  }
}
