package io.akidb.diskann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.diskann.data.TestVectors;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.roaringbitmap.RoaringBitmap;

/** What every kind of index keeps to when it is searched. */
public abstract class IndexProviderContract extends IndexFixture {
  private static final int FEW = 300;
  private static final int MANY = 3_000;
  private static final int QUERIES = 40;

  /** How many of all copies of a vector a search has to find. */
  protected double copiesRecallMin() {
    return 1;
  }

  private double recall(VectorIndex index, float[][] base, float[][] queries, int k) {
    double sum = 0;
    for (float[] query : queries) {
      sum += checkedRecall(index, base, query, k, row -> true, search(index, query, k));
    }
    return sum / queries.length;
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void search_emptyIndex_answersNothing(DistanceMetric metric) {
    try (VectorIndex index = index(metric)) {
      assertThat(index.size()).isZero();
      assertThat(search(index, new float[] {1, 2, 3}, 10).size()).isZero();
      assertThat(index.nodeId("row-0")).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void search_oneVector_answersItForAnyK(DistanceMetric metric) {
    float[][] base = {{1, -2, 3}};
    try (VectorIndex index = index(metric, base)) {
      for (int k : new int[] {1, 2, 10, SearchParameters.K_MAX}) {
        float[] query = {0.5f, 2, 1};
        assertThat(checkedRecall(index, base, query, k, row -> true, search(index, query, k)))
            .isEqualTo(1);
      }
    }
  }

  @Test
  void index_anyNode_givesBackWhatWasAdded() {
    float[][] base = TestVectors.clustered(FEW, 19, SEED);
    base[7][3] = -0.0f;
    base[8][4] = Float.MIN_VALUE;
    try (VectorIndex index = index(DistanceMetric.L2, base)) {
      float[] vector = new float[19];
      for (int row = 0; row < base.length; row++) {
        int node = index.nodeId("row-" + row);
        IndexRecord added = row(row, base[row]);
        assertThat(index.vectorId(node)).isEqualTo(added.vectorId());
        assertThat(index.order(node)).isEqualTo(added.order());
        assertThat(index.payload(node)).isEqualTo(added.payload());
        index.vector(node, vector);
        // By bits: the sign of a zero stays.
        assertThat(Arrays.equals(vector, base[row])).isTrue();
      }
      assertThat(index.nodeId("row-" + base.length)).isEqualTo(-1);
      assertThat(index.type()).isEqualTo(provider().type());
      assertThat(index.schema()).isEqualTo(schema(19, DistanceMetric.L2));
      index.verify();
      assertThatThrownBy(() -> index.vector(FEW, vector))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> index.vectorId(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  static Stream<Object[]> shapes() {
    return Stream.of(DistanceMetric.values())
        .flatMap(metric -> Stream.of(1, 2, 3, 17, 48).map(n -> new Object[] {metric, n}));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void search_smallSet_findsNeighbours(DistanceMetric metric, int dimension) {
    float[][] base = TestVectors.clustered(MANY, dimension, SEED);
    float[][] queries = TestVectors.clustered(QUERIES, dimension, SEED + 1);
    try (VectorIndex index = index(metric, base)) {
      assertThat(recall(index, base, queries, 10))
          .as("recall@10, seed %s", SEED)
          .isGreaterThanOrEqualTo(recallMin());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 15, 16, 17, 63, 65, 127, 513, 1023, 2047, 4095, 4096})
  void search_anyDimension_findsNeighbours(int dimension) {
    float[][] base = TestVectors.clustered(100, dimension, SEED);
    float[][] queries = TestVectors.clustered(5, dimension, SEED + 1);
    try (VectorIndex index = index(DistanceMetric.L2, base)) {
      assertThat(recall(index, base, queries, 10)).isGreaterThanOrEqualTo(recallMin());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 9, FEW - 1, FEW, FEW + 1, SearchParameters.K_MAX})
  void search_anyK_answersThatManyOrAll(int k) {
    float[][] base = TestVectors.clustered(FEW, 8, SEED);
    try (VectorIndex index = index(DistanceMetric.L2, base)) {
      float[][] queries = TestVectors.clustered(5, 8, SEED + 1);
      assertThat(recall(index, base, queries, k)).isGreaterThanOrEqualTo(recallMin());
    }
  }

  @Test
  void search_largeThenSmallK_leavesNothingBehind() {
    float[][] base = TestVectors.clustered(MANY, 8, SEED);
    try (VectorIndex index = index(DistanceMetric.L2, base)) {
      SearchResult before = search(index, base[0], 3);
      search(index, base[1], 2_000);
      SearchResult after = search(index, base[0], 3);
      assertThat(after.nodeIds()).isEqualTo(before.nodeIds());
      assertThat(after.distances()).isEqualTo(before.distances());
    }
  }

  @Test
  void search_manyDuplicates_findsThemAll() {
    float[][] distinct = TestVectors.clustered(40, 12, SEED);
    float[][] base = new float[2_000][];
    for (int row = 0; row < base.length; row++) {
      base[row] = distinct[row % 40];
    }
    try (VectorIndex index = index(DistanceMetric.L2, base)) {
      assertThat(recall(index, base, distinct, 10)).isEqualTo(1);
      assertThat(recall(index, base, distinct, 50)).isGreaterThanOrEqualTo(copiesRecallMin());
    }
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void search_allEqual_answersKAtOneDistance(DistanceMetric metric) {
    float[][] base = new float[1_500][];
    Arrays.fill(base, new float[] {3, -1, 2, 0.5f});
    try (VectorIndex index = index(metric, base)) {
      float[] query = {1, 1, 1, 1};
      assertThat(checkedRecall(index, base, query, 25, row -> true, search(index, query, 25)))
          .isEqualTo(1);
    }
  }

  @Test
  void search_ties_ordersByNode() {
    float[][] base = new float[FEW][];
    for (int row = 0; row < FEW; row++) {
      base[row] = new float[] {row % 3, 0};
    }
    try (VectorIndex index = index(DistanceMetric.L2, base)) {
      SearchResult result = search(index, new float[] {0, 0}, FEW);
      for (int i = 1; i < FEW; i++) {
        assertThat(
                result.distance(i) > result.distance(i - 1)
                    || result.nodeId(i) > result.nodeId(i - 1))
            .isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DistanceMetric.class,
      names = {"L2", "DOT"})
  void search_zeroVectors_areVectorsLikeOthers(DistanceMetric metric) {
    float[][] base = TestVectors.clustered(MANY, 6, SEED);
    for (int row = 0; row < 30; row++) {
      base[row * 100] = new float[6];
    }
    try (VectorIndex index = index(metric, base)) {
      float[][] queries = {new float[6], base[1], base[2], base[3]};
      assertThat(recall(index, base, queries, 10)).isGreaterThanOrEqualTo(recallMin());
    }
  }

  @Test
  void search_zeroVectorByCosine_isRefused() {
    try (VectorIndex index = index(DistanceMetric.COSINE, new float[][] {{1, 2}})) {
      assertThatThrownBy(() -> search(index, new float[2], 1))
          .isInstanceOf(InvalidVectorException.class)
          .hasMessageContaining("query");
    }
  }

  @Test
  void search_invalidQuery_isRefusedAndHarmless() {
    float[][] base = TestVectors.clustered(FEW, 4, SEED);
    try (VectorIndex index = index(DistanceMetric.L2, base)) {
      for (float[] query :
          List.of(
              new float[3],
              new float[5],
              new float[0],
              new float[] {1, Float.NaN, 0, 0},
              new float[] {1, 0, 0, Float.NEGATIVE_INFINITY})) {
        assertThatThrownBy(() -> search(index, query, 1))
            .isInstanceOf(InvalidVectorException.class)
            .hasMessageContaining("query");
      }
      assertThat(recall(index, base, base, 1)).isGreaterThanOrEqualTo(recallMin());
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.0003, 0.003, 0.03, 0.3, 0.9, 1})
  void search_filter_answersOnlyAcceptedAndAsManyAsThereAre(double share) {
    float[][] base = TestVectors.clustered(MANY, 16, SEED);
    float[][] queries = TestVectors.clustered(10, 16, SEED + 1);
    SplittableRandom random = new SplittableRandom(SEED);
    boolean[] accepted = new boolean[MANY];
    for (int row = 0; row < MANY; row++) {
      accepted[row] = random.nextDouble() < share;
    }
    try (VectorIndex index = index(DistanceMetric.L2, base)) {
      RoaringBitmap nodes = new RoaringBitmap();
      IntStream.range(0, MANY).filter(node -> accepted[rowOf(index, node)]).forEach(nodes::add);
      NodeFilter known = NodeFilter.of(nodes);
      NodeFilter unknown = node -> accepted[rowOf(index, node)];
      for (NodeFilter filter : List.of(known, unknown)) {
        double sum = 0;
        for (float[] query : queries) {
          SearchResult result = index.search(query, SearchParameters.defaults(20), filter);
          sum += checkedRecall(index, base, query, 20, row -> accepted[row], result);
        }
        assertThat(sum / queries.length)
            .as("recall@20, %s, seed %s", filter.getClass().getSimpleName(), SEED)
            .isGreaterThanOrEqualTo(recallMin());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void search_filterOfTheNearOrTheFar_findsItsNearest(boolean isOfTheFar) {
    float[][] base = TestVectors.clustered(MANY, 16, SEED);
    float[][] queries = TestVectors.clustered(20, 16, SEED + 1);
    try (VectorIndex index = index(DistanceMetric.L2, base)) {
      double sum = 0;
      for (float[] query : queries) {
        double[] all = TestVectors.nearest(DistanceMetric.L2, base, query, MANY, row -> true);
        double border = all[isOfTheFar ? MANY * 2 / 3 : MANY / 3];
        IntPredicate accepts =
            row ->
                (TestVectors.distance(DistanceMetric.L2, query, base[row]) > border) == isOfTheFar;
        RoaringBitmap nodes = new RoaringBitmap();
        IntStream.range(0, MANY)
            .filter(node -> accepts.test(rowOf(index, node)))
            .forEach(nodes::add);
        SearchParameters parameters = SearchParameters.defaults(10).withSearchListSize(30);
        SearchResult result = index.search(query, parameters, NodeFilter.of(nodes));
        sum += checkedRecall(index, base, query, 10, accepts, result);
      }
      assertThat(sum / queries.length)
          .as("recall@10, seed %s", SEED)
          .isGreaterThanOrEqualTo(recallMin());
    }
  }

  @Test
  void search_filterOfNodesThatAreNotThere_ignoresThem() {
    float[][] base = TestVectors.clustered(50, 4, SEED);
    try (VectorIndex index = index(DistanceMetric.L2, base)) {
      NodeFilter filter = NodeFilter.of(RoaringBitmap.bitmapOf(3, 50, 1_000_000, -1));
      SearchResult result = index.search(base[0], SearchParameters.defaults(10), filter);
      assertThat(result.nodeIds()).containsExactly(3);
    }
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void search_radius_answersNothingFarther(DistanceMetric metric) {
    float[][] base = TestVectors.clustered(MANY, 16, SEED);
    float[][] queries = TestVectors.clustered(10, 16, SEED + 1);
    try (VectorIndex index = index(metric, base)) {
      int found = 0;
      int expected = 0;
      for (float[] query : queries) {
        double[] truth = TestVectors.nearest(metric, base, query, 30, row -> true);
        // Between two true distances, so that rounding does not decide.
        float radius = (float) ((truth[14] + truth[15]) / 2);
        SearchParameters within = SearchParameters.defaults(30).withRadius(radius);
        SearchResult result = index.search(query, within, null);
        for (int i = 0; i < result.size(); i++) {
          assertThat(result.distance(i)).isLessThanOrEqualTo(radius);
        }
        found += result.size();
        expected += 15;
      }
      assertThat(found / (double) expected).isBetween(recallMin(), 1.0);
    }
  }

  @Test
  void search_radiusNearerThanAll_answersNothing() {
    float[][] base = TestVectors.clustered(MANY, 16, SEED);
    float[] far = new float[16];
    Arrays.fill(far, 1_000);
    try (VectorIndex index = index(DistanceMetric.L2, base)) {
      SearchParameters within = SearchParameters.defaults(10).withRadius(1);
      assertThat(index.search(far, within, null).size()).isZero();
    }
  }

  @Test
  void search_manyThreadsOnOneIndex_answerAsOne() throws Exception {
    float[][] base = TestVectors.clustered(MANY, 24, SEED);
    float[][] queries = TestVectors.clustered(100, 24, SEED + 1);
    try (VectorIndex index = index(DistanceMetric.COSINE, base);
        ExecutorService threads = Executors.newFixedThreadPool(16)) {
      int[][] alone =
          Stream.of(queries).map(query -> search(index, query, 10).nodeIds()).toArray(int[][]::new);
      List<Future<int[][]>> together =
          threads.invokeAll(
              IntStream.range(0, 16)
                  .<Callable<int[][]>>mapToObj(
                      thread ->
                          () ->
                              IntStream.range(0, queries.length)
                                  .mapToObj(
                                      i -> search(index, queries[(i + thread) % 100], 10).nodeIds())
                                  .toArray(int[][]::new))
                  .toList());
      for (int thread = 0; thread < 16; thread++) {
        int[][] found = together.get(thread).get();
        for (int i = 0; i < queries.length; i++) {
          assertThat(found[i]).isEqualTo(alone[(i + thread) % 100]);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void search_hugeComponents_answersWithoutFailing(DistanceMetric metric) {
    // Their squares are beyond f32: the order is lost where distances are infinite, nothing else.
    float[][] base = TestVectors.clustered(FEW, 8, SEED);
    for (int row = 0; row < FEW; row += 2) {
      for (int d = 0; d < 8; d++) {
        base[row][d] *= 1e38f / 8;
      }
    }
    try (VectorIndex index = index(metric, base)) {
      SearchResult result = search(index, base[1], 10);
      assertThat(result.nodeIds()).hasSize(10).doesNotHaveDuplicates();
      if (metric == DistanceMetric.L2) {
        assertThat(result.nodeId(0)).isEqualTo(index.nodeId("row-1"));
      }
    }
  }
}
