package io.akidb.diskann.search;

import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.format.v1.NodeLayout;
import io.akidb.diskann.format.v1.VectorChecks;
import io.akidb.diskann.kernel.SegmentLayout;
import io.akidb.diskann.kernel.StoredKernels;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A checked query, padded and (for cosine) of unit length, and its exact distances to node records.
 * For one thread.
 */
public final class PreparedQuery {
  private final IndexSchema schema;
  private final NodeLayout layout;
  private final MemorySegment nodes;
  private final float[] vector;
  private final StoredKernels kernels;

  public PreparedQuery(IndexSchema schema, NodeLayout layout, MemorySegment nodes) {
    this.schema = schema;
    this.layout = layout;
    this.nodes = nodes;
    this.kernels = layout.form().kernels();
    this.vector = new float[layout.paddedDimension()];
  }

  /** Takes a query {@code [dimension]}. */
  public void set(float[] query) {
    float scale = VectorChecks.requireValid("the query", query, schema);
    for (int d = 0; d < query.length; d++) {
      vector[d] = query[d] * scale;
    }
    Arrays.fill(vector, query.length, vector.length, 0);
  }

  public float[] vector() {
    return vector;
  }

  public float distance(int node) {
    long at = layout.offset(node);
    return switch (schema.metric()) {
      case L2 -> kernels.squaredL2(vector, nodes, at, vector.length);
      case DOT -> -kernels.dot(vector, nodes, at, vector.length);
      case COSINE ->
          1
              - kernels.dot(vector, nodes, at, vector.length)
                  * nodes.get(SegmentLayout.F32, layout.inverseNormAt(node));
    };
  }
}
