package io.akidb.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExactNeighboursTest {
  private static final long SEED = 11;

  private static List<float[]> random(Random random, int count, int dimension) {
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] vector = new float[dimension];
      for (int d = 0; d < dimension; d++) {
        // Of many lengths, so that cosine and dot product order them differently.
        vector[d] = (float) (random.nextGaussian() * (1 + i % 7));
      }
      vectors.add(vector);
    }
    return vectors;
  }

  private static double cosine(float[] a, float[] b) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int d = 0; d < a.length; d++) {
      dot += (double) a[d] * b[d];
      aa += (double) a[d] * a[d];
      bb += (double) b[d] * b[d];
    }
    return dot / Math.sqrt(aa * bb);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 499, 500, 600})
  void find_ofRandomVectors_answersAsSortingAllDoes(int k) {
    Random random = new Random(SEED);
    List<float[]> vectors = random(random, 500, 24);
    List<float[]> queries = random(random, 20, 24);
    List<List<Integer>> found = new ExactNeighbours(vectors).find(queries, k);
    assertThat(found).hasSameSizeAs(queries);
    for (int q = 0; q < queries.size(); q++) {
      float[] query = queries.get(q);
      List<Integer> sorted =
          IntStream.range(0, vectors.size())
              .boxed()
              .sorted(
                  Comparator.<Integer>comparingDouble(i -> cosine(query, vectors.get(i)))
                      .reversed())
              .limit(k)
              .toList();
      assertThat(found.get(q)).as("seed %d, query %d", SEED, q).isEqualTo(sorted);
    }
  }

  @Test
  void find_ofAVectorItself_answersItFirst() {
    List<float[]> vectors = random(new Random(SEED), 50, 8);
    List<List<Integer>> found = new ExactNeighbours(vectors).find(vectors, 3);
    assertThat(IntStream.range(0, 50)).allMatch(i -> found.get(i).indexOf(i) == 0);
  }
}
