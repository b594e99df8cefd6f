package io.akidb.diskann.graph;

import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.RecallCalibration;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchResult;
import io.akidb.diskann.VectorIndex;
import io.akidb.diskann.format.v1.MappedIndex;
import io.akidb.diskann.search.NearestList;
import io.akidb.diskann.search.PreparedQuery;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

/**
 * Measures on a shard how recall grows with the list size, by queries made of its own vectors.
 *
 * <p>A stored vector alone is too easy a query, since edges lead from it to its neighbours. So what
 * tells two neighbours elsewhere apart is added to it, brought to the distance at which its own
 * neighbours lie: such a query is no nearer to the vectors than real ones of another distribution
 * are.
 */
final class RecallCalibrator {
  /** Of fewer vectors most searches scan. */
  static final int SIZE_MIN = 5_000;

  private static final int QUERIES = 256;
  private static final int FEW_QUERIES = 64;
  private static final int K = 10;
  private static final int MANY_K = 100;
  private static final int NEIGHBOUR = 30;
  private static final double GROWTH = 1.4;
  private static final double RECALL_ENOUGH = 0.992;
  private static final int LIST_SIZE_MAX = 500;
  private static final int LIST_SIZE_MAX_OF_K = 5;
  private static final int BLOCK = 64;
  private static final int TOGETHER = 32;

  private final long seed;
  private final BuildProgress progress;

  RecallCalibrator(long seed, BuildProgress progress) {
    this.seed = seed;
    this.progress = progress;
  }

  RecallCalibration calibrate(Path file) {
    try (VectorIndex index = new DiskAnnProvider(Long.MAX_VALUE).open(file)) {
      progress.update("calibrate", 0, index.size());
      float[][] queries = queries(index);
      float[][] truth = truth((MappedIndex) index, queries);
      RecallCalibration calibration =
          new RecallCalibration(
              true,
              List.of(
                  curve(index, queries, truth, K, QUERIES),
                  curve(index, queries, truth, MANY_K, FEW_QUERIES)));
      progress.update("calibrate", index.size(), index.size());
      return calibration;
    }
  }

  private float[][] queries(VectorIndex index) {
    int size = index.size();
    int dimension = index.schema().dimension();
    SplittableRandom random = new SplittableRandom(seed);
    int[] nodes = random.ints(QUERIES, 0, size).toArray();
    float[][] vectors = new float[QUERIES][];
    float[][] differences = new float[QUERIES][];
    IntStream.range(0, QUERIES)
        .parallel()
        .forEach(
            i -> {
              vectors[i] = vector(index, nodes[i]);
              SearchResult near =
                  index.search(vectors[i], SearchParameters.defaults(NEIGHBOUR + 1), null);
              float[] other = vector(index, near.nodeId(near.size() - 1));
              for (int d = 0; d < dimension; d++) {
                other[d] = vectors[i][d] - other[d];
              }
              differences[i] = other;
            });
    return IntStream.range(0, QUERIES)
        .mapToObj(i -> moved(vectors[i], differences[i], differences[(i + 1) % QUERIES]))
        .toArray(float[][]::new);
  }

  /** A node's vector, for cosine of unit length. */
  private static float[] vector(VectorIndex index, int node) {
    float[] vector = new float[index.schema().dimension()];
    index.vector(node, vector);
    if (index.schema().metric() == DistanceMetric.COSINE) {
      double scale = 1 / length(vector);
      for (int d = 0; d < vector.length; d++) {
        vector[d] = (float) (vector[d] * scale);
      }
    }
    return vector;
  }

  private static double length(float[] vector) {
    double square = 0;
    for (float component : vector) {
      square += (double) component * component;
    }
    return Math.sqrt(square);
  }

  private static float[] moved(float[] vector, float[] own, float[] other) {
    double length = length(other);
    double scale = length > 0 ? length(own) / length : 0;
    float[] moved = new float[vector.length];
    boolean isZero = true;
    for (int d = 0; d < vector.length; d++) {
      moved[d] = (float) (vector[d] + scale * other[d]);
      if (!Float.isFinite(moved[d])) {
        return vector;
      }
      isZero &= moved[d] == 0;
    }
    return isZero ? vector : moved;
  }

  /** The distances of each query's nearest, ascending, {@code [queries][MANY_K]}. */
  private static float[][] truth(MappedIndex index, float[][] queries) {
    float[][] truth = new float[queries.length][];
    IntStream.range(0, (queries.length + TOGETHER - 1) / TOGETHER)
        .parallel()
        .forEach(
            part -> {
              int from = part * TOGETHER;
              int to = Math.min(queries.length, from + TOGETHER);
              List<PreparedQuery> prepared = new ArrayList<>();
              List<NearestList> nearest = new ArrayList<>();
              for (int q = from; q < to; q++) {
                PreparedQuery query =
                    new PreparedQuery(index.schema(), index.layout(), index.nodes());
                query.set(queries[q]);
                prepared.add(query);
                NearestList list = new NearestList();
                list.reset(MANY_K);
                nearest.add(list);
              }
              // Blocks that stay in the cache for all of these queries.
              for (int block = 0; block < index.size(); block += BLOCK) {
                for (int q = 0; q < to - from; q++) {
                  compare(index.size(), block, prepared.get(q), nearest.get(q));
                }
              }
              for (int q = from; q < to; q++) {
                truth[q] = nearest.get(q - from).toDistances();
              }
            });
    return truth;
  }

  private static void compare(int size, int block, PreparedQuery query, NearestList nearest) {
    for (int node = block; node < Math.min(size, block + BLOCK); node++) {
      float distance = query.distance(node);
      if (nearest.wouldKeep(distance, node)) {
        nearest.add(distance, node);
      }
    }
  }

  private static RecallCalibration.Curve curve(
      VectorIndex index, float[][] queries, float[][] truth, int k, int count) {
    List<Integer> sizes = new ArrayList<>();
    List<Float> recalls = new ArrayList<>();
    double best = 0;
    int sizeMax = LIST_SIZE_MAX + LIST_SIZE_MAX_OF_K * k;
    for (double list = k; best < RECALL_ENOUGH && list <= sizeMax; list *= GROWTH) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException("the build was interrupted");
      }
      int size = (int) Math.ceil(list);
      SearchParameters parameters = SearchParameters.defaults(k).withSearchListSize(size);
      int found =
          IntStream.range(0, count)
              .parallel()
              .map(q -> hits(index.search(queries[q], parameters, null), truth[q][k - 1]))
              .sum();
      best = Math.max(best, atLeast(found, k * count));
      sizes.add(size);
      recalls.add((float) best);
    }
    float[] measured = new float[recalls.size()];
    for (int i = 0; i < measured.length; i++) {
      measured[i] = recalls.get(i);
    }
    return new RecallCalibration.Curve(
        k, sizes.stream().mapToInt(size -> size).toArray(), measured);
  }

  /** The share that was found, less two standard errors of a sample of this size. */
  private static double atLeast(int found, int sought) {
    double share = found / (double) sought;
    return share - 2 * Math.sqrt(share * (1 - share) / sought);
  }

  /** How many are as near as the last of the true ones, whichever of equal ones they are. */
  private static int hits(SearchResult result, float farthest) {
    int hits = 0;
    for (float distance : result.distances()) {
      hits += distance <= farthest ? 1 : 0;
    }
    return hits;
  }
}
