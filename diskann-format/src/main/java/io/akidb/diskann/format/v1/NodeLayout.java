package io.akidb.diskann.format.v1;

import io.akidb.diskann.quantization.NeighbourCodes;
import io.akidb.diskann.quantization.Rotation;

/**
 * Where a node's record lies in the section of nodes, and what lies where in the record: the vector
 * in its form, padded with zeros to 16 components; for graphs the inverse norm (f32), the degree
 * (i32) and room for {@code maxDegree} neighbours; for fused graphs the neighbours' codes behind
 * that.
 *
 * @param form of the vectors
 * @param dimension of the vectors
 * @param maxDegree neighbours a record has room for; 0 where there is no graph
 * @param codeGroups groups of four bits of a neighbour's code; 0 where codes are elsewhere
 * @param strideBytes from one record to the next, a multiple of 64
 * @param nodesPerPage records in each 4 KiB page, which then begins with one; 0 if records are
 *     larger than a page and lie back to back
 */
public record NodeLayout(
    VectorForm form,
    int dimension,
    int maxDegree,
    int codeGroups,
    int strideBytes,
    int nodesPerPage) {
  private static final int FLOATS_ALIGNED = 16;
  private static final int RECORD_ALIGNED = 64;
  private static final int GROUP_BITS = 4;

  /** What a disk reads in hardly more time than one page. */
  private static final int BLOCK_BYTES = 4 * ShardSections.PAGE_BYTES;

  /** Of records without codes. */
  public static NodeLayout of(VectorForm form, int dimension, int maxDegree) {
    return of(form, dimension, maxDegree, 0);
  }

  /** Of records with their neighbours' binary codes. */
  public static NodeLayout fused(VectorForm form, int dimension, int maxDegree) {
    return of(form, dimension, maxDegree, codeGroups(dimension));
  }

  /** Groups of four bits in the binary code of a vector of this dimension. */
  public static int codeGroups(int dimension) {
    return Rotation.lengthFor(dimension) / GROUP_BITS;
  }

  private static NodeLayout of(VectorForm form, int dimension, int maxDegree, int codeGroups) {
    int record = form.bytes(padded(dimension)) + 8 + 4 * maxDegree;
    if (codeGroups > 0) {
      record += NeighbourCodes.bytes(maxDegree, codeGroups);
    }
    int stride = (record + RECORD_ALIGNED - 1) / RECORD_ALIGNED * RECORD_ALIGNED;
    return new NodeLayout(
        form, dimension, maxDegree, codeGroups, stride, ShardSections.PAGE_BYTES / stride);
  }

  public static int padded(int dimension) {
    return (dimension + FLOATS_ALIGNED - 1) / FLOATS_ALIGNED * FLOATS_ALIGNED;
  }

  public int paddedDimension() {
    return padded(dimension);
  }

  public long offset(int node) {
    return nodesPerPage > 0
        ? (long) (node / nodesPerPage) * ShardSections.PAGE_BYTES
            + (long) (node % nodesPerPage) * strideBytes
        : (long) node * strideBytes;
  }

  /** The page that a node's record begins on, counted from the section's. */
  public long firstPage(int node) {
    return offset(node) / ShardSections.PAGE_BYTES;
  }

  /** The page that a node's record ends on. */
  public long lastPage(int node) {
    return (offset(node) + strideBytes - 1) / ShardSections.PAGE_BYTES;
  }

  /**
   * Nodes that are read together by a walk that waits for a disk: the records of four pages, or as
   * many large ones as come nearest to that; a power of two times the nodes of a page.
   */
  public int nodesPerBlock() {
    return nodesPerPage > 0
        ? nodesPerPage * (BLOCK_BYTES / ShardSections.PAGE_BYTES)
        : Math.max(1, Integer.highestOneBit(BLOCK_BYTES * 3 / 2 / strideBytes));
  }

  /**
   * The bytes of a node's block, of so many nodes in all, begin at {@link #offset} of its first.
   */
  public long blockBytes(int firstNode, int nodes) {
    int last = Math.min(nodes, firstNode + nodesPerBlock()) - 1;
    return offset(last) + strideBytes - offset(firstNode);
  }

  public int inverseNormAt() {
    return form.bytes(paddedDimension());
  }

  public int degreeAt() {
    return inverseNormAt() + 4;
  }

  public int neighboursAt() {
    return inverseNormAt() + 8;
  }

  /** Where the neighbours' codes begin, in fused graphs. */
  public int codesAt() {
    return neighboursAt() + 4 * maxDegree;
  }

  /** Bytes of the section: whole pages, so that the last record's page can be read as one. */
  public long sectionBytes(int nodes) {
    if (nodesPerPage == 0) {
      return (long) nodes * strideBytes;
    }
    return ((long) nodes + nodesPerPage - 1) / nodesPerPage * ShardSections.PAGE_BYTES;
  }
}
