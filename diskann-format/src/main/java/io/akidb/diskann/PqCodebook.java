package io.akidb.diskann;

import io.akidb.diskann.kernel.BestKernels;
import io.akidb.diskann.kernel.KernelSet;
import io.akidb.diskann.kernel.SegmentLayout;
import io.akidb.diskann.quantization.KMeans;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A product quantizer (Jegou, Douze, Schmid: Product Quantization for Nearest Neighbor Search, PAMI
 * 2011): the dimensions are cut into M subspaces, each with 256 centroids, so that a vector becomes
 * a code of M bytes. For {@link DistanceMetric#COSINE} vectors are brought to unit length first.
 * Immutable; safe for any thread.
 */
public final class PqCodebook {
  /** Centroids of a subspace. */
  public static final int CENTROIDS = 256;

  /** The most vectors that training looks at. */
  public static final int SAMPLE_MAX = 20_000;

  private static final int ITERATIONS = 10;

  private final int dimension;
  private final DistanceMetric metric;
  private final int subspaces;

  /** Subspace m covers dimensions {@code starts[m]} to {@code starts[m + 1]}. */
  private final int[] starts;

  /** Subspace m's centroids, transposed, from {@code starts[m] * 256} on. */
  private final float[] columns;

  private PqCodebook(int dimension, DistanceMetric metric, int subspaces, float[] columns) {
    this.dimension = dimension;
    this.metric = metric;
    this.subspaces = subspaces;
    this.columns = columns;
    this.starts = new int[subspaces + 1];
    for (int m = 0; m <= subspaces; m++) {
      starts[m] = (int) ((long) m * dimension / subspaces);
    }
  }

  /**
   * The number of subspaces that serves a dimension when nobody asks for another: one byte for two
   * dimensions of at most 64, for four of at most 192, and for eight of more; for four of more,
   * too, by inner product, where errors grow with a vector's length and the longest are most
   * answers.
   */
  public static int defaultSubspaces(int dimension, DistanceMetric metric) {
    if (dimension <= 64) {
      return (dimension + 1) / 2;
    }
    return dimension <= 192 || metric == DistanceMetric.DOT ? dimension / 4 : (dimension + 7) / 8;
  }

  /**
   * Trains by k-means in each subspace.
   *
   * @param sample {@code [n][dimension]}, n at least 1; of more than {@link #SAMPLE_MAX} the first
   *     ones are used
   * @param subspaces 1 to the dimension
   * @param seed of the starting centroids
   */
  public static PqCodebook train(
      float[][] sample, DistanceMetric metric, int subspaces, long seed) {
    if (sample.length == 0) {
      throw new IllegalArgumentException("a codebook needs at least one vector to train on");
    }
    int dimension = sample[0].length;
    if (subspaces < 1 || subspaces > dimension) {
      throw new IllegalArgumentException("subspaces must be 1 to the dimension, " + dimension);
    }
    int n = Math.min(sample.length, SAMPLE_MAX);
    float[] points = new float[n * dimension];
    for (int i = 0; i < n; i++) {
      float scale = metric == DistanceMetric.COSINE ? Kernels.inverseNorm(sample[i]) : 1;
      for (int d = 0; d < dimension; d++) {
        points[i * dimension + d] = sample[i][d] * scale;
      }
    }
    PqCodebook codebook =
        new PqCodebook(dimension, metric, subspaces, new float[dimension * CENTROIDS]);
    IntStream.range(0, subspaces)
        .parallel()
        .forEach(
            m -> {
              int start = codebook.starts[m];
              float[] trained =
                  new KMeans(codebook.starts[m + 1] - start, CENTROIDS, ITERATIONS, seed + m)
                      .train(points, n, dimension, start);
              System.arraycopy(trained, 0, codebook.columns, start * CENTROIDS, trained.length);
            });
    return codebook;
  }

  /** The dimension of vectors. */
  public int dimension() {
    return dimension;
  }

  /** The metric that it was trained for. */
  public DistanceMetric metric() {
    return metric;
  }

  /** M, the bytes of a code. */
  public int subspaces() {
    return subspaces;
  }

  /**
   * Encodes a vector.
   *
   * @param vector {@code [dimension]}
   * @param code {@code [subspaces]}, from {@code codeOffset} on
   */
  public void encode(float[] vector, byte[] code, int codeOffset) {
    float[] scaled = vector;
    if (metric == DistanceMetric.COSINE) {
      float scale = Kernels.inverseNorm(vector, dimension);
      scaled = new float[dimension];
      for (int d = 0; d < dimension; d++) {
        scaled[d] = vector[d] * scale;
      }
    }
    float[] distances = new float[CENTROIDS];
    for (int m = 0; m < subspaces; m++) {
      BestKernels.floats()
          .squaredL2ToColumns(
              scaled,
              starts[m],
              starts[m + 1] - starts[m],
              columns,
              starts[m] * CENTROIDS,
              CENTROIDS,
              distances,
              0);
      code[codeOffset + m] = (byte) KMeans.argMin(distances, 0, CENTROIDS);
    }
  }

  /**
   * What each centroid adds to a query's distance.
   *
   * @param query {@code [dimension]}, of unit length for cosine
   * @param table {@code [subspaces * 256]}
   */
  public void fillTable(float[] query, float[] table) {
    KernelSet kernels = BestKernels.floats();
    for (int m = 0; m < subspaces; m++) {
      int start = starts[m];
      int length = starts[m + 1] - start;
      int at = m * CENTROIDS;
      if (metric == DistanceMetric.DOT) {
        kernels.dotToColumns(
            query, start, length, columns, start * CENTROIDS, CENTROIDS, table, at);
        for (int j = at; j < at + CENTROIDS; j++) {
          table[j] = -table[j];
        }
      } else {
        kernels.squaredL2ToColumns(
            query, start, length, columns, start * CENTROIDS, CENTROIDS, table, at);
      }
    }
  }

  /** The estimated distance of a code by a query's table; monotone in the metric's distance. */
  public static float estimate(float[] table, MemorySegment codes, long offset, int subspaces) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int m = 0;
    for (; m + 8 <= subspaces; m += 8) {
      long eight = codes.get(SegmentLayout.I64, offset + m);
      int at = m * CENTROIDS;
      s0 += table[at + (int) (eight & 255)] + table[at + 1024 + (int) (eight >>> 32 & 255)];
      s1 +=
          table[at + 256 + (int) (eight >>> 8 & 255)]
              + table[at + 1280 + (int) (eight >>> 40 & 255)];
      s2 +=
          table[at + 512 + (int) (eight >>> 16 & 255)]
              + table[at + 1536 + (int) (eight >>> 48 & 255)];
      s3 += table[at + 768 + (int) (eight >>> 24 & 255)] + table[at + 1792 + (int) (eight >>> 56)];
    }
    for (; m < subspaces; m++) {
      s0 += table[m * CENTROIDS + (codes.get(SegmentLayout.I8, offset + m) & 255)];
    }
    return s0 + s1 + (s2 + s3);
  }

  /** As {@code spec/v1.md} says; {@link #fromBytes} reads it. */
  public byte[] toBytes() {
    return new CentroidForm(dimension, metric, subspaces, columns)
        .toBytes(CentroidForm.CODEBOOK_MAGIC);
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws ShardFormatException if it is not one, damaged, or of another version
   */
  public static PqCodebook fromBytes(byte[] bytes) {
    CentroidForm form =
        CentroidForm.read(
            bytes,
            CentroidForm.CODEBOOK_MAGIC,
            "PQ codebook",
            (dimension, count) ->
                count < 1 || count > dimension ? -1 : (long) dimension * CENTROIDS);
    return new PqCodebook(form.dimension(), form.metric(), form.count(), form.columns());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PqCodebook that && Arrays.equals(toBytes(), that.toBytes());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(toBytes());
  }
}
