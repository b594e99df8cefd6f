package io.akidb.build;

import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexParameters;
import io.akidb.diskann.BuildMemory;
import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.IndexSchema;

/**
 * The memory of one executor's shard builds, and how it is shared by those that run at once. Each
 * build keeps within its part ({@link BuildMemory}); vectors, codes and graphs lie in mapped files,
 * and a shard has no more rows than can keep what all walks touch, the graph, in as much page
 * cache.
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
   * @throws BuildFailedException if not even one row's shard can be built in the memory
   */
  long shardRowsMax(long live, CollectionSchema schema, IndexParameters request) {
    long alone = rowsThatFit(1, schema, request);
    return Math.min(
        request.partitionRowsMax(), live <= alone ? alone : rowsThatFit(slots, schema, request));
  }

  private long rowsThatFit(int atOnce, CollectionSchema schema, IndexParameters request) {
    long bytes = perShard(atOnce);
    double graph = 4 * GRAPH_SLACK * request.maxDegree();
    double attributes = (double) BYTES_PER_ATTRIBUTE * schema.attributes().size();
    long cached = Math.max(1, (long) (bytes / (graph + attributes + BYTES_PER_ROW)));
    BuildParameters parameters = IndexTerms.parameters(request, schema, slots, bytes);
    IndexSchema terms = IndexTerms.schema(schema);
    requireEnough(atOnce, Math.max(BYTES_MIN, BuildMemory.bytesMin(terms, parameters, 1)));
    long low = 1;
    long high = cached;
    while (low < high) {
      long middle = (low + high + 1) >>> 1;
      if (BuildMemory.bytesMin(terms, parameters, middle) <= bytes) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private void requireEnough(int atOnce, long least) {
    double gibMin = Math.ceil((double) least * atOnce / (1L << 30) * 1000) / 1000;
    if (gib * (1L << 30) < (double) least * atOnce) {
      throw new BuildFailedException(
          "shard builds, "
              + atOnce
              + " at once, take at least "
              + gibMin
              + " GiB, they may have "
              + gib
              + ": give more by --build-memory-gb (build_memory_gb)",
          null);
    }
  }
}
