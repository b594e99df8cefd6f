package io.akidb.build;

import io.akidb.catalog.GarbageCollector;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How a build ended.
 *
 * @param outcome what became of it
 * @param generation that lists the index, -1 if none does
 * @param plan what was built, or null if it did not come to that
 * @param shardsReused that an earlier attempt had finished
 * @param bytes of all shards
 * @param anewBecause why an incremental build was none; empty otherwise
 * @param collected what the sweep after it deleted, or null if there was none
 * @param seconds from the lease to the commit
 * @param message for people
 */
record BuildSummary(
    Outcome outcome,
    CollectionAddress address,
    UUID buildId,
    long generation,
    @Nullable BuildPlan plan,
    int shardsReused,
    long bytes,
    String anewBecause,
    GarbageCollector.@Nullable Report collected,
    double seconds,
    String message) {
  enum Outcome {
    /** The index is the collection's. */
    PUBLISHED,
    /** A newer build was faster; this one left no trace. */
    SUPERSEDED,
    /** It ended without an index. */
    FAILED,
    /** Somebody else builds it. */
    TAKEN
  }

  /** Whether the job did what it was there for. */
  boolean isGood() {
    return outcome != Outcome.FAILED;
  }

  /** The last line of a build. */
  Map<String, Object> line() {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("type", "summary");
    line.put("outcome", outcome.name().toLowerCase(Locale.ROOT));
    line.put("tenant", address.tenantId());
    line.put("collection", address.collectionName());
    line.put("build_id", buildId.toString());
    line.put("generation", generation);
    if (plan != null) {
      Tally tally = plan.tally();
      line.put("read_generation", plan.readGeneration());
      line.put("rows_in", tally.rowsIn());
      line.put("rows_from_segments", tally.segmentRows());
      line.put("rows_from_index", tally.indexRows());
      line.put("superseded", tally.superseded());
      line.put("tombstones", tally.tombstones());
      line.put("tombstones_retained", tally.retainedTombstones());
      line.put("rows", tally.live());
      line.put("border_copies", plan.rows() - tally.live());
      line.put("shards", plan.shardNumbers().size());
      line.put("shards_built", plan.shards(ShardPlan.Way.BUILT));
      line.put("shards_merged", plan.shards(ShardPlan.Way.MERGED));
      line.put("shards_carried", plan.shards(ShardPlan.Way.CARRIED));
      line.put("shards_reused", shardsReused);
      line.put("bytes", bytes);
    }
    if (!anewBecause.isEmpty()) {
      line.put("anew_because", anewBecause);
    }
    if (collected != null) {
      line.put("garbage_objects", collected.deletedObjects());
      line.put("garbage_bytes", collected.deletedBytes());
    }
    line.put("build_s", Math.round(seconds * 1000) / 1000.0);
    line.put("message", message);
    return line;
  }
}
