package io.akidb.diskann.quantization;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.PqCodebook;
import io.akidb.diskann.Quantization;
import io.akidb.diskann.ShardTooNewException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Makes quantizers and reads them again. */
public final class Quantizers {
  private Quantizers() {}

  /**
   * Trains a quantizer.
   *
   * @param quantization one with codes of their own
   * @param sample {@code [n][dimension]}, n at least 1; of more than {@link Quantizer#SAMPLE_MAX}
   *     the first are used
   * @param subspaces M, 1 to the dimension, for those that have them; 0 lets the dimension decide
   * @param seed of everything random
   * @throws io.akidb.diskann.InvalidVectorException if a component is not finite, or cosine is
   *     asked of a vector without a direction
   */
  public static Quantizer train(
      Quantization quantization,
      float[][] sample,
      DistanceMetric metric,
      int subspaces,
      long seed) {
    return switch (quantization) {
      case PQ, OPQ ->
          ProductQuantizer.train(
              sample,
              metric,
              subspaces(sample, metric, subspaces),
              seed,
              quantization == Quantization.OPQ);
      case RABITQ -> BinaryQuantizer.train(sample, metric, seed);
      case SQ8, SQ4 -> ScalarQuantizer.train(sample, metric, quantization);
      case BINARY_NEIGHBOURS ->
          throw new IllegalArgumentException(
              "neighbours' codes depend on who sees them: there is no quantizer of vectors");
    };
  }

  private static int subspaces(float[][] sample, DistanceMetric metric, int subspaces) {
    return subspaces > 0 || sample.length == 0
        ? subspaces
        : PqCodebook.defaultSubspaces(sample[0].length, metric);
  }

  /**
   * Reads what {@link Quantizer#toBytes} wrote.
   *
   * @throws io.akidb.diskann.ShardFormatException if it is not one, damaged, or of another version
   */
  public static Quantizer fromBytes(byte[] bytes) {
    if (bytes.length < Long.BYTES
        || ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0)
            != QuantizerForm.MAGIC) {
      return ProductQuantizer.of(PqCodebook.fromBytes(bytes));
    }
    QuantizerForm form = QuantizerForm.read(bytes);
    Quantization quantization;
    try {
      quantization = Quantization.ofCode(form.kind());
    } catch (IllegalArgumentException e) {
      throw new ShardTooNewException(
          "a quantizer of kind " + form.kind() + ", which this one does not know", e);
    }
    return switch (quantization) {
      case SQ8, SQ4 -> ScalarQuantizer.read(form, quantization);
      case OPQ -> ProductQuantizer.read(form);
      case RABITQ -> BinaryQuantizer.read(form);
      case BINARY_NEIGHBOURS, PQ ->
          throw QuantizerForm.corrupt("a quantizer of kind " + quantization + " in another's form");
    };
  }
}
