package io.akidb.diskann.quantization;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.kernel.BestKernels;
import io.akidb.diskann.kernel.BinaryKernels;
import io.akidb.diskann.kernel.FastScan;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Encodes vectors as seen from one point: the signs of their rotated difference to it, one bit a
 * dimension, and two numbers that make the estimate of a distance unbiased (Gao and Long, RaBitQ,
 * SIGMOD 2024; as seen from a neighbour: Gou et al., SymphonyQG, SIGMOD 2025). The nearer the
 * point, the smaller what has to be estimated. For one thread.
 */
public final class BinaryEncoder {
  private static final int ADDEND_MAX = Short.MAX_VALUE;
  private static final int FACTOR_MAX = 255;
  private static final int GROUPS_A_SHORT = 4;

  private final BinaryKernels kernels = BestKernels.binary();
  private final DistanceMetric metric;
  private final int length;
  private final short[] bits;
  private final float[] sums = new float[3];
  private final float[] squares;
  private final float[] signed;
  private final float[] factors;

  /**
   * An encoder.
   *
   * @param length of rotated vectors
   * @param countMax most codes at once
   */
  public BinaryEncoder(DistanceMetric metric, int length, int countMax) {
    this.metric = metric;
    this.length = length;
    this.bits = new short[length / Short.SIZE];
    this.squares = new float[countMax];
    this.signed = new float[countMax];
    this.factors = new float[countMax];
  }

  /**
   * Encodes vectors.
   *
   * @param centre the point, rotated, {@code [length]}
   * @param rotated all vectors, rotated, f32 {@code [n][length]}
   * @param which of them, {@code [count]}
   * @param codes how they lie
   * @param into gets the codes from {@code at} on
   */
  public void encode(
      float[] centre,
      MemorySegment rotated,
      int[] which,
      int count,
      NeighbourCodes codes,
      byte[] into,
      int at) {
    if (codes.bytes() == 0) {
      return;
    }
    Arrays.fill(into, at, at + codes.bytes(), (byte) 0);
    float largest = 0;
    for (int i = 0; i < count; i++) {
      kernels.signs(rotated, 4L * length * which[i], centre, length, bits, sums);
      squares[i] = sums[0];
      signed[i] = sums[2];
      // By so much the inner product with the signs is to be stretched.
      factors[i] = sums[1] > 0 ? sums[0] / sums[1] : 0;
      largest = Math.max(largest, factors[i]);
      scatter(codes, into, at, i);
    }
    ByteBuffer out = ByteBuffer.wrap(into).order(ByteOrder.LITTLE_ENDIAN);
    float factorUnit = largest / FACTOR_MAX;
    float addendLargest = 0;
    for (int i = 0; i < count; i++) {
      int factor = factorUnit > 0 ? Math.round(factors[i] / factorUnit) : 0;
      out.put(at + codes.factorsAt(i / FastScan.LANES) + i % FastScan.LANES, (byte) factor);
      // What the centre takes from the sum over signs is given back, by the factor as it is kept.
      squares[i] =
          metric == DistanceMetric.DOT ? 0 : squares[i] + 2 * factor * factorUnit * signed[i];
      addendLargest = Math.max(addendLargest, Math.abs(squares[i]));
    }
    float addendUnit = addendLargest / ADDEND_MAX;
    for (int i = 0; i < count; i++) {
      int addend = addendUnit > 0 ? Math.round(squares[i] / addendUnit) : 0;
      out.putShort(
          at + codes.addendsAt(i / FastScan.LANES) + 2 * (i % FastScan.LANES), (short) addend);
    }
    out.putFloat(at, addendUnit);
    out.putFloat(at + 4, metric == DistanceMetric.DOT ? -factorUnit : -2 * factorUnit);
  }

  private void scatter(NeighbourCodes codes, byte[] into, int at, int i) {
    int lane = i % FastScan.LANES;
    int groupBytes = codes.groupBytes();
    int first = at + codes.codesAt(i / FastScan.LANES) + FastScan.byteOf(lane, groupBytes);
    int shift = lane < groupBytes ? 0 : 4;
    for (int group = 0; group < codes.groups(); group++) {
      int four = bits[group / GROUPS_A_SHORT] >> (group % GROUPS_A_SHORT * 4) & 15;
      into[first + group * groupBytes] |= (byte) (four << shift);
    }
  }
}
