package io.akidb.serving.search;

import io.akidb.serving.filter.Filter;
import io.akidb.serving.fresh.QueryVector;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of one collection.
 *
 * @param vector near which
 * @param k how many at most
 * @param filter what the answers must match; null for no filter
 * @param effort how hard to look
 * @param distanceMax nothing farther; infinite for no bound
 * @param deadline of the call
 */
public record SearchQuery(
    QueryVector vector,
    int k,
    @Nullable Filter filter,
    SearchEffort effort,
    float distanceMax,
    SearchDeadline deadline) {
  boolean isRange() {
    return distanceMax != Float.POSITIVE_INFINITY;
  }
}
