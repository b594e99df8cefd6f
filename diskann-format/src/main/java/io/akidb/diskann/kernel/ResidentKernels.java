package io.akidb.diskann.kernel;

import java.lang.foreign.MemorySegment;

/** What estimates from resident codes spend their time in. Codes lie at any alignment. */
public interface ResidentKernels {
  /** Components in a block of nibbles: its byte i holds component i low and 16 + i high. */
  int BLOCK = 32;

  /** Bytes of a block of nibbles. */
  int BLOCK_BYTES = 16;

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
}
