package io.akidb.catalog;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** How near two vectors are. */
public enum Metric {
  /** Cosine similarity; higher is better. */
  COSINE("cosine"),
  /** Euclidean distance; lower is better. */
  L2("l2"),
  /** Dot product; higher is better. */
  DOT("dot");

  private final String jsonName;

  Metric(String jsonName) {
    this.jsonName = jsonName;
  }

  /** The name in JSON. */
  @JsonValue
  public String jsonName() {
    return jsonName;
  }

  /**
   * The metric of a JSON name.
   *
   * @throws InvalidSchemaException if there is none
   */
  @JsonCreator
  public static Metric ofJsonName(String name) {
    for (Metric metric : values()) {
      if (metric.jsonName.equals(name)) {
        return metric;
      }
    }
    throw new InvalidSchemaException("distance", "must be one of 'cosine', 'l2' and 'dot'");
  }
}
