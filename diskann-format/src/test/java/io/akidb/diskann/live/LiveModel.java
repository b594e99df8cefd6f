package io.akidb.diskann.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.data.TestVectors;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a live index should hold: a map, searched by looking at everything. */
final class LiveModel {
  /** Few, so that small indexes are walked and not scanned. */
  private static final int LIST_SIZE = 50;

  private final DistanceMetric metric;
  private final Map<String, float[]> vectors = new TreeMap<>();

  LiveModel(DistanceMetric metric) {
    this.metric = metric;
  }

  static IndexRecord row(String id, float[] vector) {
    byte[] payload = ("payload of " + id).getBytes(StandardCharsets.UTF_8);
    return new IndexRecord(id, id.hashCode(), vector, payload, Map.of());
  }

  void put(String id, float[] vector) {
    vectors.put(id, vector);
  }

  boolean remove(String id) {
    return vectors.remove(id) != null;
  }

  Map<String, float[]> vectors() {
    return vectors;
  }

  /** Checks that an answer is true, and returns the share of the nearest that it has. */
  double checkedRecall(LiveIndex index, float[] query, int k) {
    LiveResult result =
        index.search(query, SearchParameters.defaults(k).withSearchListSize(LIST_SIZE), null);
    double[] truth =
        TestVectors.nearest(
            metric, vectors.values().toArray(float[][]::new), query, k, row -> true);
    assertThat(result.size()).as("answers").isEqualTo(truth.length);
    Set<String> seen = new HashSet<>();
    int hits = 0;
    float last = Float.NEGATIVE_INFINITY;
    for (LiveResult.Match match : result.matches()) {
      String id = match.found().vectorId();
      assertThat(vectors).containsKey(id);
      assertThat(seen.add(id)).as("%s once", id).isTrue();
      assertThat(match.found().order()).isEqualTo(id.hashCode());
      double expected = TestVectors.distance(metric, vectors.get(id), query);
      assertThat((double) match.distance()).isBetween(expected - 1e-3, expected + 1e-3);
      assertThat(match.distance()).isGreaterThanOrEqualTo(last);
      last = match.distance();
      hits += expected <= truth[truth.length - 1] + 1e-3 ? 1 : 0;
    }
    return truth.length == 0 ? 1 : hits / (double) truth.length;
  }

  /** Ids that a search for their own vector does not find. */
  Set<String> lost(LiveIndex index) {
    Set<String> lost = new HashSet<>();
    vectors.forEach(
        (id, vector) -> {
          LiveResult result =
              index.search(
                  vector, SearchParameters.defaults(10).withSearchListSize(LIST_SIZE), null);
          if (result.matches().stream().noneMatch(match -> match.found().vectorId().equals(id))) {
            lost.add(id);
          }
        });
    return lost;
  }
}
