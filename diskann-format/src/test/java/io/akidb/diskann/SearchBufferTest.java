package io.akidb.diskann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.diskann.data.TestVectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.roaringbitmap.RoaringBitmap;

/** The two ways to be answered, and what the statistics count. */
class SearchBufferTest extends IndexFixture {
  private static final int SIZE = 1_500;
  private static final int DIMENSION = 20;

  private String kind = "diskann";

  @Override
  protected IndexProvider provider() {
    return TestProviders.of(kind);
  }

  @Override
  protected double recallMin() {
    return 0.95;
  }

  private VectorIndex index(float[][] base) {
    BuildParameters how = new BuildParameters(16, 32, 1.2f, 0, SEED, 2, 1L << 28);
    return index(DistanceMetric.L2, how.withStorage(VectorStorage.F32), base);
  }

  @ParameterizedTest
  @ValueSource(strings = {"diskann", "flat", "pq"})
  void search_intoABuffer_answersAsWithoutOne(String which) {
    kind = which;
    float[][] base = TestVectors.clustered(SIZE, DIMENSION, SEED);
    SearchBuffer buffer = new SearchBuffer();
    RoaringBitmap matches = new RoaringBitmap();
    for (int node = 0; node < SIZE; node += 3) {
      matches.add(node);
    }
    try (VectorIndex index = index(base)) {
      for (int k : new int[] {10, 40, 1, 25}) {
        for (NodeFilter filter : Arrays.asList(null, NodeFilter.of(matches))) {
          SearchParameters parameters = SearchParameters.defaults(k).withSearchListSize(40);
          SearchResult expected = index.search(base[k], parameters, filter);
          index.search(base[k], parameters, filter, buffer);
          List<Integer> nodes = new ArrayList<>();
          List<Float> distances = new ArrayList<>();
          for (int i = 0; i < buffer.size(); i++) {
            nodes.add(buffer.nodeId(i));
            distances.add(buffer.distance(i));
          }
          assertThat(nodes).hasSize(k).containsExactly(boxed(expected.nodeIds()));
          assertThat(distances).containsExactly(boxed(expected.distances()));
          assertThat(buffer.statistics()).isEqualTo(expected.statistics());
          assertThatThrownBy(() -> buffer.nodeId(k)).hasMessageContaining("node " + k + " of " + k);
        }
      }
      assertThatThrownBy(
              () -> index.search(new float[1], SearchParameters.defaults(1), null, buffer))
          .isInstanceOf(InvalidVectorException.class);
      assertThat(buffer.size()).isZero();
      assertThat(buffer.statistics()).isEqualTo(new SearchStatistics("none", 0, 0, 0, 0, 0));
    }
  }

  @Test
  void statistics_ofScans_countEachPageOnce() {
    kind = "flat";
    // Records of f32[32] and a norm and a degree, in 64 bytes: 192, and 21 of them in a page.
    float[][] base = TestVectors.clustered(100, DIMENSION, SEED);
    SearchParameters parameters = SearchParameters.defaults(5);
    try (VectorIndex index = index(base)) {
      assertThat(index.search(base[0], parameters, null).statistics())
          .isEqualTo(new SearchStatistics("scan", 0, 0, 100, 5, 0));
      NodeFilter some = NodeFilter.of(RoaringBitmap.bitmapOf(20, 21, 22, 99));
      assertThat(index.search(base[0], parameters, some).statistics())
          .isEqualTo(new SearchStatistics("filtered-scan", 0, 0, 4, 3, 0));
    }
    // Records of f32[1104] and as much: 4,480 bytes, back to back.
    float[][] large = TestVectors.clustered(64, 1_100, SEED);
    try (VectorIndex index = index(large)) {
      assertThat(index.search(large[0], parameters, null).statistics())
          .isEqualTo(new SearchStatistics("scan", 0, 0, 64, 70, 0));
      NodeFilter some = NodeFilter.of(RoaringBitmap.bitmapOf(0, 2));
      assertThat(index.search(large[0], parameters, some).statistics())
          .isEqualTo(new SearchStatistics("filtered-scan", 0, 0, 2, 4, 0));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"diskann", "sq8"})
  void statistics_ofWalks_countWhatWasDone(String which) {
    kind = which;
    float[][] base = TestVectors.clustered(SIZE, DIMENSION, SEED);
    try (VectorIndex index = index(base)) {
      SearchParameters all = new SearchParameters(10, 40, 4, 0, Float.NaN);
      SearchStatistics walked = index.search(base[7], all, null).statistics();
      assertThat(walked.strategy()).isEqualTo("graph");
      assertThat(walked.hops()).isBetween(10, 200);
      assertThat(walked.pages()).as("records of less than a page").isEqualTo(walked.hops());
      assertThat(walked.fullDistances()).isEqualTo(walked.hops());
      assertThat(walked.reranks()).isEqualTo(walked.hops());
      assertThat(walked.quantizedDistances()).isBetween(walked.hops(), 17 * walked.hops() + 64);

      SearchParameters few = new SearchParameters(10, 40, 4, 12, Float.NaN);
      SearchStatistics reranked = index.search(base[7], few, null).statistics();
      assertThat(reranked.hops()).isEqualTo(walked.hops());
      assertThat(reranked.pages()).isEqualTo(walked.pages());
      assertThat(reranked.reranks()).isEqualTo(12);
      assertThat(reranked.fullDistances()).isEqualTo(walked.hops() + 12);

      SearchStatistics filtered = index.search(base[7], all, node -> node % 2 == 0).statistics();
      assertThat(filtered.strategy()).isEqualTo("filtered-graph");
      assertThat(filtered.reranks()).isBetween(40, filtered.hops());
      assertThat(filtered.pages()).isEqualTo(filtered.hops());
    }
  }

  private static Integer[] boxed(int[] values) {
    return Arrays.stream(values).boxed().toArray(Integer[]::new);
  }

  private static Float[] boxed(float[] values) {
    Float[] boxed = new Float[values.length];
    for (int i = 0; i < values.length; i++) {
      boxed[i] = values[i];
    }
    return boxed;
  }
}
