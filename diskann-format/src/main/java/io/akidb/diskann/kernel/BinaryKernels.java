package io.akidb.diskann.kernel;

import java.lang.foreign.MemorySegment;

/** The arithmetic of binary codes, but for their sums, which {@link FastScan} makes. */
public interface BinaryKernels {
  /**
   * The signs of {@code a - b}, as the bits of {@code into}: bit i is set where {@code a[i] >=
   * b[i]}.
   *
   * @param a f32, {@code [length]} from {@code aByteOffset} on
   * @param length a multiple of 16
   * @param into {@code [length / 16]}
   * @param sums gets the sum of {@code (a - b)^2}, the sum of {@code |a - b|}, and the sum of
   *     {@code b} where the bit is set less the sum where it is not
   */
  void signs(MemorySegment a, long aByteOffset, float[] b, int length, short[] into, float[] sums);

  /**
   * The Walsh-Hadamard transform, not scaled, of {@code vector[from]} to {@code vector[from +
   * length]}, in its place.
   *
   * @param length a power of two
   */
  void hadamard(float[] vector, int from, int length);

  /**
   * For each group of four numbers what each choice of them adds up to, above the least: entry j of
   * a group is {@code sum over i of (bit i of j ? v[i] : 0) - min(v[i], 0)}, rounded.
   *
   * @param vector {@code [length]}
   * @param scale that it is multiplied by; with it no sum is over 255
   * @param length a multiple of 16
   * @param tables {@code [length / 4][16]}
   */
  void tables(float[] vector, float scale, int length, byte[] tables);

  /**
   * Estimates of a block of 32 codes: {@code base + addendUnit * addend + factorUnit * factor *
   * (least + unit * sum)}.
   *
   * @param codes has 32 addends (i16) from {@code addendsAt} on, 32 factors (u8) from {@code
   *     factorsAt} on
   * @param sums {@code [32]}
   * @param least with {@code unit} what a sum stands for
   * @param base what all have in common
   * @param limit that is asked about
   * @param into {@code [32]}
   * @return bit i is set where {@code into[i] < limit}
   */
  int estimates(
      MemorySegment codes,
      long addendsAt,
      long factorsAt,
      float addendUnit,
      float factorUnit,
      int[] sums,
      float least,
      float unit,
      float base,
      float limit,
      float[] into);
}
