package io.akidb.diskann.format.v1;

import org.jspecify.annotations.Nullable;

/** Writes the sections that every kind of shard has. */
public final class ShardContents {
  private ShardContents() {}

  /** Neighbours of a node, as nodes. */
  public interface Neighbours {
    int copy(int node, int[] into);
  }

  /** Codes of neighbours. */
  public interface Codes {
    /** Writes those of a node's; nodes come in their order. */
    void put(SectionOutput out, int node);
  }

  /**
   * Writes parameters, node records, ids, orders, payloads and attributes.
   *
   * @param positions position in the spill of each node
   * @param graph null where there is none
   * @param codes null where there is none
   */
  public static void write(
      ShardWriter writer,
      ShardParameters shard,
      Spill spill,
      AttributeColumns columns,
      int[] positions,
      @Nullable Neighbours graph,
      @Nullable Codes codes) {
    writer.section(ShardSections.PARAMETERS, 64, shard::write);
    writer.section(
        ShardSections.NODES,
        ShardSections.PAGE_BYTES,
        out -> {
          if (shard.layout().isPacked() && graph != null && codes != null) {
            new PackedPages(out, shard, spill, positions, graph, codes).write();
          } else {
            writeNodes(out, shard, spill, positions, graph, codes);
          }
        });
    ShardRecords.write(writer, spill, positions);
    int[] nodes = new int[positions.length];
    for (int node = 0; node < positions.length; node++) {
      nodes[positions[node]] = node;
    }
    writer.section(ShardSections.ATTRIBUTES, 64, out -> columns.write(out, positions, nodes));
  }

  private static void writeNodes(
      SectionOutput out,
      ShardParameters shard,
      Spill spill,
      int[] positions,
      @Nullable Neighbours graph,
      @Nullable Codes codes) {
    NodeLayout layout = shard.layout();
    long start = out.position();
    int[] neighbours = new int[layout.maxDegree()];
    float[] vector = new float[layout.paddedDimension()];
    for (int node = 0; node < positions.length; node++) {
      out.putZeros(start + layout.offset(node) - out.position());
      int position = positions[node];
      spill.vector(position, vector);
      layout.form().write(out, vector);
      out.putFloat(shard.inverseNorm(vector, spill.inverseNorm(position)));
      int degree = graph == null ? 0 : graph.copy(node, neighbours);
      out.putInt(degree);
      for (int i = 0; i < degree; i++) {
        out.putInt(neighbours[i]);
      }
      if (codes != null) {
        out.putZeros(4L * (layout.maxDegree() - degree));
        codes.put(out, node);
      }
    }
    out.putZeros(start + layout.sectionBytes(positions.length) - out.position());
  }
}
