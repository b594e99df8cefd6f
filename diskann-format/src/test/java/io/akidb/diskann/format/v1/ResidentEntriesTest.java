package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexBuilder;
import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.TestProviders;
import io.akidb.diskann.VectorIndex;
import io.akidb.diskann.data.TestVectors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Resident shards of vectors in clusters that are far from each other: with their entries few
 * searches end in a wrong cluster, and without them, as earlier writers made them, more.
 */
class ResidentEntriesTest {
  private static final System.Logger LOG = System.getLogger(ResidentEntriesTest.class.getName());
  private static final long SEED = 20_261_121;
  private static final int DIMENSION = 32;
  private static final int ROWS = 16_000;
  private static final int QUERIES = 1_000;
  private static final int CLUSTERS = 80;
  private static final int K = 10;

  /** Short, so that what a larger set loses shows in a small one. */
  private static final int LIST_SIZE = 12;

  private static final int UNKNOWN = 99;

  @TempDir Path folder;

  private final float[][] all = TestVectors.farClusters(ROWS + QUERIES, DIMENSION, CLUSTERS, SEED);

  @ParameterizedTest
  @ValueSource(strings = {"sq4", "pq"})
  void search_farClusters_losesFewQueriesByItsEntries(String kind) {
    IndexProvider provider = TestProviders.of(kind);
    Path file = folder.resolve("a.shard");
    IndexSchema schema = new IndexSchema(DIMENSION, DistanceMetric.L2, new TreeMap<>());
    try (IndexBuilder builder =
        provider.builder(schema, BuildParameters.defaults().withThreads(1), null, folder)) {
      for (int row = 0; row < ROWS; row++) {
        builder.add(new IndexRecord(Integer.toString(row), row, all[row], new byte[0], Map.of()));
      }
      builder.build(file, BuildProgress.NONE);
    }
    double[] farthest = farthest();
    int lost = lost(provider, file, farthest);
    ShardBytes shard = ShardBytes.of(file);
    shard.buffer().putInt(shard.entryOf(ShardBytes.ENTRIES), UNKNOWN);
    shard.fixHeader().write(file);
    int lostWithout = lost(provider, file, farthest);
    String found = kind + ": lost " + lost + ", without entries " + lostWithout + " of " + QUERIES;
    LOG.log(System.Logger.Level.INFO, found);
    assertThat(lost).as("%s, seed %s", found, SEED).isLessThanOrEqualTo(QUERIES / 50);
    assertThat(lostWithout).as("%s, seed %s", found, SEED).isGreaterThan(QUERIES / 50);
  }

  /** How far the last of the nearest of each query is, at most. */
  private double[] farthest() {
    float[][] rows = Arrays.copyOf(all, ROWS);
    return IntStream.range(ROWS, all.length)
        .parallel()
        .mapToDouble(
            i -> TestVectors.nearest(DistanceMetric.L2, rows, all[i], K, row -> true)[K - 1] + 1e-3)
        .toArray();
  }

  private int lost(IndexProvider provider, Path file, double[] farthest) {
    SearchParameters how = SearchParameters.defaults(K).withSearchListSize(LIST_SIZE);
    int lost = 0;
    try (VectorIndex index = provider.open(file)) {
      for (int q = 0; q < QUERIES; q++) {
        // Ascending: if the first is not among the nearest, none is.
        lost += index.search(all[ROWS + q], how, null).distance(0) <= farthest[q] ? 0 : 1;
      }
    }
    return lost;
  }
}
