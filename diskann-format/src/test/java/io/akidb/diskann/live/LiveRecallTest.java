package io.akidb.diskann.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.data.SharedData;
import io.akidb.diskann.data.TestVectors;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Rounds of a tenth deleted and as many inserted, by short lists. */
class LiveRecallTest {
  private static final System.Logger LOG = System.getLogger(LiveRecallTest.class.getName());
  private static final long SEED = 20_261_121;
  private static final int LIST_SIZE = 30;
  private static final int QUERIES = 200;

  /**
   * Vectors of which half are live at any time.
   *
   * @param rows {@code [n][dimension]}
   * @param queries {@code [m][dimension]}
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  private record DataSet(DistanceMetric metric, float[][] rows, float[][] queries) {
    int live() {
      return rows.length / 2;
    }

    LiveIndex empty() {
      return new LiveIndex(
          new IndexSchema(rows[0].length, metric, new TreeMap<>()),
          BuildParameters.defaults(),
          live() + live() / 10);
    }

    double recall(LiveIndex index) {
      double hits = 0;
      boolean[] live = new boolean[rows.length];
      for (int row = 0; row < rows.length; row++) {
        live[row] = index.get("row-" + row) != null;
      }
      for (float[] query : queries) {
        double[] truth = TestVectors.nearest(metric, rows, query, 10, row -> live[row]);
        SearchParameters how = SearchParameters.defaults(10).withSearchListSize(LIST_SIZE);
        List<LiveResult.Match> found = index.search(query, how, null).matches();
        hits += found.stream().filter(match -> match.distance() <= truth[9] + 1e-5).count();
      }
      return hits / (10 * queries.length);
    }
  }

  @Test
  void search_wordnetAfterTwentyRounds_findsAsMuchAsInAFreshIndex() throws IOException {
    var data = SharedData.find("wordnet-minilm");
    if (data.isEmpty()) {
      LOG.log(System.Logger.Level.WARNING, SharedData.howToGet("wordnet-minilm"));
    }
    assumeTrue(data.isPresent(), () -> SharedData.howToGet("wordnet-minilm"));
    check(
        new DataSet(
            DistanceMetric.COSINE,
            data.orElseThrow().npy("base.f16.npy", 3_000),
            data.orElseThrow().npy("query.f16.npy", QUERIES)),
        20);
  }

  @Test
  void search_farClustersAfterFiftyRounds_findsAsMuchAsInAFreshIndex() {
    int rows = 4_000;
    float[][] all = TestVectors.farClusters(rows + QUERIES, 32, 100, SEED);
    float[][] queries = Arrays.copyOfRange(all, rows, all.length);
    check(new DataSet(DistanceMetric.L2, Arrays.copyOf(all, rows), queries), 50);
  }

  private static void check(DataSet set, int rounds) {
    SplittableRandom random = new SplittableRandom(SEED);
    try (LiveIndex index = set.empty();
        LiveIndex fresh = set.empty()) {
      ArrayDeque<Integer> waiting = new ArrayDeque<>();
      int[] live = new int[set.live()];
      for (int row = 0; row < set.rows().length; row++) {
        if (row < live.length) {
          live[row] = row;
          index.insert(LiveModel.row("row-" + row, set.rows()[row]));
        } else {
          waiting.add(row);
        }
      }
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < live.length / 10; i++) {
          int place = random.nextInt(live.length);
          int next = waiting.remove();
          assertThat(index.delete("row-" + live[place])).isTrue();
          waiting.add(live[place]);
          live[place] = next;
          index.insert(LiveModel.row("row-" + next, set.rows()[next]));
        }
        assertThat(index.consolidate()).isEqualTo(live.length / 10);
      }
      for (int row : live) {
        fresh.insert(LiveModel.row("row-" + row, set.rows()[row]));
      }
      double worn = set.recall(index);
      double anew = set.recall(fresh);
      LOG.log(
          System.Logger.Level.INFO,
          "recall@10 " + worn + " after " + rounds + " rounds, " + anew + " anew");
      assertThat(worn).as("seed %s", SEED).isGreaterThanOrEqualTo(anew - 0.01);
    }
  }
}
