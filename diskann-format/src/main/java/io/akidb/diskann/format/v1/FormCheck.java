package io.akidb.diskann.format.v1;

import io.akidb.diskann.InvalidVectorException;
import io.akidb.diskann.VectorStorage;

/** Watches the vectors of a shard, to tell which forms hold them. Not thread-safe. */
final class FormCheck {
  /** Halves have 11 bits: a greater share of the square is lost only out of their range. */
  private static final double RANGE_ERROR_MAX = 1e-4;

  private boolean areBytes = true;
  private boolean areHalves = true;
  private boolean isInRange = true;

  /** Takes a vector. */
  void add(float[] vector) {
    areBytes = areBytes && areBytes(vector);
    double error = 0;
    double square = 0;
    for (float component : vector) {
      double off = component - Float.float16ToFloat(Float.floatToFloat16(component));
      error += off * off;
      square += (double) component * component;
    }
    areHalves &= error == 0;
    // Rounding to infinity is an error that is infinite, to zero one of the whole square.
    isInRange &= error <= RANGE_ERROR_MAX * square;
  }

  private static boolean areBytes(float[] vector) {
    for (float component : vector) {
      if (!(component >= 0 && component <= VectorForm.BYTE_MAX && component == (int) component)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The form for what was asked for.
   *
   * @throws InvalidVectorException if it cannot hold the vectors
   */
  VectorForm form(VectorStorage storage) {
    return switch (storage) {
      case AUTO -> areBytes ? VectorForm.INT8 : areHalves ? VectorForm.F16 : VectorForm.F32;
      case F32 -> VectorForm.F32;
      case INT8 -> VectorForm.INT8;
      case F16 -> {
        if (!isInRange) {
          throw new InvalidVectorException(
              "a vector's components are out of the range of f16, about 0.0001 to 65504: store"
                  + " vectors as f32, or leave the choice to auto");
        }
        yield VectorForm.F16;
      }
    };
  }
}
