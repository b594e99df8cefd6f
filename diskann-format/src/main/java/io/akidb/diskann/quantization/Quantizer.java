package io.akidb.diskann.quantization;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.Quantization;

/**
 * Turns vectors into short codes of one length, from which distances to a query are estimated.
 * Trained and immutable; safe for any thread. The same sample, metric and seed give the same
 * quantizer.
 */
public sealed interface Quantizer permits ProductQuantizer, ScalarQuantizer, BinaryQuantizer {
  /** The most vectors that training looks at. */
  int SAMPLE_MAX = 20_000;

  /** Which one it is. */
  Quantization quantization();

  /** The dimension of vectors. */
  int dimension();

  /** The metric whose distances are estimated. */
  DistanceMetric metric();

  /** Bytes of a code. */
  int bytesPerVector();

  /**
   * Encodes a vector.
   *
   * @param vector {@code [dimension]}; what stands behind these components is not read
   * @param code gets {@link #bytesPerVector} bytes from {@code at} on
   * @throws io.akidb.diskann.InvalidVectorException if a component is not finite, or cosine is
   *     asked of a vector without a direction
   */
  void encode(float[] vector, byte[] code, int at);

  /** A new scorer of codes, for one thread. */
  QuantizedQuery query();

  /** As {@code spec/v1.md} says of section 3; {@link Quantizers#fromBytes} reads it. */
  byte[] toBytes();
}
