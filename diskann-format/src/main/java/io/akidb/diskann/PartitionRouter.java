package io.akidb.diskann;

import io.akidb.diskann.kernel.BestKernels;
import io.akidb.diskann.kernel.SortableKeys;
import io.akidb.diskann.quantization.KMeans;
import java.util.Arrays;

/**
 * Routes vectors and queries to partitions by their nearest centroids. For {@link
 * DistanceMetric#COSINE} vectors are brought to unit length first; for {@link DistanceMetric#DOT}
 * vectors are assigned by Euclidean distance, queries by inner product. Immutable; safe for any
 * thread.
 */
public final class PartitionRouter {
  /** The most partitions. */
  public static final int PARTITIONS_MAX = 65_536;

  private static final int ITERATIONS = 12;

  private final int dimension;
  private final DistanceMetric metric;
  private final int partitions;

  /** Transposed: component d of centroid j at {@code d * partitions + j}. */
  private final float[] columns;

  private PartitionRouter(int dimension, DistanceMetric metric, int partitions, float[] columns) {
    this.dimension = dimension;
    this.metric = metric;
    this.partitions = partitions;
    this.columns = columns;
  }

  /**
   * Trains by k-means.
   *
   * @param sample {@code [n][dimension]}, n at least 1
   * @param partitions 1 to {@value #PARTITIONS_MAX}
   */
  public static PartitionRouter train(
      float[][] sample, DistanceMetric metric, int partitions, long seed) {
    if (sample.length == 0) {
      throw new IllegalArgumentException("a router needs at least one vector to train on");
    }
    if (partitions < 1 || partitions > PARTITIONS_MAX) {
      throw new IllegalArgumentException("partitions must be 1 to " + PARTITIONS_MAX);
    }
    int dimension = sample[0].length;
    float[] points = new float[Math.multiplyExact(sample.length, dimension)];
    for (int i = 0; i < sample.length; i++) {
      float scale = metric == DistanceMetric.COSINE ? Kernels.inverseNorm(sample[i]) : 1;
      for (int d = 0; d < dimension; d++) {
        points[i * dimension + d] = sample[i][d] * scale;
      }
    }
    float[] columns =
        new KMeans(dimension, partitions, ITERATIONS, seed)
            .train(points, sample.length, dimension, 0);
    return new PartitionRouter(dimension, metric, partitions, columns);
  }

  /**
   * Over centroids that somebody else chose.
   *
   * @param centroids {@code [partitions][dimension]}, in the order of their partitions' numbers
   */
  public static PartitionRouter of(float[][] centroids, DistanceMetric metric) {
    if (centroids.length < 1 || centroids.length > PARTITIONS_MAX) {
      throw new IllegalArgumentException("partitions must be 1 to " + PARTITIONS_MAX);
    }
    int dimension = centroids[0].length;
    float[] columns = new float[Math.multiplyExact(centroids.length, dimension)];
    for (int j = 0; j < centroids.length; j++) {
      for (int d = 0; d < dimension; d++) {
        columns[d * centroids.length + j] = centroids[j][d];
      }
    }
    return new PartitionRouter(dimension, metric, centroids.length, columns);
  }

  /** A copy of a partition's centroid, {@code [dimension]}. */
  public float[] centroid(int partition) {
    float[] centroid = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      centroid[d] = columns[d * partitions + partition];
    }
    return centroid;
  }

  /** How many partitions. */
  public int partitions() {
    return partitions;
  }

  /** The dimension of vectors. */
  public int dimension() {
    return dimension;
  }

  /** The partition that a stored vector {@code [dimension]} belongs to first. */
  public int nearest(float[] vector) {
    return KMeans.argMin(storedDistances(vector), 0, partitions);
  }

  /** The {@code n} partitions in which a query's neighbours are to be expected, best first. */
  public int[] nearest(float[] query, int n) {
    return ascending(
        metric == DistanceMetric.DOT ? queryDistances(query) : storedDistances(query),
        Math.min(n, partitions));
  }

  /**
   * The partitions that a stored vector goes to: the nearest, and others about as near, so that
   * vectors at a border are found from both sides.
   *
   * @param overlap another is about as near if its distance is at most {@code (1 + overlap)} times
   *     the nearest's; 0 for none
   * @param most how many at the most, at least 1
   * @return best first
   */
  public int[] assign(float[] vector, float overlap, int most) {
    float[] distances = storedDistances(vector);
    int[] nearest = ascending(distances, overlap > 0 ? Math.min(most, partitions) : 1);
    // The stored distances are squares.
    float bound = distances[nearest[0]] * (1 + overlap) * (1 + overlap);
    int kept = 1;
    while (kept < nearest.length && distances[nearest[kept]] <= bound) {
      kept++;
    }
    return Arrays.copyOf(nearest, kept);
  }

  private float[] storedDistances(float[] vector) {
    requireDimension(vector);
    float[] scaled = vector;
    if (metric == DistanceMetric.COSINE) {
      float scale = Kernels.inverseNorm(vector);
      scaled = new float[dimension];
      for (int d = 0; d < dimension; d++) {
        scaled[d] = vector[d] * scale;
      }
    }
    float[] distances = new float[partitions];
    BestKernels.floats()
        .squaredL2ToColumns(scaled, 0, dimension, columns, 0, partitions, distances, 0);
    return distances;
  }

  private float[] queryDistances(float[] query) {
    requireDimension(query);
    float[] distances = new float[partitions];
    BestKernels.floats().dotToColumns(query, 0, dimension, columns, 0, partitions, distances, 0);
    for (int j = 0; j < partitions; j++) {
      distances[j] = -distances[j];
    }
    return distances;
  }

  private void requireDimension(float[] vector) {
    if (vector.length != dimension) {
      throw new InvalidVectorException(
          "the vector has " + vector.length + " components, the router " + dimension);
    }
  }

  private static int[] ascending(float[] distances, int n) {
    long[] keys = new long[distances.length];
    for (int j = 0; j < keys.length; j++) {
      keys[j] = SortableKeys.of(distances[j], j);
    }
    Arrays.sort(keys);
    int[] nearest = new int[n];
    for (int i = 0; i < n; i++) {
      nearest[i] = SortableKeys.id(keys[i]);
    }
    return nearest;
  }

  /** As {@code spec/v1.md} says; {@link #fromBytes} reads it. */
  public byte[] toBytes() {
    return new CentroidForm(dimension, metric, partitions, columns)
        .toBytes(CentroidForm.ROUTER_MAGIC);
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws ShardFormatException if it is not one, damaged, or of another version
   */
  public static PartitionRouter fromBytes(byte[] bytes) {
    CentroidForm form =
        CentroidForm.read(
            bytes,
            CentroidForm.ROUTER_MAGIC,
            "partition router",
            (dimension, count) ->
                count < 1 || count > PARTITIONS_MAX ? -1 : (long) dimension * count);
    return new PartitionRouter(form.dimension(), form.metric(), form.count(), form.columns());
  }
}
