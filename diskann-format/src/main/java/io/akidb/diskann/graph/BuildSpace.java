package io.akidb.diskann.graph;

/**
 * The space that a graph is built in. Its distances are squared Euclidean ones, as pruning needs:
 * of the vectors themselves (L2), of the vectors brought to unit length (cosine), or of the vectors
 * with one more component that gives all the same length (inner product; Bachrach et al., Speeding
 * Up the Xbox Recommender System, RecSys 2014). Vectors are named by their position in the spill.
 * Safe for any thread.
 */
interface BuildSpace {
  /** How many vectors. */
  int size();

  /** Squared distance of two vectors. */
  float between(int i, int j);
}
