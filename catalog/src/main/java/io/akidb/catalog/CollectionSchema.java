package io.akidb.catalog;

import java.io.Serializable;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a collection's records look like. Immutable.
 *
 * @param dimension how many numbers a vector has, 1 to {@value #DIMENSION_MAX}
 * @param metric how near two vectors are
 * @param indexType what a build makes
 * @param attributes declared attributes of the payload and their types, at most {@value
 *     #ATTRIBUTES_MAX}; others may be in a payload all the same
 */
public record CollectionSchema(
    int dimension, Metric metric, IndexType indexType, SortedMap<String, AttributeType> attributes)
    implements Serializable {
  /** Most numbers in a vector. */
  public static final int DIMENSION_MAX = 4096;

  /** Most declared attributes. */
  public static final int ATTRIBUTES_MAX = 64;

  private static final Pattern ATTRIBUTE_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,63}");

  /**
   * Checks and copies.
   *
   * @throws InvalidSchemaException that names the field and what it must be
   */
  public CollectionSchema {
    if (dimension < 1 || dimension > DIMENSION_MAX) {
      throw new InvalidSchemaException("vector_dim", "must be 1 to " + DIMENSION_MAX);
    }
    if (attributes.size() > ATTRIBUTES_MAX) {
      throw new InvalidSchemaException(
          "attributes", "has " + attributes.size() + " entries, at most " + ATTRIBUTES_MAX);
    }
    for (String name : attributes.keySet()) {
      if (!ATTRIBUTE_NAME.matcher(name).matches()) {
        throw new InvalidSchemaException(
            "attributes",
            "names must be 1 to 64 characters of letters, digits, '_', '.' and '-', the first a"
                + " letter or '_'");
      }
    }
    attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
  }

  /** A schema without declared attributes. */
  public static CollectionSchema of(int dimension, Metric metric) {
    return new CollectionSchema(dimension, metric, IndexType.DISKANN, Collections.emptySortedMap());
  }
}
