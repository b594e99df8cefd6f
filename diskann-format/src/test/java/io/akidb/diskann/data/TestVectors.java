package io.akidb.diskann.data;

import io.akidb.diskann.DistanceMetric;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Seeded vectors, and what search must find among them, computed naively in double precision. */
public final class TestVectors {
  /** Within far clusters, where centres have 1. */
  private static final double SPREAD = 0.1;

  private TestVectors() {}

  /** {@code [n][dimension]} around {@code n / 50 + 1} seeded centres. */
  public static float[][] clustered(int n, int dimension, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[][] centres = new float[n / 50 + 1][dimension];
    for (float[] centre : centres) {
      for (int d = 0; d < dimension; d++) {
        centre[d] = (float) random.nextGaussian();
      }
    }
    float[][] vectors = new float[n][dimension];
    for (float[] vector : vectors) {
      float[] centre = centres[random.nextInt(centres.length)];
      for (int d = 0; d < dimension; d++) {
        vector[d] = (float) (centre[d] + 0.4 * random.nextGaussian());
      }
    }
    return vectors;
  }

  /**
   * {@code [n][dimension]} around so many seeded centres, drawn alike: far from each other, so that
   * a walk of a graph that ends in a wrong cluster finds nothing.
   */
  public static float[][] farClusters(int n, int dimension, int clusters, long seed) {
    return farClusters(n, dimension, clusters, seed, false);
  }

  /**
   * The same.
   *
   * @param inTurn whether a cluster's vectors follow each other
   */
  public static float[][] farClusters(
      int n, int dimension, int clusters, long seed, boolean inTurn) {
    SplittableRandom random = new SplittableRandom(seed);
    float[][] centres = new float[clusters][dimension];
    for (float[] centre : centres) {
      for (int d = 0; d < dimension; d++) {
        centre[d] = (float) random.nextGaussian();
      }
    }
    float[][] vectors = new float[n][dimension];
    for (int i = 0; i < n; i++) {
      int drawn = random.nextInt(clusters);
      float[] centre = centres[inTurn ? (int) ((long) i * clusters / n) : drawn];
      for (int d = 0; d < dimension; d++) {
        vectors[i][d] = (float) (centre[d] + SPREAD * random.nextGaussian());
      }
    }
    return vectors;
  }

  /** Vectors {@code [n][dimension]} that lie in few dimensions, as those of data do. */
  public static float[][] flattened(float[][] vectors, int dimension, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[][] axes = new float[vectors[0].length][dimension];
    for (float[] axis : axes) {
      for (int d = 0; d < dimension; d++) {
        axis[d] = (float) random.nextGaussian();
      }
    }
    float[][] flattened = new float[vectors.length][dimension];
    for (int i = 0; i < vectors.length; i++) {
      for (int a = 0; a < axes.length; a++) {
        for (int d = 0; d < dimension; d++) {
          flattened[i][d] += vectors[i][a] * axes[a][d];
        }
      }
    }
    return flattened;
  }

  /** The distance of the metric, in double precision. */
  public static double distance(DistanceMetric metric, float[] a, float[] b) {
    double square = 0;
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int d = 0; d < a.length; d++) {
      square += ((double) a[d] - b[d]) * ((double) a[d] - b[d]);
      dot += (double) a[d] * b[d];
      aa += (double) a[d] * a[d];
      bb += (double) b[d] * b[d];
    }
    return switch (metric) {
      case L2 -> square;
      case COSINE -> 1 - dot / Math.sqrt(aa * bb);
      case DOT -> -dot;
    };
  }

  /** The k least distances among the rows that are accepted, ascending. */
  public static double[] nearest(
      DistanceMetric metric, float[][] base, float[] query, int k, IntPredicate accepted) {
    double[] all =
        IntStream.range(0, base.length)
            .filter(accepted)
            .mapToDouble(row -> distance(metric, base[row], query))
            .sorted()
            .toArray();
    return Arrays.copyOf(all, Math.min(k, all.length));
  }
}
