package io.akidb.diskann.quantization;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.PqCodebook;
import io.akidb.diskann.Quantization;
import java.lang.foreign.MemorySegment;

/** A {@link PqCodebook} as a quantizer. */
public final class ProductQuantizer implements Quantizer {
  private final PqCodebook codebook;

  private ProductQuantizer(PqCodebook codebook) {
    this.codebook = codebook;
  }

  /** Of a codebook that was trained before. */
  public static ProductQuantizer of(PqCodebook codebook) {
    return new ProductQuantizer(codebook);
  }

  /**
   * Trains a codebook.
   *
   * @param sample {@code [n][dimension]}, n at least 1
   * @param subspaces 1 to the dimension
   */
  public static ProductQuantizer train(
      float[][] sample, DistanceMetric metric, int subspaces, long seed) {
    return new ProductQuantizer(
        PqCodebook.train(VectorInput.sample(sample, metric), metric, subspaces, seed));
  }

  /** The codebook. */
  public PqCodebook codebook() {
    return codebook;
  }

  @Override
  public Quantization quantization() {
    return Quantization.PQ;
  }

  @Override
  public int dimension() {
    return codebook.dimension();
  }

  @Override
  public DistanceMetric metric() {
    return codebook.metric();
  }

  @Override
  public int bytesPerVector() {
    return codebook.subspaces();
  }

  @Override
  public void encode(float[] vector, byte[] code, int at) {
    float[] loaded = new float[dimension()];
    VectorInput.load(vector, dimension(), metric(), loaded);
    codebook.encode(loaded, code, at);
  }

  @Override
  public QuantizedQuery query() {
    return new Query(codebook);
  }

  @Override
  public byte[] toBytes() {
    return codebook.toBytes();
  }

  private static final class Query implements QuantizedQuery {
    private final PqCodebook codebook;
    private final int subspaces;
    private final float[] loaded;
    private final float[] table;

    Query(PqCodebook codebook) {
      this.codebook = codebook;
      this.subspaces = codebook.subspaces();
      this.loaded = new float[codebook.dimension()];
      this.table = new float[subspaces * PqCodebook.CENTROIDS];
    }

    @Override
    public void set(float[] vector) {
      VectorInput.load(vector, loaded.length, codebook.metric(), loaded);
      codebook.fillTable(loaded, table);
      if (codebook.metric() == DistanceMetric.COSINE) {
        // Of unit vectors the squared distance is twice what one minus the cosine is.
        for (int i = 0; i < table.length; i++) {
          table[i] *= 0.5f;
        }
      }
    }

    @Override
    public float estimate(MemorySegment codes, long at) {
      return PqCodebook.estimate(table, codes, at, subspaces);
    }

    @Override
    public void estimate(MemorySegment codes, int[] nodes, int count, float[] into) {
      for (int i = 0; i < count; i++) {
        into[i] = PqCodebook.estimate(table, codes, (long) nodes[i] * subspaces, subspaces);
      }
    }
  }
}
