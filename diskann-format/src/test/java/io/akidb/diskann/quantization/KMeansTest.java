package io.akidb.diskann.quantization;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.data.TestVectors;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class KMeansTest {
  private static final long SEED = 20_261_121;

  @Test
  void train_moreIterations_neverFarther() {
    int n = 5_000;
    float[] points = flat(TestVectors.clustered(n, 6, SEED));
    double before = Double.POSITIVE_INFINITY;
    for (int iterations = 0; iterations <= 10; iterations++) {
      float[] columns = new KMeans(6, 40, iterations, SEED).train(points, n, 6, 0);
      double now = distortion(points, n, 6, columns, 40);
      // Each step of Lloyd's lowers it, but for rounding.
      assertThat(now).as("%s iterations", iterations).isLessThanOrEqualTo(before * 1.0001);
      before = now;
    }
  }

  @Test
  void train_clearClusters_findsTheirMeans() {
    SplittableRandom random = new SplittableRandom(SEED);
    float[] points = new float[4_000];
    for (int i = 0; i < 2_000; i++) {
      points[2 * i] = (i % 4) * 100 + (float) random.nextGaussian();
      points[2 * i + 1] = (i % 4) * -100 + (float) random.nextGaussian();
    }
    // More centroids than clusters, so that no start misses one; each must lie in a cluster.
    float[] columns = new KMeans(2, 16, 20, SEED).train(points, 2_000, 2, 0);
    TreeSet<Integer> found = new TreeSet<>();
    for (int j = 0; j < 16; j++) {
      int cluster = Math.round(columns[j] / 100);
      assertThat(columns[j]).isBetween(cluster * 100 - 5f, cluster * 100 + 5f);
      assertThat(columns[16 + j]).isBetween(cluster * -100 - 5f, cluster * -100 + 5f);
      found.add(cluster);
    }
    assertThat(found).containsExactly(0, 1, 2, 3);
  }

  @Test
  void train_oneCentroid_isTheMean() {
    float[] points = {1, 10, 2, 20, 6, 60};
    assertThat(new KMeans(2, 1, 3, SEED).train(points, 3, 2, 0)).containsExactly(3, 30);
  }

  @Test
  void train_strideAndOffset_readsOnlyItsComponents() {
    float[][] base = TestVectors.clustered(500, 5, SEED);
    float[] whole = flat(base);
    float[] part = new float[1_000];
    for (int i = 0; i < 500; i++) {
      part[2 * i] = base[i][3];
      part[2 * i + 1] = base[i][4];
    }
    assertThat(new KMeans(2, 20, 5, SEED).train(whole, 500, 5, 3))
        .isEqualTo(new KMeans(2, 20, 5, SEED).train(part, 500, 2, 0));
  }

  @Test
  void train_fewerPointsThanCentroids_hasEachPoint() {
    float[] points = {1, 2, 3};
    float[] columns = new KMeans(1, 256, 10, SEED).train(points, 3, 1, 0);
    assertThat(columns).hasSize(256).containsOnly(1, 2, 3).contains(1, 2, 3);
  }

  @Test
  void train_allEqual_staysThereAndFinite() {
    float[] points = new float[3_000];
    Arrays.fill(points, 7);
    float[] columns = new KMeans(3, 16, 10, SEED).train(points, 1_000, 3, 0);
    for (float component : columns) {
      assertThat(component).isBetween(6.9f, 7.1f);
    }
  }

  @Test
  void train_allZeroButOne_keepsBoth() {
    float[] points = new float[2_000];
    points[1_234] = 1;
    float[] columns = new KMeans(1, 8, 10, SEED).train(points, 2_000, 1, 0);
    assertThat(distortion(points, 2_000, 1, columns, 8)).isLessThan(1);
  }

  @Test
  void train_oneSeed_givesOneAnswer() {
    float[] points = flat(TestVectors.clustered(9_000, 4, SEED));
    float[] first = new KMeans(4, 32, 6, SEED).train(points, 9_000, 4, 0);
    assertThat(new KMeans(4, 32, 6, SEED).train(points, 9_000, 4, 0)).isEqualTo(first);
    assertThat(new KMeans(4, 32, 6, SEED + 1).train(points, 9_000, 4, 0)).isNotEqualTo(first);
  }

  @Test
  void argMin_ties_isTheFirst() {
    assertThat(KMeans.argMin(new float[] {9, 3, 2, 5, 2}, 1, 4)).isEqualTo(1);
    assertThat(KMeans.argMin(new float[] {Float.POSITIVE_INFINITY}, 0, 1)).isZero();
  }

  private static float[] flat(float[][] rows) {
    float[] flat = new float[rows.length * rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, flat, i * rows[0].length, rows[0].length);
    }
    return flat;
  }

  /** Sum of squared distances to the nearest centroid. */
  private static double distortion(
      float[] points, int n, int dimension, float[] columns, int count) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      double nearest = Double.POSITIVE_INFINITY;
      for (int j = 0; j < count; j++) {
        double square = 0;
        for (int d = 0; d < dimension; d++) {
          double difference = points[i * dimension + d] - columns[d * count + j];
          square += difference * difference;
        }
        nearest = Math.min(nearest, square);
      }
      sum += nearest;
    }
    return sum;
  }
}
