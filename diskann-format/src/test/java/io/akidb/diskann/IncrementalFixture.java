package io.akidb.diskann;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Rows that come and go: of {@code [n][dimension]} a window is live, from which each generation
 * deletes a share, seeded, and takes as many in that were not live.
 */
final class IncrementalFixture {
  static final int K = 10;

  private final DistanceMetric metric;
  private final float[][] rows;
  private final float[][] queries;
  private final Path folder;

  IncrementalFixture(DistanceMetric metric, float[][] rows, float[][] queries, Path folder) {
    this.metric = metric;
    this.rows = rows;
    this.queries = queries;
    this.folder = folder;
  }

  IndexSchema schema() {
    return new IndexSchema(rows[0].length, metric, new TreeMap<>());
  }

  IndexRecord row(int row) {
    return new IndexRecord(Integer.toString(row), row, rows[row], new byte[0], Map.of());
  }

  /** CPU time of all threads of this process, in seconds. */
  static double cpuSeconds() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getProcessCpuTime()
        / 1e9;
  }

  /** Builds a shard of rows from the beginning. */
  BuildReport build(String type, int[] live, Path output) {
    try (IndexBuilder builder =
        IndexProvider.of(type).builder(schema(), BuildParameters.defaults(), null, folder)) {
      for (int row : live) {
        builder.add(row(row));
      }
      return builder.build(output, BuildProgress.NONE);
    }
  }

  /** Merges a shard with rows that are gone and rows that are new. */
  BuildReport merge(Path base, int[] gone, int[] fresh, Path output) {
    IndexProvider provider = IndexProvider.of("diskann");
    try (VectorIndex index = provider.open(base);
        ShardMerge merge =
            provider.merge(index, schema(), BuildParameters.defaults(), null, folder)) {
      for (int row : gone) {
        merge.delete(Integer.toString(row));
      }
      for (int row : fresh) {
        merge.add(row(row));
      }
      return merge.build(output, BuildProgress.NONE);
    }
  }

  /** The nearest rows of each query. */
  int[][] truth(int[] live) {
    Path file = folder.resolve("flat.shard");
    build("flat", live, file);
    try (VectorIndex flat = IndexProvider.of("flat").open(file)) {
      return IntStream.range(0, queries.length)
          .parallel()
          .mapToObj(q -> rows(flat, flat.search(queries[q], SearchParameters.defaults(K), null)))
          .toArray(int[][]::new);
    }
  }

  private static int[] rows(VectorIndex index, SearchResult result) {
    return Arrays.stream(result.nodeIds())
        .map(node -> Integer.parseInt(index.vectorId(node)))
        .toArray();
  }

  /**
   * How well a shard is searched.
   *
   * @param recall at 10, by default parameters
   * @param recallShort by lists of 20, which show more of the graph
   * @param hops nodes expanded, by default parameters, on average
   */
  record Quality(double recall, double recallShort, double hops) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "recall@10 %.4f, of lists of 20 %.4f, %.1f hops", recall, recallShort, hops);
    }
  }

  Quality quality(Path file, int[][] truth) {
    try (VectorIndex index = IndexProvider.of("diskann").open(file)) {
      SearchParameters parameters = SearchParameters.defaults(K);
      double hops = 0;
      double hits = 0;
      double hitsShort = 0;
      for (int q = 0; q < queries.length; q++) {
        SearchResult result = index.search(queries[q], parameters, null);
        hops += result.statistics().hops();
        hits += hits(rows(index, result), truth[q]);
        hitsShort +=
            hits(
                rows(index, index.search(queries[q], parameters.withSearchListSize(20), null)),
                truth[q]);
      }
      double answers = queries.length * (double) K;
      return new Quality(hits / answers, hitsShort / answers, hops / queries.length);
    }
  }

  private static long hits(int[] found, int[] truth) {
    Set<Integer> wanted = new HashSet<>();
    Arrays.stream(truth).limit(K).forEach(wanted::add);
    return Arrays.stream(found).filter(wanted::contains).count();
  }
}
