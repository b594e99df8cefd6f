package io.akidb.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * The true neighbours, by comparing with every vector: what the index is measured against.
 * Independent of the index's code on purpose.
 */
final class ExactNeighbours {
  private final List<float[]> vectors;

  /** Takes the vectors, {@code [n][dimension]}, none of them zero. */
  ExactNeighbours(List<float[]> vectors) {
    this.vectors = vectors.stream().map(ExactNeighbours::unit).toList();
  }

  private record Scored(int row, double score) {}

  /** The rows with the greatest cosine, of each query: {@code [queries][k]}. */
  List<List<Integer>> find(List<float[]> queries, int k) {
    return IntStream.range(0, queries.size())
        .parallel()
        .mapToObj(q -> find(unit(queries.get(q)), k))
        .toList();
  }

  private List<Integer> find(float[] query, int k) {
    PriorityQueue<Scored> worstFirst =
        new PriorityQueue<>((a, b) -> Double.compare(a.score, b.score));
    for (int i = 0; i < vectors.size(); i++) {
      double score = dot(query, vectors.get(i));
      if (worstFirst.size() < k) {
        worstFirst.add(new Scored(i, score));
      } else if (worstFirst.peek() != null && worstFirst.peek().score < score) {
        worstFirst.poll();
        worstFirst.add(new Scored(i, score));
      }
    }
    List<Integer> best = new ArrayList<>();
    while (!worstFirst.isEmpty()) {
      best.addFirst(worstFirst.poll().row);
    }
    return best;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += a[d] * b[d];
    }
    return sum;
  }

  private static float[] unit(float[] vector) {
    double length = Math.sqrt(dot(vector, vector));
    float[] unit = new float[vector.length];
    for (int d = 0; d < vector.length; d++) {
      unit[d] = (float) (vector[d] / length);
    }
    return unit;
  }
}
