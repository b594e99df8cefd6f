package io.akidb.diskann;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What every vector of an index has in common.
 *
 * @param dimension 1 to {@value #DIMENSION_MAX}
 * @param metric how near two vectors are
 * @param attributes types of the declared attributes by name, at most {@value #ATTRIBUTES_MAX}
 */
public record IndexSchema(
    int dimension, DistanceMetric metric, SortedMap<String, AttributeType> attributes) {
  /** The largest dimension. */
  public static final int DIMENSION_MAX = 4096;

  /** The most declared attributes. */
  public static final int ATTRIBUTES_MAX = 256;

  /** The longest name of an attribute, in UTF-8 bytes. */
  public static final int ATTRIBUTE_NAME_BYTES_MAX = 1024;

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if a bound is passed
   */
  public IndexSchema {
    if (dimension < 1 || dimension > DIMENSION_MAX) {
      throw new IllegalArgumentException("dimension must be 1 to " + DIMENSION_MAX);
    }
    if (attributes.size() > ATTRIBUTES_MAX) {
      throw new IllegalArgumentException("at most " + ATTRIBUTES_MAX + " attributes");
    }
    for (String name : attributes.keySet()) {
      requireName(name);
    }
    attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
  }

  private static void requireName(String name) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
      throw new IllegalArgumentException(
          "an attribute's name has half a surrogate pair; give text that has a UTF-8 form");
    }
    if (name.getBytes(StandardCharsets.UTF_8).length > ATTRIBUTE_NAME_BYTES_MAX) {
      throw new IllegalArgumentException(
          "an attribute's name has more than " + ATTRIBUTE_NAME_BYTES_MAX + " bytes of UTF-8");
    }
  }
}
