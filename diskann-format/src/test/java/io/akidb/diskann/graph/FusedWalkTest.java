package io.akidb.diskann.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexFixture;
import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchResult;
import io.akidb.diskann.VectorIndex;
import io.akidb.diskann.data.TestVectors;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When walks end. */
class FusedWalkTest extends IndexFixture {
  private static final int LIST = 60;
  private static final int COPIES = 20;
  private static final int QUERIES = 40;

  @Override
  protected IndexProvider provider() {
    return new DiskAnnProvider();
  }

  @Override
  protected double recallMin() {
    return 0.95;
  }

  private VectorIndex build(DistanceMetric metric, float[]... base) {
    return index(metric, new BuildParameters(16, 32, 1.2f, 0, SEED, 2, 1L << 28), base);
  }

  /** Points far apart, each {@link #COPIES} times. */
  private static float[][] copies() {
    float[][] points = TestVectors.clustered(150, 24, SEED);
    float[][] base = new float[points.length * COPIES][];
    Arrays.setAll(base, i -> points[i % points.length]);
    return base;
  }

  @ParameterizedTest
  @EnumSource(
      value = DistanceMetric.class,
      names = {"L2", "COSINE"})
  void search_forWhatHasEnoughCopies_endsBeforeTheListIsExpanded(DistanceMetric metric) {
    try (VectorIndex index = build(metric, copies())) {
      for (float[] query : TestVectors.clustered(150, 24, SEED)) {
        SearchResult found =
            index.search(query, SearchParameters.defaults(5).withSearchListSize(LIST), null);
        assertThat(found.size()).isEqualTo(5);
        for (float distance : found.distances()) {
          assertThat(distance).isBetween(-1e-5f, 1e-5f);
        }
        assertThat(found.statistics().hops()).isLessThan(LIST);
      }
    }
  }

  @Test
  void search_byInnerProducts_expandsTheWholeList() {
    try (VectorIndex index = build(DistanceMetric.DOT, copies())) {
      float[] query = TestVectors.clustered(150, 24, SEED)[3];
      assertThat(
              index
                  .search(query, SearchParameters.defaults(5).withSearchListSize(LIST), null)
                  .statistics()
                  .hops())
          .isGreaterThanOrEqualTo(LIST);
    }
  }

  @Test
  void search_withinARadius_expandsTheWholeList() {
    try (VectorIndex index = build(DistanceMetric.L2, copies())) {
      float[] query = TestVectors.clustered(150, 24, SEED)[3];
      SearchParameters within =
          SearchParameters.defaults(5).withSearchListSize(LIST).withRadius(0.5f);
      assertThat(index.search(query, within, null).statistics().hops())
          .isGreaterThanOrEqualTo(LIST);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DistanceMetric.class,
      names = {"L2", "COSINE"})
  void search_someQueries_stepLessThanTheirListsAndFindTheNearest(DistanceMetric metric) {
    float[][] base = TestVectors.clustered(3_000, 24, SEED);
    SplittableRandom random = new SplittableRandom(SEED);
    double found = 0;
    double hops = 0;
    try (VectorIndex index = build(metric, base)) {
      for (int i = 0; i < QUERIES; i++) {
        float[] query = base[random.nextInt(base.length)].clone();
        for (int d = 0; d < query.length; d++) {
          query[d] += (float) (0.2 * random.nextGaussian());
        }
        SearchResult answer =
            index.search(query, SearchParameters.defaults(10).withSearchListSize(LIST), null);
        double[] nearest = TestVectors.nearest(metric, base, query, 10, row -> true);
        for (float distance : answer.distances()) {
          found += distance <= nearest[9] + 1e-4 ? 1 : 0;
        }
        hops += answer.statistics().hops();
      }
    }
    assertThat(found / (10 * QUERIES)).isGreaterThanOrEqualTo(0.97);
    // Lists of one and a half times as many would take as many steps.
    assertThat(hops / QUERIES).isLessThan(1.3 * LIST);
  }

  @Test
  void search_byAShortListAmongManyClusters_beginsInTheQuerysOwn() {
    SplittableRandom random = new SplittableRandom(SEED);
    float[][] centres = new float[60][24];
    Arrays.setAll(centres, i -> near(centres[i], 1, random));
    float[][] base = new float[3_000][];
    Arrays.setAll(base, i -> near(centres[i % centres.length], 0.05, random));
    SearchParameters few = SearchParameters.defaults(5).withSearchListSize(5);
    int lost = 0;
    try (VectorIndex index = build(DistanceMetric.L2, base)) {
      for (float[] centre : centres) {
        float[] query = near(centre, 0.05, random);
        lost += index.search(query, few, null).distances()[0] > 1 ? 1 : 0;
        // A filtered search offers every entry.
        lost += index.search(query, few, node -> true).distances()[0] > 1 ? 1 : 0;
      }
    }
    assertThat(lost).isZero();
  }

  private static float[] near(float[] centre, double deviation, SplittableRandom random) {
    float[] vector = centre.clone();
    for (int d = 0; d < vector.length; d++) {
      vector[d] += (float) (deviation * random.nextGaussian());
    }
    return vector;
  }
}
