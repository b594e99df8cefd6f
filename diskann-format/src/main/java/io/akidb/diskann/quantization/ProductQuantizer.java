package io.akidb.diskann.quantization;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.PqCodebook;
import io.akidb.diskann.Quantization;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A {@link PqCodebook} as a quantizer, of vectors as they are or rotated first (OPQ: Ge et al.,
 * CVPR 2013).
 */
public final class ProductQuantizer implements Quantizer {
  private final PqCodebook codebook;
  private final @Nullable PrincipalRotation rotation;

  private ProductQuantizer(PqCodebook codebook, @Nullable PrincipalRotation rotation) {
    this.codebook = codebook;
    this.rotation = rotation;
  }

  /** Of a codebook that was trained before. */
  public static ProductQuantizer of(PqCodebook codebook) {
    return new ProductQuantizer(codebook, null);
  }

  /**
   * Trains a codebook, and before it a rotation where that is asked for.
   *
   * @param sample {@code [n][dimension]}, n at least 1
   * @param subspaces 1 to the dimension
   */
  static ProductQuantizer train(
      float[][] sample, DistanceMetric metric, int subspaces, long seed, boolean isRotated) {
    float[][] loaded = VectorInput.sample(sample, metric);
    int dimension = loaded[0].length;
    if (subspaces < 1 || subspaces > dimension) {
      throw new IllegalArgumentException("subspaces must be 1 to the dimension, " + dimension);
    }
    PrincipalRotation rotation = isRotated ? PrincipalRotation.train(loaded, subspaces) : null;
    if (rotation != null) {
      float[] scratch = new float[dimension];
      for (float[] vector : loaded) {
        rotation.rotate(vector, scratch, vector);
      }
    }
    return new ProductQuantizer(PqCodebook.train(loaded, metric, subspaces, seed), rotation);
  }

  static ProductQuantizer read(QuantizerForm form) {
    int rotationBytes = PrincipalRotation.bytes(form.dimension());
    int codebookBytes = form.contents().capacity() - rotationBytes;
    if (form.count() != 0 || codebookBytes < 0) {
      throw QuantizerForm.corrupt("a quantizer whose length is not that of its header");
    }
    PrincipalRotation rotation = PrincipalRotation.read(form);
    byte[] bytes = new byte[codebookBytes];
    form.contents().get(bytes);
    PqCodebook codebook = PqCodebook.fromBytes(bytes);
    if (codebook.dimension() != form.dimension() || codebook.metric() != form.metric()) {
      throw QuantizerForm.corrupt("a quantizer whose codebook is of another schema");
    }
    return new ProductQuantizer(codebook, rotation);
  }

  @Override
  public Quantization quantization() {
    return rotation == null ? Quantization.PQ : Quantization.OPQ;
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
    if (rotation != null) {
      rotation.rotate(loaded, new float[dimension()], loaded);
    }
    codebook.encode(loaded, code, at);
  }

  @Override
  public QuantizedQuery query() {
    return new Query(codebook, rotation);
  }

  @Override
  public byte[] toBytes() {
    byte[] bytes = codebook.toBytes();
    if (rotation == null) {
      return bytes;
    }
    QuantizerForm form =
        QuantizerForm.of(this, 0, PrincipalRotation.bytes(dimension()) + bytes.length);
    rotation.write(form);
    form.contents().put(bytes);
    return form.toBytes();
  }

  private static final class Query implements QuantizedQuery {
    private final PqCodebook codebook;
    private final @Nullable PrincipalRotation rotation;
    private final int subspaces;
    private final float[] loaded;
    private final float[] scratch;
    private final float[] table;

    Query(PqCodebook codebook, @Nullable PrincipalRotation rotation) {
      this.codebook = codebook;
      this.rotation = rotation;
      this.subspaces = codebook.subspaces();
      this.loaded = new float[codebook.dimension()];
      this.scratch = new float[rotation == null ? 0 : codebook.dimension()];
      this.table = new float[subspaces * PqCodebook.CENTROIDS];
    }

    @Override
    public void set(float[] vector) {
      VectorInput.load(vector, loaded.length, codebook.metric(), loaded);
      if (rotation != null) {
        rotation.rotate(loaded, scratch, loaded);
      }
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
