package io.akidb.serving.search;

import io.akidb.serving.fresh.FreshRow;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A vector found.
 *
 * @param id the user's
 * @param distance less is nearer
 * @param fresh the row if it is not in the index yet, else null
 * @param position of its partition, unless fresh
 * @param node in its shard, unless fresh
 */
public record Hit(String id, float distance, @Nullable FreshRow fresh, int position, int node) {
  /** Nearest first, equal ones by id. */
  static final Comparator<Hit> NEAREST_FIRST =
      Comparator.comparingDouble(Hit::distance).thenComparing(Hit::id);
}
