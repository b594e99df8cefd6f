package io.akidb.diskann.quantization;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.Quantization;
import io.akidb.diskann.kernel.BestKernels;
import io.akidb.diskann.kernel.ResidentKernels;
import io.akidb.diskann.kernel.SegmentLayout;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A byte or a nibble of each component: even steps between two quantiles of its dimension, those
 * that lose least of the sample. What lies outside is clipped.
 *
 * <p>Before the components of a code stands, but for inner products, the squared length (f32) of
 * what they stand for as seen from the origin, so that an estimate is one inner product.
 *
 * <p>Measured against steps between each vector's own extremes (LVQ: Aguerrebere et al., VLDB 2023)
 * with the mean taken away: recall@10 of the estimates alone on 20,000 rows of fashion-mnist was
 * 1.000 against 0.997 with bytes, 0.968 against 0.962 with nibbles; on wordnet-minilm 0.993 against
 * 0.994 and 0.928 against 0.936; those codes have 8 bytes more.
 */
public final class ScalarQuantizer implements Quantizer {
  /** Shares of the sample that may be clipped at either end. */
  private static final double[] CLIPPED = {0, 0.0002, 0.001, 0.002, 0.005, 0.01};

  private final Quantization quantization;
  private final DistanceMetric metric;

  /** What code 0 stands for, {@code [dimension]}. */
  private final float[] origin;

  /** {@code [dimension]}. */
  private final float[] step;

  private final int leastCode;
  private final int mostCode;

  private ScalarQuantizer(
      Quantization quantization, DistanceMetric metric, float[] origin, float[] step) {
    this.quantization = quantization;
    this.metric = metric;
    this.origin = origin;
    this.step = step;
    this.leastCode = quantization == Quantization.SQ8 ? -128 : 0;
    this.mostCode = quantization == Quantization.SQ8 ? 127 : 15;
  }

  /**
   * Chooses quantiles.
   *
   * @param sample {@code [n][dimension]}, n at least 1
   * @param quantization SQ8 or SQ4
   */
  static ScalarQuantizer train(float[][] sample, DistanceMetric metric, Quantization quantization) {
    float[][] loaded = VectorInput.sample(sample, metric);
    int dimension = loaded[0].length;
    ScalarQuantizer quantizer =
        new ScalarQuantizer(quantization, metric, new float[dimension], new float[dimension]);
    IntStream.range(0, dimension)
        .parallel()
        .forEach(
            d -> {
              float[] column = new float[loaded.length];
              for (int i = 0; i < column.length; i++) {
                column[i] = loaded[i][d];
              }
              Arrays.sort(column);
              quantizer.fit(column, d);
            });
    return quantizer;
  }

  /** Takes the quantiles with the least squared error. */
  private void fit(float[] sorted, int d) {
    double best = Double.POSITIVE_INFINITY;
    for (double share : CLIPPED) {
      int cut = (int) (share * sorted.length);
      double low = sorted[cut];
      double high = sorted[sorted.length - 1 - cut];
      double length = (high - low) / (mostCode - leastCode);
      double error = 0;
      for (float value : sorted) {
        double code = length > 0 ? Math.rint((value - low) / length) : 0;
        double off = value - low - Math.clamp(code, 0, mostCode - leastCode) * length;
        error += off * off;
      }
      if (error < best) {
        best = error;
        step[d] = (float) length;
        origin[d] = (float) (low - leastCode * length);
      }
    }
  }

  static ScalarQuantizer read(QuantizerForm form, Quantization quantization) {
    form.require(0, 8L * form.dimension());
    float[] origin = form.floats(form.dimension());
    return new ScalarQuantizer(quantization, form.metric(), origin, form.floats(form.dimension()));
  }

  @Override
  public byte[] toBytes() {
    return QuantizerForm.of(this, 0, 8 * origin.length).put(origin).put(step).toBytes();
  }

  @Override
  public Quantization quantization() {
    return quantization;
  }

  @Override
  public int dimension() {
    return origin.length;
  }

  @Override
  public DistanceMetric metric() {
    return metric;
  }

  @Override
  public int bytesPerVector() {
    return addendBytes() + componentBytes();
  }

  private int addendBytes() {
    return metric == DistanceMetric.DOT ? 0 : Float.BYTES;
  }

  private int componentBytes() {
    return quantization == Quantization.SQ8 ? origin.length : paddedLength() / 2;
  }

  /** The dimension, and for nibbles what fills their last block. */
  private int paddedLength() {
    return quantization == Quantization.SQ8
        ? origin.length
        : (origin.length + ResidentKernels.BLOCK - 1)
            / ResidentKernels.BLOCK
            * ResidentKernels.BLOCK;
  }

  @Override
  public void encode(float[] vector, byte[] code, int at) {
    float[] loaded = new float[origin.length];
    VectorInput.load(vector, origin.length, metric, loaded);
    int componentsAt = at + addendBytes();
    Arrays.fill(code, componentsAt, componentsAt + componentBytes(), (byte) 0);
    double square = 0;
    for (int d = 0; d < loaded.length; d++) {
      int c = code(loaded[d], d);
      double component = (double) step[d] * c;
      square += component * component;
      put(code, componentsAt, d, c);
    }
    if (metric != DistanceMetric.DOT) {
      ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN).putFloat(at, (float) square);
    }
  }

  private int code(float value, int d) {
    double steps = step[d] > 0 ? ((double) value - origin[d]) / step[d] : 0;
    return (int) Math.clamp(Math.rint(steps), leastCode, mostCode);
  }

  private void put(byte[] code, int componentsAt, int d, int c) {
    if (quantization == Quantization.SQ8) {
      code[componentsAt + d] = (byte) c;
      return;
    }
    int inBlock = d % ResidentKernels.BLOCK;
    int half = ResidentKernels.BLOCK_BYTES;
    code[componentsAt + d / ResidentKernels.BLOCK * half + inBlock % half] |=
        (byte) (inBlock < half ? c : c << 4);
  }

  @Override
  public QuantizedQuery query() {
    return new Query(this);
  }

  private static final class Query implements QuantizedQuery {
    private final ResidentKernels kernels = BestKernels.resident();
    private final ScalarQuantizer quantizer;
    private final float[] loaded;
    private final float[] weights;
    private final int length;
    private final int bytes;
    private final boolean isBytes;
    private final boolean isDot;
    private float base;

    /** What turns a squared distance into the metric's. */
    private final float share;

    Query(ScalarQuantizer quantizer) {
      this.quantizer = quantizer;
      this.loaded = new float[quantizer.dimension()];
      this.length = quantizer.paddedLength();
      this.weights = new float[length];
      this.bytes = quantizer.bytesPerVector();
      this.isBytes = quantizer.quantization == Quantization.SQ8;
      this.isDot = quantizer.metric == DistanceMetric.DOT;
      this.share = quantizer.metric == DistanceMetric.COSINE ? 0.5f : 1;
    }

    @Override
    public void set(float[] vector) {
      VectorInput.load(vector, loaded.length, quantizer.metric, loaded);
      double sum = 0;
      for (int d = 0; d < loaded.length; d++) {
        float origin = quantizer.origin[d];
        if (isDot) {
          sum -= (double) loaded[d] * origin;
          weights[d] = -loaded[d] * quantizer.step[d];
        } else {
          float seen = loaded[d] - origin;
          sum += (double) seen * seen;
          weights[d] = -2 * share * seen * quantizer.step[d];
        }
      }
      base = (float) (share * sum);
    }

    @Override
    public float estimate(MemorySegment codes, long at) {
      if (isDot) {
        return base + product(codes, at);
      }
      return base + share * codes.get(SegmentLayout.F32, at) + product(codes, at + Float.BYTES);
    }

    private float product(MemorySegment codes, long at) {
      return isBytes
          ? kernels.dotBytes(weights, codes, at, length)
          : kernels.dotNibbles(weights, codes, at, length);
    }

    @Override
    public void estimate(MemorySegment codes, int[] nodes, int count, float[] into) {
      for (int i = 0; i < count; i++) {
        into[i] = estimate(codes, (long) nodes[i] * bytes);
      }
    }
  }
}
