package io.akidb.diskann.quantization;

import io.akidb.diskann.kernel.BestKernels;
import java.util.SplittableRandom;

/**
 * A random rotation that costs {@code O(length log length)}: rounds of random signs, a fast
 * Walsh-Hadamard transform of the longest power of two at one end and then the other, and a step of
 * Kac's walk that mixes the two halves (as the rotator of Gao and Long, RaBitQ, SIGMOD 2024, is
 * made in practice). Lengths and inner products stay as they are, and no component stands out any
 * more. Immutable; safe for any thread.
 */
public final class Rotation {
  /** Lengths are multiples of this. */
  public static final int ALIGNED = 16;

  private static final int LENGTH_MIN = 128;
  private static final int LENGTHENED_MAX = 192;
  private static final int LENGTHENED_BY = 4;
  private static final int ROUNDS = 4;
  private static final float HALF_ROOT = (float) Math.sqrt(0.5);

  private final int length;
  private final int transformed;
  private final float scale;

  /** 1 or -1, {@code [ROUNDS][length]}. */
  private final float[] signs;

  private Rotation(int length, float[] signs) {
    this.length = length;
    this.signs = signs;
    this.transformed = Integer.highestOneBit(length);
    this.scale = (float) (1 / Math.sqrt(transformed));
  }

  /**
   * The length that serves vectors of a dimension. Short vectors are made longer: each component of
   * a rotated vector is a bit of its code, and an estimate's error falls with the root of them.
   */
  public static int lengthFor(int dimension) {
    int least = Math.max(LENGTH_MIN, Math.min(LENGTHENED_MAX, LENGTHENED_BY * dimension));
    return (Math.max(dimension, dimension < LENGTH_MIN ? least : 0) + ALIGNED - 1)
        / ALIGNED
        * ALIGNED;
  }

  /** Bytes of {@link #toBytes}. */
  public static int bytes(int length) {
    return ROUNDS * length / 8;
  }

  /** Of a length that {@link #lengthFor} gave. */
  public static Rotation random(int length, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bits = new byte[bytes(length)];
    random.nextBytes(bits);
    return of(length, bits);
  }

  /** From what {@link #toBytes} gave. */
  public static Rotation of(int length, byte[] bits) {
    float[] signs = new float[ROUNDS * length];
    for (int i = 0; i < signs.length; i++) {
      signs[i] = (bits[i >> 3] >> (i & 7) & 1) == 0 ? 1 : -1;
    }
    return new Rotation(length, signs);
  }

  /** The signs, as bits. */
  public byte[] toBytes() {
    byte[] bits = new byte[bytes(length)];
    for (int i = 0; i < signs.length; i++) {
      if (signs[i] < 0) {
        bits[i >> 3] |= (byte) (1 << (i & 7));
      }
    }
    return bits;
  }

  public int length() {
    return length;
  }

  /** Rotates a vector {@code [length]} in its place. */
  public void rotate(float[] vector) {
    for (int round = 0; round < ROUNDS; round++) {
      int signsAt = round * length;
      for (int i = 0; i < length; i++) {
        vector[i] *= signs[signsAt + i];
      }
      transform(vector, (round & 1) == 0 ? 0 : length - transformed);
      if (transformed < length) {
        mixHalves(vector);
      }
    }
  }

  private void transform(float[] vector, int from) {
    BestKernels.binary().hadamard(vector, from, transformed);
    for (int i = from; i < from + transformed; i++) {
      vector[i] *= scale;
    }
  }

  private void mixHalves(float[] vector) {
    int half = length / 2;
    for (int i = 0; i < half; i++) {
      float a = vector[i];
      float b = vector[i + half];
      vector[i] = (a + b) * HALF_ROOT;
      vector[i + half] = (a - b) * HALF_ROOT;
    }
  }
}
