package io.akidb.diskann.format.v1;

import io.akidb.diskann.kernel.SegmentLayout;
import io.akidb.diskann.quantization.NeighbourCodes;
import io.akidb.diskann.quantization.Rotation;
import java.lang.foreign.MemorySegment;

/**
 * Where a node's record lies in the section of nodes, and what lies where in the record: the vector
 * in its form, padded with zeros to 16 components; for graphs the inverse norm (f32), the degree
 * (i32) and room for {@code maxDegree} neighbours; for fused graphs the neighbours' codes behind
 * that.
 *
 * <p>In packed pages, which only fused graphs have, the nodes of a page share the room for
 * neighbours: records at the page's end have the vector, the inverse norm (f32), where the list
 * begins in the page (u16), the degree (u8) and a zero; lists lie in front of them, each narrow
 * codes and three bytes for each neighbour.
 *
 * @param form of the vectors
 * @param dimension of the vectors
 * @param maxDegree most neighbours of a node; 0 where there is no graph
 * @param codeGroups groups of four bits of a neighbour's code; 0 where codes are elsewhere
 * @param isPacked whether pages are packed
 * @param strideBytes from one record to the next, but for packed pages a multiple of 64
 * @param nodesPerPage records in each 4 KiB page, which then begins with one; 0 if records are
 *     larger than a page and lie back to back
 */
public record NodeLayout(
    VectorForm form,
    int dimension,
    int maxDegree,
    int codeGroups,
    boolean isPacked,
    int strideBytes,
    int nodesPerPage) {
  private static final int FLOATS_ALIGNED = 16;
  private static final int RECORD_ALIGNED = 64;
  private static final int GROUP_BITS = 4;
  private static final int HEAD_BYTES = 8;
  private static final int PACKED_ID_BYTES = 3;

  /** Most nodes that packed pages can name. */
  private static final int PACKED_NODES_MAX = 1 << (Byte.SIZE * PACKED_ID_BYTES);

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

  /** Of packed pages; {@link #canPack} says whether there can be such. */
  public static NodeLayout packed(VectorForm form, int dimension, int maxDegree, int nodesPerPage) {
    return new NodeLayout(
        form,
        dimension,
        maxDegree,
        codeGroups(dimension),
        true,
        form.bytes(padded(dimension)) + HEAD_BYTES,
        nodesPerPage);
  }

  /** Whether so many of so many nodes can be in a packed page. */
  public static boolean canPack(
      VectorForm form, int dimension, int maxDegree, int nodesPerPage, int nodes) {
    int stride = form.bytes(padded(dimension)) + HEAD_BYTES;
    return maxDegree > 0
        && maxDegree <= NeighbourCodes.NARROW_MAX
        && nodesPerPage > 0
        && nodesPerPage <= ShardSections.PAGE_BYTES / stride
        && nodesPerPage * stride >= NeighbourCodes.NARROW_BYTES_BEHIND
        && nodes <= PACKED_NODES_MAX;
  }

  /** Groups of four bits in the binary code of a vector of this dimension. */
  public static int codeGroups(int dimension) {
    return Rotation.lengthFor(dimension) / GROUP_BITS;
  }

  private static NodeLayout of(VectorForm form, int dimension, int maxDegree, int codeGroups) {
    int record = form.bytes(padded(dimension)) + HEAD_BYTES + Integer.BYTES * maxDegree;
    if (codeGroups > 0) {
      record += NeighbourCodes.of(maxDegree, codeGroups).bytes();
    }
    int stride = (record + RECORD_ALIGNED - 1) / RECORD_ALIGNED * RECORD_ALIGNED;
    return new NodeLayout(
        form, dimension, maxDegree, codeGroups, false, stride, ShardSections.PAGE_BYTES / stride);
  }

  public static int padded(int dimension) {
    return (dimension + FLOATS_ALIGNED - 1) / FLOATS_ALIGNED * FLOATS_ALIGNED;
  }

  public int paddedDimension() {
    return padded(dimension);
  }

  /** Where a node's record begins, with its vector. */
  public long offset(int node) {
    return nodesPerPage > 0
        ? pageAt(node)
            + (isPacked ? listBytesMax() : 0)
            + (long) (node % nodesPerPage) * strideBytes
        : (long) node * strideBytes;
  }

  private long pageAt(int node) {
    return (long) (node / nodesPerPage) * ShardSections.PAGE_BYTES;
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

  /** Where the block that begins with a node does. */
  public long blockAt(int firstNode) {
    return nodesPerPage > 0 ? pageAt(firstNode) : offset(firstNode);
  }

  /** The bytes of the block that begins with a node, of so many nodes in all. */
  public long blockBytes(int firstNode, int nodes) {
    int last = Math.min(nodes, firstNode + nodesPerBlock()) - 1;
    return offset(last) + strideBytes - blockAt(firstNode);
  }

  /** Where a node's inverse norm is, and behind it what tells of its list. */
  public long inverseNormAt(int node) {
    return offset(node) + form.bytes(paddedDimension());
  }

  /** How many neighbours a node has; a damaged one may have any number. */
  public int degree(MemorySegment nodes, int node) {
    long at = inverseNormAt(node);
    return isPacked
        ? nodes.get(SegmentLayout.I8, at + 6) & 0xff
        : nodes.get(SegmentLayout.I32, at + 4);
  }

  /**
   * Where a node's neighbours and their codes begin.
   *
   * @param degree its, 0 to {@code maxDegree}
   * @throws io.akidb.diskann.CorruptShardException if they are not within its page
   */
  public long listAt(MemorySegment nodes, int node, int degree) {
    long at = inverseNormAt(node);
    if (!isPacked) {
      return at + HEAD_BYTES;
    }
    int begin = nodes.get(SegmentLayout.I16, at + 4) & 0xffff;
    if (begin + listBytes(degree) > listBytesMax()) {
      throw ShardFile.corrupt("the neighbours of node " + node + " are not in its page");
    }
    return pageAt(node) + begin;
  }

  /** Bytes of a list in packed pages. */
  public int listBytes(int degree) {
    return NeighbourCodes.narrowBytes(degree, codeGroups) + PACKED_ID_BYTES * degree;
  }

  /** Bytes that the lists of a packed page may take together. */
  public int listBytesMax() {
    return ShardSections.PAGE_BYTES - nodesPerPage * strideBytes;
  }

  /** How the codes of so many neighbours lie, in fused graphs. */
  public NeighbourCodes codes(int degree) {
    return new NeighbourCodes(isPacked ? degree : maxDegree, codeGroups, isPacked);
  }

  /** Where the neighbours' codes begin in a list, in fused graphs. */
  public int codesAt() {
    return isPacked ? 0 : Integer.BYTES * maxDegree;
  }

  /** Where so many neighbours begin in a list. */
  public int neighboursAt(int degree) {
    return isPacked ? NeighbourCodes.narrowBytes(degree, codeGroups) : 0;
  }

  /**
   * The i-th neighbour.
   *
   * @param at where the neighbours of its node begin
   */
  public int neighbour(MemorySegment nodes, long at, int i) {
    // The byte in front of three is one of the codes.
    return isPacked
        ? nodes.get(SegmentLayout.I32, at + (long) PACKED_ID_BYTES * i - 1) >>> Byte.SIZE
        : nodes.get(SegmentLayout.I32, at + (long) Integer.BYTES * i);
  }

  /** Bytes of the section for each node, a page's rounded up. */
  public int bytesPerNode() {
    return nodesPerPage > 0 ? Math.ceilDiv(ShardSections.PAGE_BYTES, nodesPerPage) : strideBytes;
  }

  /** Bytes of the section: whole pages, so that the last record's page can be read as one. */
  public long sectionBytes(int nodes) {
    if (nodesPerPage == 0) {
      return (long) nodes * strideBytes;
    }
    return ((long) nodes + nodesPerPage - 1) / nodesPerPage * ShardSections.PAGE_BYTES;
  }
}
