package io.akidb.diskann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.akidb.diskann.data.TestVectors;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PqCodebookTest {
  private static final long SEED = 20_261_121;

  /** What the codebook thinks of the distance between a query and an encoded vector. */
  private static float estimate(PqCodebook codebook, float[] query, byte[] codes, int at) {
    float[] table = new float[codebook.subspaces() * PqCodebook.CENTROIDS];
    codebook.fillTable(query, table);
    return PqCodebook.estimate(table, MemorySegment.ofArray(codes), at, codebook.subspaces());
  }

  /**
   * The vector that a code stands for: by inner product, a unit query reads a component. Training
   * is the same for L2 and inner product.
   */
  private static float[] decode(PqCodebook dot, byte[] code) {
    float[] vector = new float[dot.dimension()];
    for (int d = 0; d < vector.length; d++) {
      float[] unit = new float[vector.length];
      unit[d] = 1;
      vector[d] = -estimate(dot, unit, code, 0);
    }
    return vector;
  }

  /** The mean squared distance of vectors to what their codes stand for, by L2. */
  private static double error(PqCodebook codebook, float[][] vectors) {
    byte[] code = new byte[codebook.subspaces()];
    double sum = 0;
    for (float[] vector : vectors) {
      codebook.encode(vector, code, 0);
      sum += estimate(codebook, vector, code, 0);
    }
    return sum / vectors.length;
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "7, 3", "16, 8", "17, 9", "33, 16", "40, 23", "41, 41"})
  void estimate_anyShape_isTheDistanceToWhatTheCodeStandsFor(int dimension, int subspaces) {
    float[][] sample = TestVectors.clustered(400, dimension, SEED);
    PqCodebook squared = PqCodebook.train(sample, DistanceMetric.L2, subspaces, SEED);
    PqCodebook dot = PqCodebook.train(sample, DistanceMetric.DOT, subspaces, SEED);
    byte[] code = new byte[subspaces];
    byte[] shifted = new byte[subspaces + 5];
    for (int i = 0; i < 20; i++) {
      squared.encode(sample[i], code, 0);
      squared.encode(sample[i], shifted, 5);
      float[] decoded = decode(dot, code);
      float[] query = sample[399 - i];
      double expected = TestVectors.distance(DistanceMetric.L2, query, decoded);
      assertThat((double) estimate(squared, query, code, 0))
          .isCloseTo(expected, within(1e-4 * (1 + expected)));
      assertThat(estimate(squared, query, shifted, 5)).isEqualTo(estimate(squared, query, code, 0));
      double product = TestVectors.distance(DistanceMetric.DOT, query, decoded);
      assertThat((double) estimate(dot, query, code, 0))
          .isCloseTo(product, within(1e-4 * (dimension + Math.abs(product))));
    }
  }

  @Test
  void encode_each_takesTheNearestCentroidOfEachSubspace() {
    float[][] sample = TestVectors.clustered(1_000, 8, SEED);
    PqCodebook codebook = PqCodebook.train(sample, DistanceMetric.L2, 2, SEED);
    byte[] code = new byte[2];
    byte[] other = new byte[2];
    for (int i = 0; i < 20; i++) {
      codebook.encode(sample[i], code, 0);
      float best = estimate(codebook, sample[i], code, 0);
      for (int c = 0; c < PqCodebook.CENTROIDS; c++) {
        for (int m = 0; m < 2; m++) {
          other[m] = (byte) c;
          other[1 - m] = code[1 - m];
          assertThat(estimate(codebook, sample[i], other, 0)).isGreaterThanOrEqualTo(best);
        }
      }
    }
  }

  @Test
  void error_moreSubspaces_isLessAndBelowTheVariance() {
    float[][] sample = TestVectors.clustered(3_000, 24, SEED);
    float[] mean = new float[24];
    for (float[] vector : sample) {
      for (int d = 0; d < 24; d++) {
        mean[d] += vector[d] / sample.length;
      }
    }
    double variance =
        Arrays.stream(sample)
            .mapToDouble(vector -> TestVectors.distance(DistanceMetric.L2, vector, mean))
            .average()
            .orElseThrow();
    double before = variance;
    for (int subspaces : new int[] {1, 2, 4, 8, 24}) {
      PqCodebook codebook = PqCodebook.train(sample, DistanceMetric.L2, subspaces, SEED);
      double now = error(codebook, sample);
      assertThat(now).as("%s subspaces", subspaces).isLessThan(before);
      before = now;
    }
    // 256 centroids on a line: the error of an even cut into as many steps is far below this.
    assertThat(before).isLessThan(variance / 1_000);
  }

  @Test
  void train_fewerVectorsThanCentroids_standsForEachExactly() {
    float[][] sample = TestVectors.clustered(100, 12, SEED);
    assertThat(error(PqCodebook.train(sample, DistanceMetric.L2, 3, SEED), sample)).isZero();
    float[][] one = {sample[0]};
    assertThat(error(PqCodebook.train(one, DistanceMetric.L2, 12, SEED), one)).isZero();
  }

  @Test
  void train_allEqual_standsForItExactly() {
    float[][] sample = new float[1_000][];
    Arrays.fill(sample, new float[] {3, -1, 0, 1e-3f});
    assertThat(error(PqCodebook.train(sample, DistanceMetric.L2, 2, SEED), sample)).isZero();
  }

  @Test
  void train_moreThanTheMost_usesTheFirst() {
    float[][] sample = TestVectors.clustered(PqCodebook.SAMPLE_MAX + 50, 1, SEED);
    float[][] first = Arrays.copyOf(sample, PqCodebook.SAMPLE_MAX);
    assertThat(PqCodebook.train(sample, DistanceMetric.L2, 1, SEED))
        .isEqualTo(PqCodebook.train(first, DistanceMetric.L2, 1, SEED));
  }

  @Test
  void encode_cosine_readsOnlyTheDirection() {
    float[][] sample = TestVectors.clustered(500, 10, SEED);
    PqCodebook codebook = PqCodebook.train(sample, DistanceMetric.COSINE, 5, SEED);
    float[][] longer = new float[500][10];
    for (int i = 0; i < 500; i++) {
      for (int d = 0; d < 10; d++) {
        // A power of two, so that no rounding differs.
        longer[i][d] = sample[i][d] * 64;
      }
    }
    assertThat(PqCodebook.train(longer, DistanceMetric.COSINE, 5, SEED)).isEqualTo(codebook);
    byte[] code = new byte[5];
    byte[] codeOfLonger = new byte[5];
    for (int i = 0; i < 500; i++) {
      codebook.encode(sample[i], code, 0);
      codebook.encode(longer[i], codeOfLonger, 0);
      assertThat(codeOfLonger).isEqualTo(code);
    }
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void defaultSubspaces_anyDimension_isWithinBounds(DistanceMetric metric) {
    for (int dimension = 1; dimension <= IndexSchema.DIMENSION_MAX; dimension++) {
      assertThat(PqCodebook.defaultSubspaces(dimension, metric)).isBetween(1, dimension);
    }
    assertThat(PqCodebook.defaultSubspaces(384, DistanceMetric.COSINE)).isEqualTo(48);
    assertThat(PqCodebook.defaultSubspaces(384, DistanceMetric.DOT)).isEqualTo(96);
  }

  @Test
  void train_outOfBounds_isRefused() {
    float[][] sample = {{1, 2}};
    assertThatThrownBy(() -> PqCodebook.train(new float[0][], DistanceMetric.L2, 1, SEED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one vector");
    for (int subspaces : new int[] {-1, 0, 3}) {
      assertThatThrownBy(() -> PqCodebook.train(sample, DistanceMetric.L2, subspaces, SEED))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("subspaces must be 1 to the dimension, 2");
    }
  }
}
