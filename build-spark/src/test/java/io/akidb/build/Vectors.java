package io.akidb.build;

import io.akidb.catalog.Metric;
import io.akidb.catalog.VectorRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Seeded vectors in clusters, and exact answers about them. */
final class Vectors {
  private final Random random;
  private final float[][] centers;
  private final int dimension;

  Vectors(long seed, int dimension, int clusters) {
    this.random = new Random(seed);
    this.dimension = dimension;
    this.centers = new float[clusters][dimension];
    for (float[] center : centers) {
      for (int d = 0; d < dimension; d++) {
        center[d] = (float) random.nextGaussian();
      }
    }
  }

  float[] next() {
    float[] center = centers[random.nextInt(centers.length)];
    float[] vector = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      vector[d] = center[d] + 0.5f * (float) random.nextGaussian();
    }
    return vector;
  }

  /** Rows {@code from} to {@code to} with ids "id-n", all of this order. */
  List<VectorRecord> rows(int from, int to, long order) {
    List<VectorRecord> rows = new ArrayList<>();
    for (int i = from; i < to; i++) {
      byte[] payload =
          ("{\"n\":" + i + ",\"color\":\"" + (i % 2 == 0 ? "red" : "blue") + "\"}")
              .getBytes(StandardCharsets.UTF_8);
      rows.add(VectorRecord.upsert("id-" + i, order, next(), payload));
    }
    return rows;
  }

  static double distance(Metric metric, float[] a, float[] b) {
    double dot = 0;
    double squares = 0;
    double normA = 0;
    double normB = 0;
    for (int d = 0; d < a.length; d++) {
      dot += (double) a[d] * b[d];
      squares += ((double) a[d] - b[d]) * ((double) a[d] - b[d]);
      normA += (double) a[d] * a[d];
      normB += (double) b[d] * b[d];
    }
    return switch (metric) {
      case L2 -> squares;
      case DOT -> -dot;
      case COSINE -> 1 - dot / Math.sqrt(normA * normB);
    };
  }

  /** Ids of the {@code k} nearest, by looking at all. */
  static List<String> exact(Metric metric, Map<String, float[]> all, float[] query, int k) {
    return all.entrySet().stream()
        .sorted(Comparator.comparingDouble(entry -> distance(metric, query, entry.getValue())))
        .limit(k)
        .map(Map.Entry::getKey)
        .toList();
  }
}
