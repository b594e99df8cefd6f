package io.akidb.diskann.quantization;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.InvalidVectorException;
import io.akidb.diskann.Kernels;

/** What quantizers take: finite components, and for cosine the vector at unit length. */
final class VectorInput {
  private VectorInput() {}

  /**
   * Checks a vector and copies it.
   *
   * @param into {@code [at least dimension]}; what stands behind the dimension is left alone
   */
  static void load(float[] vector, int dimension, DistanceMetric metric, float[] into) {
    if (vector.length < dimension) {
      throw new InvalidVectorException(
          "a vector has " + vector.length + " components, the quantizer " + dimension);
    }
    float scale = 1;
    if (metric == DistanceMetric.COSINE) {
      scale = Kernels.inverseNorm(vector, dimension);
    }
    for (int d = 0; d < dimension; d++) {
      if (!Float.isFinite(vector[d])) {
        throw new InvalidVectorException(
            "component " + d + " is " + vector[d] + "; components must be finite");
      }
      into[d] = vector[d] * scale;
    }
    if (scale == 0 || !Float.isFinite(scale)) {
      throw new InvalidVectorException(
          "a vector has no length; cosine needs a direction: give one component that is not zero");
    }
  }

  /**
   * Checks a sample and copies it.
   *
   * @param sample {@code [n][dimension]}, n at least 1; of more than {@link Quantizer#SAMPLE_MAX}
   *     the first are taken
   */
  static float[][] sample(float[][] sample, DistanceMetric metric) {
    if (sample.length == 0) {
      throw new IllegalArgumentException("a quantizer needs at least one vector to train on");
    }
    int dimension = sample[0].length;
    if (dimension < 1 || dimension > IndexSchema.DIMENSION_MAX) {
      throw new IllegalArgumentException(
          "the dimension must be 1 to " + IndexSchema.DIMENSION_MAX + ", not " + dimension);
    }
    float[][] loaded = new float[Math.min(sample.length, Quantizer.SAMPLE_MAX)][dimension];
    for (int i = 0; i < loaded.length; i++) {
      if (sample[i].length != dimension) {
        throw new InvalidVectorException(
            "vector " + i + " of the sample has another dimension than the first");
      }
      load(sample[i], dimension, metric, loaded[i]);
    }
    return loaded;
  }
}
