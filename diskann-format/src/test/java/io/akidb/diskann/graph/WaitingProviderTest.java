package io.akidb.diskann.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.IndexProviderContract;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchResult;
import io.akidb.diskann.VectorIndex;
import io.akidb.diskann.data.TestVectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Searches that take every step for one that has waited for a disk, and read by blocks. */
class WaitingProviderTest extends IndexProviderContract {
  @Override
  protected IndexProvider provider() {
    return new DiskAnnProvider(-1);
  }

  @Override
  protected double recallMin() {
    return 0.95;
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void search_byBlocks_findsMoreByTheSameList(DistanceMetric metric) {
    float[][] base = TestVectors.clustered(6_000, 32, SEED);
    float[][] queries = TestVectors.clustered(100, 32, SEED + 1);
    SearchParameters shortList = SearchParameters.defaults(10).withSearchListSize(10);
    double byBlocks = 0;
    double byNodes = 0;
    try (VectorIndex waiting = index(metric, base);
        VectorIndex other =
            new DiskAnnProvider(Long.MAX_VALUE).open(folder.resolve("index.shard"))) {
      for (float[] query : queries) {
        SearchResult found = waiting.search(query, shortList, null);
        byBlocks += checkedRecall(waiting, base, query, 10, row -> true, found);
        SearchResult nodes = other.search(query, shortList, null);
        byNodes += checkedRecall(other, base, query, 10, row -> true, nodes);
      }
    }
    assertThat(byBlocks).isGreaterThan(byNodes);
  }
}
