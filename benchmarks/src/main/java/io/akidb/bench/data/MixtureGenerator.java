package io.akidb.bench.data;

import io.akidb.diskann.DistanceMetric;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The synthetic set S1M: a mixture of 1,000 Gaussians with log-normal weights, whose centres lie in
 * a random subspace of 48 dimensions, each with a 24-dimensional factor of its own and isotropic
 * noise. Its intrinsic dimension is about 13, as that of real descriptors. Seed 42 and a million
 * rows are <em>the</em> S1M; the order of the draws is part of the recipe.
 */
final class MixtureGenerator {
  static final int DIMENSION = 128;
  private static final int CLUSTERS = 1000;
  private static final int SUBSPACE = 48;
  private static final int FACTORS = 24;
  private static final double NOISE = 0.10;

  private final SplittableRandom random;
  private final float[][] centres = new float[CLUSTERS][DIMENSION];
  private final float[][][] factors = new float[CLUSTERS][FACTORS][DIMENSION];
  private final double[] weightsUpTo = new double[CLUSTERS];

  MixtureGenerator(long seed) {
    random = new SplittableRandom(seed);
    float[][] basis = new float[SUBSPACE][DIMENSION];
    for (float[] axis : basis) {
      for (int d = 0; d < DIMENSION; d++) {
        axis[d] = (float) (random.nextGaussian() / Math.sqrt(SUBSPACE));
      }
    }
    double total = 0;
    for (int cluster = 0; cluster < CLUSTERS; cluster++) {
      for (float[] axis : basis) {
        addScaled(centres[cluster], axis, (float) random.nextGaussian());
      }
      for (int f = 0; f < FACTORS; f++) {
        double decay = Math.pow(0.97, f);
        for (int d = 0; d < DIMENSION; d++) {
          factors[cluster][f][d] =
              (float) (0.9 * random.nextGaussian() / Math.sqrt(FACTORS) * decay);
        }
      }
      total += Math.exp(0.5 * random.nextGaussian());
      weightsUpTo[cluster] = total;
    }
  }

  /** Base and queries of one distribution; the exact answer is not known yet. */
  static RawData generate(long seed, int rows, int queries) {
    MixtureGenerator generator = new MixtureGenerator(seed);
    float[][] base = generator.next(rows);
    return new RawData(DistanceMetric.L2, base, generator.next(queries), new int[0][]);
  }

  /** The next vectors, {@code [count][128]}. */
  float[][] next(int count) {
    float[][] vectors = new float[count][];
    for (int i = 0; i < count; i++) {
      vectors[i] = next();
    }
    return vectors;
  }

  private float[] next() {
    double drawn = random.nextDouble() * weightsUpTo[CLUSTERS - 1];
    int found = Arrays.binarySearch(weightsUpTo, drawn);
    int cluster = Math.min(CLUSTERS - 1, found < 0 ? -found - 1 : found);
    float[] vector = centres[cluster].clone();
    for (float[] factor : factors[cluster]) {
      addScaled(vector, factor, (float) random.nextGaussian());
    }
    for (int d = 0; d < DIMENSION; d++) {
      vector[d] += (float) (NOISE * random.nextGaussian());
    }
    return vector;
  }

  private static void addScaled(float[] into, float[] vector, float scale) {
    for (int d = 0; d < into.length; d++) {
      into[d] += scale * vector[d];
    }
  }
}
