package io.akidb.diskann.live;

import static io.akidb.diskann.live.LiveModel.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.diskann.AttributeType;
import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.InvalidVectorException;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.data.TestVectors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LiveIndexTest {
  private static final long SEED = 20_261_121;
  private static final int MANY = 3_000;

  private static IndexSchema schema(int dimension, DistanceMetric metric) {
    return new IndexSchema(dimension, metric, new TreeMap<>());
  }

  private static LiveIndex index(int dimension, DistanceMetric metric, int vectorsMax) {
    return new LiveIndex(schema(dimension, metric), BuildParameters.defaults(), vectorsMax);
  }

  private static LiveModel fill(LiveIndex index, float[]... base) {
    LiveModel model = new LiveModel(index.schema().metric());
    for (int i = 0; i < base.length; i++) {
      index.insert(row("row-" + i, base[i]));
      model.put("row-" + i, base[i]);
    }
    return model;
  }

  private static double recall(LiveModel model, LiveIndex index, float[][] queries, int k) {
    return Arrays.stream(queries)
        .mapToDouble(query -> model.checkedRecall(index, query, k))
        .average()
        .orElseThrow();
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void search_inserted_findsNeighboursAndEachByItsOwnVector(DistanceMetric metric) {
    float[][] base = TestVectors.clustered(MANY, 24, SEED);
    try (LiveIndex index = index(24, metric, MANY)) {
      LiveModel model = fill(index, base);
      assertThat(index.size()).isEqualTo(MANY);
      float[][] queries = TestVectors.clustered(50, 24, SEED + 1);
      assertThat(recall(model, index, queries, 10)).isGreaterThanOrEqualTo(0.95);
      if (metric != DistanceMetric.DOT) {
        assertThat(model.lost(index)).isEmpty();
      }
    }
  }

  @Test
  void search_emptyIndex_answersNothing() {
    try (LiveIndex index = index(2, DistanceMetric.L2, 10)) {
      assertThat(index.search(new float[2], SearchParameters.defaults(3), null).size()).isZero();
      assertThat(index.consolidate()).isZero();
      assertThat(index.delete("nobody")).isFalse();
      assertThat(index.get("nobody")).isNull();
    }
  }

  @Test
  void search_invalidQuery_isRefused() {
    try (LiveIndex index = index(2, DistanceMetric.L2, 10)) {
      fill(index, TestVectors.clustered(5, 2, SEED));
      for (float[] query : List.of(new float[1], new float[] {Float.NaN, 1})) {
        assertThatThrownBy(() -> index.search(query, SearchParameters.defaults(3), null))
            .isInstanceOf(InvalidVectorException.class)
            .hasMessageContaining("query");
      }
    }
  }

  @Test
  void search_copiesOfFewVectors_findsThemAll() {
    float[][] distinct = TestVectors.clustered(40, 12, SEED);
    float[][] base = new float[MANY][];
    Arrays.setAll(base, i -> distinct[i % 40]);
    try (LiveIndex index = index(12, DistanceMetric.L2, MANY)) {
      LiveModel model = fill(index, base);
      assertThat(recall(model, index, distinct, 30)).isEqualTo(1);
    }
  }

  @Test
  void search_filterAndRadius_answersOnlyWhatIsAccepted() {
    float[][] base = TestVectors.clustered(MANY, 8, SEED);
    try (LiveIndex index = index(8, DistanceMetric.L2, MANY)) {
      fill(index, base);
      for (int share : new int[] {2, 50, 1_000}) {
        LiveResult result =
            index.search(
                base[3],
                SearchParameters.defaults(5),
                content -> Integer.parseInt(content.vectorId().substring(4)) % share == 0);
        double[] truth =
            TestVectors.nearest(DistanceMetric.L2, base, base[3], 5, row -> row % share == 0);
        assertThat(result.size()).isEqualTo(truth.length);
        for (int i = 0; i < truth.length; i++) {
          assertThat((double) result.matches().get(i).distance()).isBetween(0.0, truth[i] + 1e-3);
        }
      }
      double[] truth = TestVectors.nearest(DistanceMetric.L2, base, base[3], 20, row -> true);
      float radius = (float) ((truth[9] + truth[10]) / 2);
      SearchParameters within = SearchParameters.defaults(20).withRadius(radius);
      assertThat(index.search(base[3], within, null).size()).isEqualTo(10);
    }
  }

  @Test
  void insert_sameId_replaces() {
    try (LiveIndex index = index(2, DistanceMetric.L2, 10)) {
      index.insert(row("a", new float[] {0, 0}));
      index.insert(row("b", new float[] {5, 5}));
      index.insert(new IndexRecord("a", 77, new float[] {9, 9}, new byte[] {1}, Map.of()));
      assertThat(index.size()).isEqualTo(2);
      assertThat(index.tombstones()).isEqualTo(1);
      LiveResult result = index.search(new float[] {0, 0}, SearchParameters.defaults(3), null);
      assertThat(result.matches()).extracting(m -> m.found().vectorId()).containsExactly("b", "a");
      assertThat(result.matches().get(1).distance()).isEqualTo(162);
      LiveRecord kept = index.get("a");
      assertThat(kept).isNotNull();
      assertThat(kept.order()).isEqualTo(77);
      assertThat(kept.payload()).containsExactly(1);
    }
  }

  @Test
  void insert_invalidRecord_isRefusedAndTakesNoPlace() {
    IndexSchema schema =
        new IndexSchema(
            2, DistanceMetric.COSINE, new TreeMap<>(Map.of("year", AttributeType.LONG)));
    try (LiveIndex index = new LiveIndex(schema, BuildParameters.defaults(), 1)) {
      for (float[] wrong : List.of(new float[3], new float[2], new float[] {Float.NaN, 1})) {
        assertThatThrownBy(() -> index.insert(row("a", wrong)))
            .isInstanceOf(InvalidVectorException.class)
            .hasMessageContaining("'a'");
      }
      float[] right = {1, 2};
      assertThatThrownBy(() -> index.insert(row("x".repeat(5_000), right)))
          .isInstanceOf(InvalidVectorException.class);
      assertThatThrownBy(
              () ->
                  index.insert(
                      new IndexRecord(
                          "a", 1, right, new byte[0], Map.of("y", new AttributeValue.Int64(1)))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'y'");
      index.insert(
          new IndexRecord(
              "a", 1, right, new byte[0], Map.of("year", new AttributeValue.Int64(1999))));
      assertThat(index.size()).isEqualTo(1);
      LiveRecord kept = index.get("a");
      assertThat(kept).isNotNull();
      assertThat(kept.attributes()).containsEntry("year", new AttributeValue.Int64(1999));
    }
  }

  @Test
  void insert_intoFullIndex_isRefusedUntilConsolidated() {
    try (LiveIndex index = index(3, DistanceMetric.L2, 200)) {
      LiveModel model = fill(index, TestVectors.clustered(200, 3, SEED));
      float[] another = {1, 2, 3};
      assertThatThrownBy(() -> index.insert(row("new", another)))
          .isInstanceOf(LiveIndexFullException.class)
          .hasMessageContaining("200");
      assertThat(index.delete("row-7")).isTrue();
      model.remove("row-7");
      assertThatThrownBy(() -> index.insert(row("new", another)))
          .isInstanceOf(LiveIndexFullException.class);
      assertThat(index.consolidate()).isEqualTo(1);
      assertThat(index.tombstones()).isZero();
      index.insert(row("new", another));
      model.put("new", another);
      assertThat(model.lost(index)).isEmpty();
    }
  }

  @Test
  void constructor_placesOutOfBounds_isRefused() {
    IndexSchema schema = schema(2, DistanceMetric.L2);
    for (int places : new int[] {0, -1, LiveIndex.VECTORS_MAX + 1}) {
      assertThatThrownBy(() -> new LiveIndex(schema, BuildParameters.defaults(), places))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("vectorsMax");
    }
  }

  @Test
  void memoryBytes_growingIndex_isWhatTheDocumentationSays() {
    try (LiveIndex index = index(20, DistanceMetric.L2, 5_000)) {
      assertThat(index.memoryBytes()).isZero();
      fill(index, TestVectors.clustered(1_500, 20, SEED));
      // 32 components and 40 neighbours: 300 bytes, rounded up.
      assertThat(index.memoryBytes()).isEqualTo(2 * 1_024 * 320L);
    }
  }

  @Test
  void consolidate_everythingDeleted_startsAnew() {
    try (LiveIndex index = index(6, DistanceMetric.L2, MANY)) {
      for (int round = 0; round < 3; round++) {
        LiveModel model = fill(index, TestVectors.clustered(MANY, 6, SEED + round));
        assertThat(recall(model, index, TestVectors.clustered(10, 6, SEED), 10)).isGreaterThan(0.9);
        model.vectors().keySet().forEach(index::delete);
        assertThat(index.search(new float[6], SearchParameters.defaults(5), null).size()).isZero();
        assertThat(index.consolidate()).isEqualTo(MANY);
        assertThat(index.size()).isZero();
      }
    }
  }

  @Test
  void search_nearlyAllDeletedAndNotConsolidated_findsTheRestAndWhatIsNew() {
    try (LiveIndex index = index(6, DistanceMetric.L2, 2 * MANY)) {
      LiveModel model = fill(index, TestVectors.clustered(MANY, 6, SEED));
      for (int i = 0; i < MANY - 20; i++) {
        index.delete("row-" + i);
        model.remove("row-" + i);
      }
      float[][] fresh = TestVectors.clustered(30, 6, SEED + 1);
      for (int i = 0; i < fresh.length; i++) {
        index.insert(row("new-" + i, fresh[i]));
        model.put("new-" + i, fresh[i]);
      }
      assertThat(recall(model, index, fresh, 10)).isEqualTo(1);
      index.consolidate();
      assertThat(recall(model, index, fresh, 50)).isEqualTo(1);
    }
  }

  @Test
  void consolidate_interrupted_isCancelledAndLosesNothing() {
    try (LiveIndex index = index(6, DistanceMetric.L2, MANY)) {
      LiveModel model = fill(index, TestVectors.clustered(MANY, 6, SEED));
      for (int i = 0; i < 500; i++) {
        index.delete("row-" + i);
        model.remove("row-" + i);
      }
      Thread.currentThread().interrupt();
      assertThatThrownBy(index::consolidate).isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(index.tombstones()).isEqualTo(500);
      assertThat(model.lost(index)).isEmpty();
      assertThat(index.consolidate()).isEqualTo(500);
      assertThat(model.lost(index)).isEmpty();
    }
  }

  @RepeatedTest(4)
  void index_randomOperations_answersAsAMapThatIsScanned(RepetitionInfo run) {
    long seed = SEED + run.getCurrentRepetition();
    SplittableRandom random = new SplittableRandom(seed);
    DistanceMetric metric = DistanceMetric.ofCode(run.getCurrentRepetition() % 3);
    int dimension = 2 + random.nextInt(20);
    float[][] vectors = TestVectors.clustered(4_000, dimension, seed);
    LiveModel model = new LiveModel(metric);
    try (LiveIndex index = index(dimension, metric, 2_500)) {
      double recall = 0;
      int checks = 0;
      for (int step = 0; step < 8_000; step++) {
        String id = "row-" + random.nextInt(1_500);
        if (random.nextInt(100) < 65) {
          float[] vector = vectors[random.nextInt(vectors.length)];
          if (index.size() + index.tombstones() == 2_500) {
            assertThat(index.consolidate()).as("seed %s", seed).isPositive();
          }
          index.insert(row(id, vector));
          model.put(id, vector);
        } else {
          assertThat(index.delete(id)).isEqualTo(model.remove(id));
        }
        if (random.nextInt(1_000) == 0) {
          index.consolidate();
        }
        if (step % 40 == 0) {
          recall += model.checkedRecall(index, vectors[random.nextInt(4_000)], 10);
          checks++;
        }
      }
      assertThat(index.size()).isEqualTo(model.vectors().size());
      assertThat(recall / checks).as("seed %s", seed).isGreaterThanOrEqualTo(0.97);
      if (metric != DistanceMetric.DOT) {
        assertThat(model.lost(index)).as("seed %s", seed).isEmpty();
      }
    }
  }
}
