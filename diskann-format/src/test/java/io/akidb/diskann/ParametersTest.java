package io.akidb.diskann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Bounds of what a build or a search is told, and what a score means. */
class ParametersTest {
  @ParameterizedTest
  @CsvSource({
    "maxDegree, 3, 8, 1, 0, 1, 16777216",
    "maxDegree, 257, 8, 1, 0, 1, 16777216",
    "buildListSize, 4, 7, 1, 0, 1, 16777216",
    "buildListSize, 4, 2001, 1, 0, 1, 16777216",
    "alpha, 4, 8, 0.99, 0, 1, 16777216",
    "alpha, 4, 8, 2.01, 0, 1, 16777216",
    "alpha, 4, 8, NaN, 0, 1, 16777216",
    "pqSubspaces, 4, 8, 1, -1, 1, 16777216",
    "pqSubspaces, 4, 8, 1, 4097, 1, 16777216",
    "threads, 4, 8, 1, 0, 0, 16777216",
    "threads, 4, 8, 1, 0, 257, 16777216",
    "buildMemoryBytesMax, 4, 8, 1, 0, 1, 16777215"
  })
  void build_outOfBounds_namesTheParameter(
      String name,
      int maxDegree,
      int buildListSize,
      float alpha,
      int pqSubspaces,
      int threads,
      long memory) {
    assertThatThrownBy(
            () ->
                new BuildParameters(
                    maxDegree, buildListSize, alpha, pqSubspaces, 1, threads, memory))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(name + " must be");
  }

  @Test
  void quantization_resident_isFewBytesButForInnerProductsAndSmallDimensions() {
    assertThat(Quantization.resident(784, DistanceMetric.L2)).isEqualTo(Quantization.SQ4);
    assertThat(Quantization.resident(17, DistanceMetric.COSINE)).isEqualTo(Quantization.SQ4);
    assertThat(Quantization.resident(16, DistanceMetric.L2)).isEqualTo(Quantization.SQ8);
    assertThat(Quantization.resident(784, DistanceMetric.DOT)).isEqualTo(Quantization.SQ8);
    for (Quantization quantization : Quantization.values()) {
      assertThat(Quantization.ofCode(quantization.code())).isEqualTo(quantization);
    }
    assertThatThrownBy(() -> Quantization.ofCode(99)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void parameters_otherCodes_haveTheLengthThatTheDimensionAsksFor() {
    BuildParameters pq = new BuildParameters(32, 100, 1.2f, 8, 1, 1, 1 << 24);
    assertThat(pq.quantization()).isEqualTo(Quantization.PQ);
    assertThat(pq.withQuantization(Quantization.PQ)).isEqualTo(pq);
    assertThat(pq.withQuantization(Quantization.SQ8).pqSubspaces()).isZero();
    assertThatThrownBy(() -> new BuildParameters(32, 100, 1.2f, 8, 1, 1, 1 << 24, Quantization.SQ8))
        .hasMessageContaining("pqSubspaces is of PQ and OPQ");
  }

  @Test
  void build_atTheBounds_isTaken() {
    new BuildParameters(4, 8, 1, 0, Long.MIN_VALUE, 1, 1 << 24);
    new BuildParameters(256, 2000, 2, 4096, Long.MAX_VALUE, 256, Long.MAX_VALUE);
    BuildParameters changed = BuildParameters.defaults().withThreads(3).withSeed(9);
    assertThat(changed.threads()).isEqualTo(3);
    assertThat(changed.seed()).isEqualTo(9);
    assertThat(changed.maxDegree()).isEqualTo(BuildParameters.defaults().maxDegree());
  }

  @ParameterizedTest
  @CsvSource({
    "k, 0, 1, 1, 0",
    "k, 16385, 1, 1, 0",
    "searchListSize, 1, 0, 1, 0",
    "searchListSize, 1, 65537, 1, 0",
    "beamWidth, 1, 1, 0, 0",
    "beamWidth, 1, 1, 65, 0",
    "rerank, 1, 1, 1, -1"
  })
  void search_outOfBounds_namesTheParameter(String name, int k, int list, int beam, int rerank) {
    assertThatThrownBy(() -> new SearchParameters(k, list, beam, rerank, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(name + " must");
  }

  @Test
  void search_atTheBounds_isTaken() {
    new SearchParameters(16_384, 65_536, 64, Integer.MAX_VALUE, Float.POSITIVE_INFINITY);
    assertThat(SearchParameters.defaults(SearchParameters.K_MAX).searchListSize())
        .isEqualTo(2 * SearchParameters.K_MAX);
    SearchParameters changed = SearchParameters.defaults(3).withSearchListSize(7).withRadius(2);
    assertThat(changed.searchListSize()).isEqualTo(7);
    assertThat(changed.radius()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void score_ofADistance_comesBackAndKeepsTheOrder(DistanceMetric metric) {
    float previous = Float.NaN;
    for (float distance : new float[] {0, 0.25f, 0.5f, 1, 1.75f}) {
      float score = metric.score(distance);
      assertThat(metric.distance(score)).isCloseTo(distance, within(1e-6f));
      assertThat(metric == DistanceMetric.L2 ? score <= previous : score >= previous).isFalse();
      previous = score;
    }
    // Rounding may take a squared distance below zero.
    assertThat(DistanceMetric.L2.score(-1e-9f)).isZero();
  }

  @Test
  void provider_unknown_isRefusedAndTheKnownAreNamed() {
    assertThatThrownBy(() -> IndexProvider.of("hnsw"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("diskann and flat");
    assertThat(IndexProvider.of("flat").type()).isEqualTo("flat");
    assertThat(IndexProvider.of("diskann").type()).isEqualTo("diskann");
  }
}
