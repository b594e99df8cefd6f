package io.akidb.diskann.quantization;

import io.akidb.diskann.kernel.BestKernels;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Lloyd's algorithm on squared Euclidean distances, started from a seeded sample of the points. A
 * centroid that loses all its points moves next to the largest one. One seed gives one answer,
 * whatever the number of threads.
 */
public final class KMeans {
  private static final int CHUNK = 1024;

  private final int dimension;
  private final int count;
  private final int iterations;
  private final SplittableRandom random;

  public KMeans(int dimension, int count, int iterations, long seed) {
    this.dimension = dimension;
    this.count = count;
    this.iterations = iterations;
    this.random = new SplittableRandom(seed);
  }

  /**
   * Trains on {@code points[n * stride]}, of which point i lies at {@code i * stride + offset}.
   *
   * @return centroids {@code [dimension][count]}, transposed: component d of centroid j at {@code d
   *     * count + j}
   */
  public float[] train(float[] points, int n, int stride, int offset) {
    float[] columns = initial(points, n, stride, offset);
    int[] assigned = new int[n];
    for (int iteration = 0; iteration < iterations; iteration++) {
      assign(points, n, stride, offset, columns, assigned);
      if (!update(points, n, stride, offset, columns, assigned)) {
        break;
      }
    }
    return columns;
  }

  private float[] initial(float[] points, int n, int stride, int offset) {
    int[] order = new int[n];
    Arrays.setAll(order, i -> i);
    float[] columns = new float[dimension * count];
    for (int j = 0; j < count; j++) {
      int chosen;
      if (j < n) {
        int other = j + random.nextInt(n - j);
        chosen = order[other];
        order[other] = order[j];
        order[j] = chosen;
      } else {
        chosen = random.nextInt(n);
      }
      for (int d = 0; d < dimension; d++) {
        columns[d * count + j] = points[chosen * stride + offset + d];
      }
    }
    return columns;
  }

  private void assign(
      float[] points, int n, int stride, int offset, float[] columns, int[] assigned) {
    IntStream.range(0, (n + CHUNK - 1) / CHUNK)
        .parallel()
        .forEach(
            chunk -> {
              float[] distances = new float[count];
              for (int i = chunk * CHUNK; i < Math.min(n, (chunk + 1) * CHUNK); i++) {
                assigned[i] = nearest(points, i * stride + offset, columns, distances);
              }
            });
  }

  private int nearest(float[] points, int at, float[] columns, float[] distances) {
    BestKernels.floats().squaredL2ToColumns(points, at, dimension, columns, 0, count, distances, 0);
    return argMin(distances, 0, count);
  }

  public static int argMin(float[] values, int from, int count) {
    int best = 0;
    for (int j = 1; j < count; j++) {
      if (values[from + j] < values[from + best]) {
        best = j;
      }
    }
    return best;
  }

  /** Moves each centroid to the mean of its points; false if nothing moved. */
  private boolean update(
      float[] points, int n, int stride, int offset, float[] columns, int[] assigned) {
    double[] sums = new double[dimension * count];
    int[] members = new int[count];
    for (int i = 0; i < n; i++) {
      int j = assigned[i];
      members[j]++;
      for (int d = 0; d < dimension; d++) {
        sums[j * dimension + d] += points[i * stride + offset + d];
      }
    }
    boolean moved = false;
    for (int j = 0; j < count; j++) {
      if (members[j] == 0) {
        continue;
      }
      for (int d = 0; d < dimension; d++) {
        float mean = (float) (sums[j * dimension + d] / members[j]);
        moved |= mean != columns[d * count + j];
        columns[d * count + j] = mean;
      }
    }
    boolean revived = reviveEmpty(columns, members, n);
    return moved || revived;
  }

  private boolean reviveEmpty(float[] columns, int[] members, int n) {
    boolean revived = false;
    for (int j = 0; j < count && n > count; j++) {
      if (members[j] != 0) {
        continue;
      }
      int largest = 0;
      for (int other = 1; other < count; other++) {
        if (members[other] > members[largest]) {
          largest = other;
        }
      }
      if (members[largest] < 2) {
        break;
      }
      for (int d = 0; d < dimension; d++) {
        float x = columns[d * count + largest];
        columns[d * count + j] = x + (random.nextFloat() - 0.5f) * 1e-3f * (Math.abs(x) + 1e-3f);
      }
      members[j] = members[largest] / 2;
      members[largest] -= members[j];
      revived = true;
    }
    return revived;
  }
}
