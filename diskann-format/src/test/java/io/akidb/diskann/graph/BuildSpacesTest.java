package io.akidb.diskann.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.data.TestVectors;
import io.akidb.diskann.format.v1.Spill;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The spaces that graphs are built in, against their definition in double precision. */
class BuildSpacesTest {
  private static final long SEED = 20_261_121;
  private static final int N = 800;
  private static final int DIMENSION = 40;

  @TempDir Path folder;

  private Spill spill(DistanceMetric metric, float[][] base) {
    Spill spill = new Spill(new IndexSchema(base[0].length, metric, new TreeMap<>()), folder);
    for (int i = 0; i < base.length; i++) {
      spill.add(new IndexRecord("" + i, i, base[i], new byte[0], Map.of()));
    }
    spill.map();
    return spill;
  }

  /** What a vector is in the space that its graph is built in. */
  private static double[] placed(DistanceMetric metric, float[] vector, double longest) {
    double length =
        Math.sqrt(TestVectors.distance(DistanceMetric.L2, vector, new float[vector.length]));
    double scale =
        switch (metric) {
          case L2 -> 1;
          case COSINE -> 1 / length;
          case DOT -> length == 0 ? 0 : Math.sqrt(1 / Math.max(1e-4, length / longest)) / length;
        };
    double[] placed = new double[vector.length];
    Arrays.setAll(placed, d -> vector[d] * scale);
    return placed;
  }

  private static double between(DistanceMetric metric, float[] a, float[] b, double longest) {
    double[] x = placed(metric, a, longest);
    double[] y = placed(metric, b, longest);
    double sum = 0;
    for (int d = 0; d < x.length; d++) {
      sum += (x[d] - y[d]) * (x[d] - y[d]);
    }
    return sum;
  }

  private static double longest(float[][] base) {
    return Arrays.stream(base)
        .mapToDouble(
            vector ->
                Math.sqrt(
                    TestVectors.distance(DistanceMetric.L2, vector, new float[vector.length])))
        .max()
        .orElseThrow();
  }

  private static float[][] ofManyLengths() {
    float[][] base = TestVectors.clustered(N, DIMENSION, SEED);
    SplittableRandom random = new SplittableRandom(SEED);
    for (float[] vector : base) {
      float length = (float) Math.exp(0.5 * random.nextGaussian());
      for (int d = 0; d < DIMENSION; d++) {
        vector[d] *= length;
      }
    }
    return base;
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void exact_anyPair_isTheDistanceOfTheScaled(DistanceMetric metric) {
    float[][] base = ofManyLengths();
    double longest = longest(base);
    try (Spill spill = spill(metric, base)) {
      ExactSpace space = new ExactSpace(spill, metric, new Scaling(spill, metric));
      assertThat(space.size()).isEqualTo(N);
      for (int i = 0; i < N; i += 7) {
        double expected = between(metric, base[i], base[(i + 13) % N], longest);
        assertThat((double) space.between(i, (i + 13) % N))
            .isCloseTo(expected, within(1e-4 * (1 + expected)));
        assertThat(space.between(i, i)).isBetween(0f, 1e-4f);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void copy_anyOrder_hasTheSameDistances(DistanceMetric metric) {
    float[][] base = ofManyLengths();
    try (Spill spill = spill(metric, base);
        BuildSpaces spaces = BuildSpaces.of(spill, metric, SEED, folder)) {
      StoredSpace exact = new ExactSpace(spill, metric, new Scaling(spill, metric));
      assertCopies(spaces.space(), 0);
      assertCopies(exact, 1e-3);
      assertCopies(copied(exact, N, 1), 0);
    }
  }

  /** Every so many vectors, backwards. */
  private static StoredSpace copied(StoredSpace space, int count, int step) {
    int bytes = Math.toIntExact(space.copyBytes(count));
    return space.copy(
        count, i -> i * step, i -> count - 1 - i, MemorySegment.ofArray(new byte[bytes]));
  }

  private static void assertCopies(StoredSpace space, double error) {
    int count = N / 3;
    StoredSpace copy = copied(space, count, 3);
    assertThat(copy.size()).isEqualTo(count);
    for (int i = 0; i < count; i++) {
      int j = (i * 31 + 1) % count;
      float expected = space.between(3 * (count - 1 - i), 3 * (count - 1 - j));
      assertThat((double) copy.between(i, j)).isCloseTo(expected, within(error * (1 + expected)));
    }
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void spaces_smoothVectors_areQuantizedWithinAHundredth(DistanceMetric metric) {
    float[][] base = ofManyLengths();
    double longest = longest(base);
    try (Spill spill = spill(metric, base);
        BuildSpaces spaces = BuildSpaces.of(spill, metric, SEED, folder)) {
      assertThat(spaces.space()).isInstanceOf(QuantizedSpace.class);
      assertThat(spaces.space().size()).isEqualTo(N);
      double error = 0;
      double sum = 0;
      for (int i = 0; i < N; i++) {
        int j = (i * 31 + 1) % N;
        double expected = between(metric, base[i], base[j], longest);
        error += Math.abs(spaces.space().between(i, j) - expected);
        sum += expected;
      }
      assertThat(error).isLessThan(0.01 * sum);
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void spaces_oneComponentThatOutweighsAll_areExact() {
    // Rounded to steps of the first component, which tells nothing, the others would vanish.
    float[][] base = TestVectors.clustered(N, DIMENSION, SEED);
    for (int i = 0; i < N; i++) {
      base[i][0] = i % 2 == 0 ? 10_000 : -10_000;
    }
    try (Spill spill = spill(DistanceMetric.L2, base);
        BuildSpaces spaces = BuildSpaces.of(spill, DistanceMetric.L2, SEED, folder)) {
      assertThat(spaces.space()).isInstanceOf(ExactSpace.class);
    }
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void medoid_any_isTheNearestToTheMean(DistanceMetric metric) {
    float[][] base = ofManyLengths();
    double longest = longest(base);
    double[] mean = new double[DIMENSION];
    for (float[] vector : base) {
      double[] placed = placed(metric, vector, longest);
      Arrays.setAll(mean, d -> mean[d] + placed[d] / N);
    }
    double[] distances = new double[N];
    for (int i = 0; i < N; i++) {
      double[] placed = placed(metric, base[i], longest);
      for (int d = 0; d < DIMENSION; d++) {
        distances[i] += (placed[d] - mean[d]) * (placed[d] - mean[d]);
      }
    }
    try (Spill spill = spill(metric, base);
        BuildSpaces spaces = BuildSpaces.of(spill, metric, SEED, folder)) {
      assertThat(distances[spaces.medoid()])
          .isCloseTo(Arrays.stream(distances).min().orElseThrow(), within(1e-4));
    }
  }

  @Test
  void scaling_zeroAndTinyVectors_stayFinite() {
    float[][] base = {{0, 0}, {1e-30f, 0}, {0, 1e-3f}, {3e15f, 4e15f}};
    try (Spill spill = spill(DistanceMetric.DOT, base)) {
      Scaling scaling = new Scaling(spill, DistanceMetric.DOT);
      float[] vector = new float[spill.paddedDimension()];
      for (int i = 0; i < base.length; i++) {
        scaling.load(i, vector);
        for (float component : vector) {
          assertThat(component).isFinite();
        }
      }
      assertThat(scaling.square(0)).isZero();
      assertThat(scaling.square(1)).isEqualTo(10_000);
      assertThat(scaling.square(3)).isEqualTo(1);
    }
  }

  @Test
  void quantize_any_isWithinHalfAStep() {
    SplittableRandom random = new SplittableRandom(SEED);
    byte[] code = new byte[QuantizedSpace.codeLength(70)];
    assertThat(code).hasSize(128);
    for (float magnitude : new float[] {1e-30f, 1e-3f, 1, 1e30f}) {
      float[] vector = new float[70];
      for (int d = 0; d < 70; d++) {
        vector[d] = (float) random.nextDouble(-1, 1) * magnitude;
      }
      float step = QuantizedSpace.quantize(vector, 70, code);
      for (int d = 0; d < 70; d++) {
        assertThat((int) code[d]).isBetween(-63, 63);
        assertThat(Math.abs(vector[d] - step * code[d])).isLessThanOrEqualTo(0.501f * step);
      }
    }
    assertThat(QuantizedSpace.quantize(new float[70], 70, code)).isZero();
    assertThat(code).containsOnly(0);
  }
}
