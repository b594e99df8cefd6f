package io.akidb.diskann.format.v1;

/** Writes packed pages, as {@link NodeLayout} says. */
final class PackedPages {
  private final SectionOutput out;
  private final ShardParameters shard;
  private final NodeLayout layout;
  private final Spill spill;
  private final int[] positions;
  private final ShardContents.Neighbours graph;
  private final ShardContents.Codes codes;
  private final float[] vector;
  private final int[] neighbours;
  private final int[] degrees;
  private final int[] listsAt;

  PackedPages(
      SectionOutput out,
      ShardParameters shard,
      Spill spill,
      int[] positions,
      ShardContents.Neighbours graph,
      ShardContents.Codes codes) {
    this.out = out;
    this.shard = shard;
    this.layout = shard.layout();
    this.spill = spill;
    this.positions = positions;
    this.graph = graph;
    this.codes = codes;
    this.vector = new float[layout.paddedDimension()];
    this.neighbours = new int[layout.maxDegree()];
    this.degrees = new int[layout.nodesPerPage()];
    this.listsAt = new int[layout.nodesPerPage()];
  }

  /** Writes all. */
  void write() {
    int inPage = layout.nodesPerPage();
    for (int first = 0; first < positions.length; first += inPage) {
      writePage(first, Math.min(inPage, positions.length - first));
    }
  }

  private void writePage(int first, int count) {
    long start = out.position();
    for (int i = 0; i < count; i++) {
      degrees[i] = graph.copy(first + i, neighbours);
      listsAt[i] = (int) (out.position() - start);
      codes.put(out, first + i);
      for (int j = 0; j < degrees[i]; j++) {
        out.putShort((short) neighbours[j]);
        out.putByte((byte) (neighbours[j] >> Short.SIZE));
      }
    }
    if (out.position() - start > layout.listBytesMax()) {
      throw new IllegalStateException("a page of " + count + " nodes has too many neighbours");
    }
    out.putZeros(start + layout.listBytesMax() - out.position());
    for (int i = 0; i < count; i++) {
      int position = positions[first + i];
      spill.vector(position, vector);
      layout.form().write(out, vector);
      out.putFloat(shard.inverseNorm(vector, spill.inverseNorm(position)));
      out.putShort((short) listsAt[i]);
      out.putByte((byte) degrees[i]);
      out.putByte((byte) 0);
    }
    out.putZeros(start + ShardSections.PAGE_BYTES - out.position());
  }
}
