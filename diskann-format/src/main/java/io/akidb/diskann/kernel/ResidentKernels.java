package io.akidb.diskann.kernel;

import java.lang.foreign.MemorySegment;

/** What estimates from resident codes spend their time in. Codes lie at any alignment. */
public interface ResidentKernels {
  /** Components in a block of nibbles: its byte i holds component i low and 16 + i high. */
  int BLOCK = 32;

  /** Bytes of a block of nibbles. */
  int BLOCK_BYTES = 16;

  /** Bits of a number that {@link #sumOfBits} adds. */
  int PLANES = 6;

  /**
   * The sum over i of {@code weights[i] * codes[at + i]}, of signed bytes.
   *
   * @param weights {@code [length]}
   * @param length any
   */
  float dotBytes(float[] weights, MemorySegment codes, long at, int length);

  /**
   * The sum over i of {@code weights[i]} times the i-th nibble, 0 to 15.
   *
   * @param weights {@code [length]}
   * @param length a multiple of {@link #BLOCK}; {@code length / 2} bytes are read
   */
  float dotNibbles(float[] weights, MemorySegment codes, long at, int length);

  /**
   * The sum of numbers of six bits, in two's complement, where a code has its bits set.
   *
   * @param planes {@code [words][6]}: bit i of number 64 w + j is bit j of {@code planes[6 * w +
   *     i]}
   * @param codes {@code words} words of 64 bits, from {@code at} on
   */
  int sumOfBits(long[] planes, MemorySegment codes, long at, int words);
}
