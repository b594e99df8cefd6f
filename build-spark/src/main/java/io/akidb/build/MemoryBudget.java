package io.akidb.build;

import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexParameters;

/**
 * The memory of one executor's shard builds, and how it is shared by those that run at once.
 * Vectors are spilled to files and mapped, so the graph, what guards it and the attributes count.
 *
 * @param gib of all shard builds that run at once in one executor
 * @param slots how many those can be
 */
record MemoryBudget(double gib, int slots) {
  private static final long BYTES_MIN = 16 << 20;
  private static final double GRAPH_SLACK = 1.3;
  private static final int BYTES_PER_ROW = 96;
  private static final int BYTES_PER_ATTRIBUTE = 24;

  /** For one of {@code shards} that are to be built. */
  long perShard(int shards) {
    return Math.max(BYTES_MIN, (long) (gib * (1L << 30)) / Math.clamp(shards, 1, slots));
  }

  /**
   * Most rows of one shard: as many as asked for and as fit. All of them in one shard may have all
   * of the memory.
   *
   * @param live rows
   */
  long shardRowsMax(long live, CollectionSchema schema, IndexParameters request) {
    long alone = rowsThatFit(perShard(1), schema, request);
    return Math.min(
        request.partitionRowsMax(),
        live <= alone ? alone : rowsThatFit(perShard(slots), schema, request));
  }

  private static long rowsThatFit(long bytes, CollectionSchema schema, IndexParameters request) {
    double graph = 4 * GRAPH_SLACK * request.maxDegree();
    double attributes = (double) BYTES_PER_ATTRIBUTE * schema.attributes().size();
    return Math.max(1, (long) (bytes / (graph + attributes + BYTES_PER_ROW)));
  }
}
