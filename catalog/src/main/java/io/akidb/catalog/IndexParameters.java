package io.akidb.catalog;

import java.io.Serializable;

/**
 * What a build shall be made with.
 *
 * @param maxDegree R: most neighbours of a node, 4 to 256
 * @param buildListSize L while building, 8 to 2,000
 * @param alpha how far pruning keeps long edges, 1 to 2
 * @param pqSubvectors M: subspaces of a product quantizer, bytes of a code; 0 lets the dimension
 *     decide, and is all that other codes take
 * @param buildMemoryGb memory of the job, in GiB
 * @param partitionRowsMax most rows of one shard
 * @param partitionOverlap share of the rows that also go to a second partition, 0 to 1
 * @param seed of everything random in the build
 * @param quantization which codes graphs are walked by
 * @param vectorStorage how full vectors are stored
 */
public record IndexParameters(
    int maxDegree,
    int buildListSize,
    double alpha,
    int pqSubvectors,
    double buildMemoryGb,
    int partitionRowsMax,
    double partitionOverlap,
    long seed,
    IndexQuantization quantization,
    IndexVectorStorage vectorStorage)
    implements Serializable {
  /**
   * Checks each.
   *
   * @throws InvalidIndexParametersException that names the field and what it must be
   */
  public IndexParameters {
    check(maxDegree >= 4 && maxDegree <= 256, "max_degree", "must be 4 to 256");
    check(buildListSize >= 8 && buildListSize <= 2000, "build_list_size", "must be 8 to 2000");
    check(alpha >= 1 && alpha <= 2, "alpha", "must be 1.0 to 2.0");
    check(
        pqSubvectors >= 0 && pqSubvectors <= CollectionSchema.DIMENSION_MAX,
        "pq_subvectors",
        "must be 0 (the dimension decides) to " + CollectionSchema.DIMENSION_MAX);
    check(
        pqSubvectors == 0 || quantization.hasSubvectors(),
        "pq_subvectors",
        "is of 'pq' and 'opq': leave it away, or ask for one of them");
    check(
        buildMemoryGb > 0 && buildMemoryGb <= 65536,
        "build_memory_gb",
        "must be above 0, to 65536");
    check(
        partitionRowsMax >= 100 && partitionRowsMax <= 100_000_000,
        "partition_rows_max",
        "must be 100 to 100000000");
    check(
        partitionOverlap >= 0 && partitionOverlap <= 1, "partition_overlap", "must be 0.0 to 1.0");
  }

  /**
   * With PQ codes if {@code pqSubvectors} says how long, otherwise with binary ones, and vectors in
   * the form that fits them.
   */
  public IndexParameters(
      int maxDegree,
      int buildListSize,
      double alpha,
      int pqSubvectors,
      double buildMemoryGb,
      int partitionRowsMax,
      double partitionOverlap,
      long seed) {
    this(
        maxDegree,
        buildListSize,
        alpha,
        pqSubvectors,
        buildMemoryGb,
        partitionRowsMax,
        partitionOverlap,
        seed,
        IndexQuantization.implied(pqSubvectors),
        IndexVectorStorage.AUTO);
  }

  private static void check(boolean good, String field, String problem) {
    if (!good) {
      throw new InvalidIndexParametersException(field, problem);
    }
  }

  /** What is taken for what a request leaves out: the graphs that the benchmarks are run with. */
  public static IndexParameters defaults() {
    return new IndexParameters(32, 64, 1.2, 0, 4, 1_000_000, 0.2, 42);
  }
}
