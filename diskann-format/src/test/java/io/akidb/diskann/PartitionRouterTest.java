package io.akidb.diskann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Routing against a plain look at every centroid. */
class PartitionRouterTest {
  private static final int DIMENSION = 6;
  private static final int PARTITIONS = 23;

  private static float[][] vectors(long seed, int count) {
    Random random = new Random(seed);
    float[][] vectors = new float[count][DIMENSION];
    for (float[] vector : vectors) {
      for (int d = 0; d < DIMENSION; d++) {
        vector[d] = (float) random.nextGaussian();
      }
    }
    return vectors;
  }

  private static double squaredL2(float[] a, float[] b, double scale) {
    double sum = 0;
    for (int d = 0; d < DIMENSION; d++) {
      sum += (a[d] * scale - b[d]) * (a[d] * scale - b[d]);
    }
    return sum;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int d = 0; d < DIMENSION; d++) {
      sum += (double) a[d] * b[d];
    }
    return sum;
  }

  private static double stored(DistanceMetric metric, float[] vector, float[] centroid) {
    return squaredL2(
        vector, centroid, metric == DistanceMetric.COSINE ? 1 / Math.sqrt(dot(vector, vector)) : 1);
  }

  @ParameterizedTest
  @EnumSource
  void vector_any_goesToTheNearestCentroids(DistanceMetric metric) {
    float[][] centroids = vectors(1, PARTITIONS);
    PartitionRouter router = PartitionRouter.of(centroids, metric);
    for (float[] vector : vectors(2, 200)) {
      int[] byStored =
          ascending(Comparator.comparingDouble(j -> stored(metric, vector, centroids[j])));
      int[] byQuery =
          metric == DistanceMetric.DOT
              ? ascending(Comparator.comparingDouble(j -> -dot(vector, centroids[j])))
              : byStored;
      assertThat(router.nearest(vector)).isEqualTo(byStored[0]);
      assertThat(router.nearest(vector, PARTITIONS + 5)).isEqualTo(byQuery);
      assertThat(router.nearest(vector, 3)).containsExactly(byQuery[0], byQuery[1], byQuery[2]);
      assertThat(router.assign(vector, 0, 5)).containsExactly(byStored[0]);
      double reach = 1.25 * 1.25 * stored(metric, vector, centroids[byStored[0]]);
      int[] near =
          IntStream.of(byStored)
              .filter(j -> stored(metric, vector, centroids[j]) <= reach)
              .limit(4)
              .toArray();
      assertThat(router.assign(vector, 0.25f, 4)).isEqualTo(near);
    }
  }

  private static int[] ascending(Comparator<Integer> order) {
    return IntStream.range(0, PARTITIONS).boxed().sorted(order).mapToInt(j -> j).toArray();
  }

  @ParameterizedTest
  @EnumSource
  void router_trained_separatesClusters(DistanceMetric metric) {
    float[][] centers = {{9, 0, 0, 0, 0, 0}, {0, 9, 0, 0, 0, 0}, {0, 0, 9, 0, 0, 0}};
    float[][] sample = vectors(3, 600);
    for (int i = 0; i < sample.length; i++) {
      for (int d = 0; d < DIMENSION; d++) {
        sample[i][d] = sample[i][d] * 0.3f + centers[i % 3][d];
      }
    }
    PartitionRouter router = PartitionRouter.train(sample, metric, 3, 11);
    assertThat(router.toBytes()).isEqualTo(PartitionRouter.train(sample, metric, 3, 11).toBytes());
    for (int i = 0; i < sample.length; i++) {
      assertThat(router.nearest(sample[i])).isEqualTo(router.nearest(centers[i % 3]));
    }
    assertThat(IntStream.range(0, 3).map(i -> router.nearest(centers[i])).distinct().count())
        .isEqualTo(3);
  }

  @Test
  void arguments_outOfBounds_areRefused() {
    assertThatThrownBy(() -> PartitionRouter.train(new float[0][], DistanceMetric.L2, 1, 1))
        .hasMessageContaining("at least one vector");
    for (int partitions : new int[] {0, -1, PartitionRouter.PARTITIONS_MAX + 1}) {
      assertThatThrownBy(
              () -> PartitionRouter.train(vectors(1, 2), DistanceMetric.L2, partitions, 1))
          .hasMessageContaining("partitions must be");
    }
    assertThatThrownBy(() -> PartitionRouter.of(new float[0][], DistanceMetric.L2))
        .hasMessageContaining("partitions must be");
    PartitionRouter router = PartitionRouter.of(vectors(1, 2), DistanceMetric.DOT);
    assertThatThrownBy(() -> router.nearest(new float[5]))
        .isInstanceOf(InvalidVectorException.class)
        .hasMessageContaining("5 components");
    assertThatThrownBy(() -> router.nearest(new float[7], 1))
        .isInstanceOf(InvalidVectorException.class);
    assertThatThrownBy(() -> router.assign(new float[7], 1, 1))
        .isInstanceOf(InvalidVectorException.class);
  }
}
