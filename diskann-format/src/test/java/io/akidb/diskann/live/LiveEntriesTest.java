package io.akidb.diskann.live;

import static io.akidb.diskann.live.LiveModel.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.data.TestVectors;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors in clusters that are far from each other: where walks begin, and what they find. */
class LiveEntriesTest {
  private static final long SEED = 20_261_121;
  private static final int DIMENSION = 32;
  private static final int ROWS = 12_000;

  /** Rows to a query. */
  private static final int EACH = 24;

  private static final int CLUSTERS = 120;
  private static final BuildParameters HOW = BuildParameters.defaults();

  private static IndexSchema schema() {
    return new IndexSchema(DIMENSION, DistanceMetric.L2, new TreeMap<>());
  }

  private static void fill(LiveGraph graph, int from, float[]... vectors) {
    LiveInserter inserter = new LiveInserter(graph);
    for (int i = 0; i < vectors.length; i++) {
      int slot = graph.slots().take();
      LiveNode node =
          new LiveNode(slot, new LiveRecord("row-" + (from + i), 0, new byte[0], Map.of()));
      graph.space().place(slot, vectors[i], 1);
      graph.slots().publish(node);
      inserter.insert(slot, HOW.buildListSize());
      node.enliven();
    }
  }

  @ParameterizedTest
  @CsvSource({"0,16", "255,16", "256,16", "10000,100", "1000000,1000", "268435456,1024"})
  void countFor_moreVectors_isTheRootWithinBounds(int size, int count) {
    assertThat(LiveEntries.countFor(size)).isEqualTo(count);
  }

  @Test
  void inserted_manyVectors_areSpreadAndBoundedAndFollowFromTheSeed() {
    float[][] rows = TestVectors.farClusters(3_000, DIMENSION, 20, SEED);
    try (LiveGraph graph = new LiveGraph(schema(), HOW, rows.length);
        LiveGraph again = new LiveGraph(schema(), HOW, rows.length)) {
      fill(graph, 0, rows);
      fill(again, 0, rows);
      int[] entries = graph.entries().all();
      assertThat(entries).doesNotHaveDuplicates().startsWith(0);
      assertThat(entries.length).isBetween(20, LiveEntries.countFor(rows.length) * 3 / 2);
      assertThat(again.entries().all()).isEqualTo(entries);
    }
  }

  @Test
  void inserted_firstOfANewCluster_isAnEntryAtOnce() {
    float[][] rows = TestVectors.farClusters(1_000, DIMENSION, 5, SEED);
    try (LiveGraph graph = new LiveGraph(schema(), HOW, 2_000)) {
      fill(graph, 0, rows);
      float[][] fresh = TestVectors.farClusters(20, DIMENSION, 1, SEED + 1);
      fill(graph, rows.length, fresh);
      assertThat(graph.entries().all()).contains(rows.length).doesNotContain(rows.length + 19);
    }
  }

  @Test
  void consolidate_entriesDeleted_areReplaced() {
    float[][] rows = TestVectors.farClusters(2_000, DIMENSION, 30, SEED);
    try (LiveGraph graph = new LiveGraph(schema(), HOW, rows.length)) {
      fill(graph, 0, rows);
      BitSet dead = new BitSet();
      for (int slot : graph.entries().all()) {
        dead.set(slot);
        LiveNode node = graph.slots().node(slot);
        assertThat(node).isNotNull();
        node.die(null);
      }
      new LiveConsolidation(graph, dead).run();
      int[] entries = graph.entries().all();
      assertThat(entries.length).isGreaterThanOrEqualTo(LiveEntries.countFor(rows.length));
      assertThat(Arrays.stream(entries)).noneMatch(dead::get);
    }
  }

  /**
   * What comes together lies together: new clusters have to become entries as they come, and
   * inserts have to begin there. By walks from the first vector alone a quarter was lost.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void search_farClusters_losesFewQueries(boolean inTurn) {
    float[][] all = TestVectors.farClusters(ROWS + ROWS / EACH, DIMENSION, CLUSTERS, SEED, inTurn);
    float[][] rows =
        IntStream.range(0, all.length)
            .filter(i -> i % (EACH + 1) > 0)
            .mapToObj(i -> all[i])
            .toArray(float[][]::new);
    SearchParameters how = SearchParameters.defaults(10);
    try (LiveIndex index = new LiveIndex(schema(), HOW, ROWS)) {
      for (int i = 0; i < rows.length; i++) {
        index.insert(row("row-" + i, rows[i]));
      }
      int lost = 0;
      int queries = 0;
      for (int i = 0; i < all.length; i += EACH + 1) {
        double nearest =
            TestVectors.nearest(DistanceMetric.L2, rows, all[i], 10, row -> true)[9] + 1e-3;
        lost += index.search(all[i], how, null).matches().get(0).distance() <= nearest ? 0 : 1;
        queries++;
      }
      assertThat(lost).as("of %s, seed %s", queries, SEED).isLessThanOrEqualTo(queries / 50);
    }
  }
}
