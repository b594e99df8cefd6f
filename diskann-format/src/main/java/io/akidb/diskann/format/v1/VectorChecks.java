package io.akidb.diskann.format.v1;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.InvalidVectorException;
import io.akidb.diskann.Kernels;

/** What a vector must be to be stored or searched for. */
public final class VectorChecks {
  private VectorChecks() {}

  /**
   * Checks dimension and components.
   *
   * @param what for the message, as {@code query}
   * @return one over the vector's length for cosine, otherwise 1
   */
  public static float requireValid(String what, float[] vector, IndexSchema schema) {
    if (vector.length != schema.dimension()) {
      throw new InvalidVectorException(
          what + " has " + vector.length + " components, the index " + schema.dimension());
    }
    for (int i = 0; i < vector.length; i++) {
      if (!Float.isFinite(vector[i])) {
        throw new InvalidVectorException(
            what + " has " + vector[i] + " as component " + i + "; components must be finite");
      }
    }
    if (schema.metric() != DistanceMetric.COSINE) {
      return 1;
    }
    float inverseNorm = Kernels.inverseNorm(vector);
    if (inverseNorm == 0 || !Float.isFinite(inverseNorm)) {
      throw new InvalidVectorException(
          what + " has no length; cosine needs a direction: give one component that is not zero");
    }
    return inverseNorm;
  }

  /**
   * Checks an id.
   *
   * @return its UTF-8 form, of at most {@link Spill#ID_BYTES_MAX} bytes
   */
  public static byte[] requireValidId(String vectorId) {
    if (!Utf8.isEncodable(vectorId)) {
      throw new InvalidVectorException(
          "an id has half a surrogate pair; give text that has a UTF-8 form");
    }
    byte[] id = Utf8.encode(vectorId);
    if (id.length > Spill.ID_BYTES_MAX) {
      throw new InvalidVectorException("an id has more than " + Spill.ID_BYTES_MAX + " bytes");
    }
    return id;
  }
}
