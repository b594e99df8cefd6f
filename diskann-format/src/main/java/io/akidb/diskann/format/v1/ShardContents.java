package io.akidb.diskann.format.v1;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.Kernels;
import org.jspecify.annotations.Nullable;

/** Writes the sections that every kind of shard has. */
public final class ShardContents {
  private ShardContents() {}

  /** Neighbours of a node, as nodes. */
  public interface Neighbours {
    int copy(int node, int[] into);
  }

  /** What stands in a record behind the neighbours. */
  public interface Tail {
    /** Writes it; nodes come in their order. */
    void put(SectionOutput out, int node);
  }

  /**
   * Writes parameters, node records, ids, orders, payloads and attributes.
   *
   * @param positions position in the spill of each node
   * @param graph null where there is none
   * @param tail null where there is none
   */
  public static void write(
      ShardWriter writer,
      ShardParameters shard,
      Spill spill,
      AttributeColumns columns,
      int[] positions,
      @Nullable Neighbours graph,
      @Nullable Tail tail) {
    writer.section(ShardSections.PARAMETERS, 64, shard::write);
    writer.section(
        ShardSections.NODES,
        ShardSections.PAGE_BYTES,
        out -> writeNodes(out, shard, spill, positions, graph, tail));
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
      @Nullable Tail tail) {
    NodeLayout layout = shard.layout();
    boolean isCosine = shard.schema().metric() == DistanceMetric.COSINE;
    long start = out.position();
    int[] neighbours = new int[layout.maxDegree()];
    float[] vector = new float[layout.paddedDimension()];
    for (int node = 0; node < positions.length; node++) {
      out.putZeros(start + layout.offset(node) - out.position());
      int position = positions[node];
      spill.vector(position, vector);
      layout.form().write(out, vector);
      out.putFloat(isCosine ? inverseNorm(vector, spill.inverseNorm(position)) : 1);
      int degree = graph == null ? 0 : graph.copy(node, neighbours);
      out.putInt(degree);
      for (int i = 0; i < degree; i++) {
        out.putInt(neighbours[i]);
      }
      if (tail != null) {
        out.putZeros(4L * (layout.maxDegree() - degree));
        tail.put(out, node);
      }
    }
    out.putZeros(start + layout.sectionBytes(positions.length) - out.position());
  }

  /** Of the vector as it is stored, so that it is no less near to itself for being rounded. */
  private static float inverseNorm(float[] stored, float exact) {
    float inverse = Kernels.inverseNorm(stored);
    return inverse > 0 && Float.isFinite(inverse) ? inverse : exact;
  }
}
