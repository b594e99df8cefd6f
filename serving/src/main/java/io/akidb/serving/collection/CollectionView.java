package io.akidb.serving.collection;

import io.akidb.catalog.Manifest;
import io.akidb.serving.fresh.FreshSnapshot;
import io.akidb.serving.shard.BuiltIndex;
import org.jspecify.annotations.Nullable;

/**
 * What one query sees of a collection, from its first step to its last. Immutable.
 *
 * @param manifest the newest generation that the node knows
 * @param generation the newest generation that is wholly searchable here; the manifest's, but for
 *     the while in which an index is being fetched whose segments this node never saw
 * @param fresh what the index has not
 * @param index what was built, or null before the first build
 */
public record CollectionView(
    Manifest manifest, long generation, FreshSnapshot fresh, @Nullable BuiltIndex index) {

  /**
   * Live vectors; an estimate while shards are not all on this node, see {@link
   * BuiltIndex#isResident}.
   */
  public long liveVectors() {
    BuiltIndex built = index;
    return fresh.liveVectors()
        + (built == null ? 0 : Math.max(0, built.ref().rows() - fresh.hiddenInIndex()));
  }
}
