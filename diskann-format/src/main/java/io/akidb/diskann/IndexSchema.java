package io.akidb.diskann;

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
    attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
  }
}
