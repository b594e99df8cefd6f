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
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Twenty rounds of a tenth deleted and as many inserted, on real vectors, by short lists. */
class LiveRecallTest {
  private static final System.Logger LOG = System.getLogger(LiveRecallTest.class.getName());
  private static final long SEED = 20_261_121;
  private static final int ROWS = 3_000;
  private static final int LIVE = 1_500;
  private static final int ROUNDS = 20;
  private static final int LIST_SIZE = 30;

  private static final IndexSchema SCHEMA =
      new IndexSchema(384, DistanceMetric.COSINE, new TreeMap<>());

  private static LiveIndex empty() {
    return new LiveIndex(SCHEMA, BuildParameters.defaults(), LIVE + LIVE / 10);
  }

  private static double recall(LiveIndex index, float[][] rows, float[][] queries) {
    double hits = 0;
    boolean[] live = new boolean[rows.length];
    for (int row = 0; row < rows.length; row++) {
      live[row] = index.get("row-" + row) != null;
    }
    for (float[] query : queries) {
      double[] truth =
          TestVectors.nearest(DistanceMetric.COSINE, rows, query, 10, row -> live[row]);
      SearchParameters how = SearchParameters.defaults(10).withSearchListSize(LIST_SIZE);
      List<LiveResult.Match> found = index.search(query, how, null).matches();
      hits += found.stream().filter(match -> match.distance() <= truth[9] + 1e-5).count();
    }
    return hits / (10 * queries.length);
  }

  @Test
  void search_afterTwentyRounds_findsAsMuchAsInAFreshIndex() throws IOException {
    var data = SharedData.find("wordnet-minilm");
    if (data.isEmpty()) {
      LOG.log(System.Logger.Level.WARNING, SharedData.howToGet("wordnet-minilm"));
    }
    assumeTrue(data.isPresent(), () -> SharedData.howToGet("wordnet-minilm"));
    float[][] rows = data.orElseThrow().npy("base.f16.npy", ROWS);
    float[][] queries = data.orElseThrow().npy("query.f16.npy", 200);
    SplittableRandom random = new SplittableRandom(SEED);
    try (LiveIndex index = empty();
        LiveIndex fresh = empty()) {
      ArrayDeque<Integer> waiting = new ArrayDeque<>();
      int[] live = new int[LIVE];
      for (int row = 0; row < ROWS; row++) {
        if (row < LIVE) {
          live[row] = row;
          index.insert(LiveModel.row("row-" + row, rows[row]));
        } else {
          waiting.add(row);
        }
      }
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < LIVE / 10; i++) {
          int place = random.nextInt(LIVE);
          int next = waiting.remove();
          assertThat(index.delete("row-" + live[place])).isTrue();
          waiting.add(live[place]);
          live[place] = next;
          index.insert(LiveModel.row("row-" + next, rows[next]));
        }
        assertThat(index.consolidate()).isEqualTo(LIVE / 10);
      }
      for (int row : live) {
        fresh.insert(LiveModel.row("row-" + row, rows[row]));
      }
      double worn = recall(index, rows, queries);
      double anew = recall(fresh, rows, queries);
      LOG.log(
          System.Logger.Level.INFO, "recall@10 " + worn + " after 20 rounds, " + anew + " anew");
      assertThat(worn).as("seed %s", SEED).isGreaterThanOrEqualTo(anew - 0.01);
    }
  }
}
