package io.akidb.diskann.graph;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.format.v1.NodeLayout;
import io.akidb.diskann.format.v1.SectionOutput;
import io.akidb.diskann.format.v1.Spill;
import io.akidb.diskann.kernel.SegmentLayout;
import io.akidb.diskann.quantization.BinaryEncoder;
import io.akidb.diskann.quantization.NeighbourCodes;
import io.akidb.diskann.quantization.Rotation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The entries of a graph whose records hold no codes: only these are rotated and encoded. */
final class EntryCodes {
  private final Rotation rotation;
  private final float[] centre;
  private final int[] nodes;
  private final byte[] codes;

  private EntryCodes(Rotation rotation, float[] centre, int[] nodes, byte[] codes) {
    this.rotation = rotation;
    this.centre = centre;
    this.nodes = nodes;
    this.codes = codes;
  }

  /**
   * Encodes entries as seen from the centre of all vectors.
   *
   * @param positions in the spill of each node
   * @param entries nodes
   */
  static EntryCodes of(Spill spill, IndexSchema schema, long seed, int[] positions, int[] entries) {
    int dimension = schema.dimension();
    float[] centre =
        schema.metric() == DistanceMetric.DOT
            ? new float[dimension]
            : FusedCodes.mean(spill, dimension);
    Rotation rotation = Rotation.random(Rotation.lengthFor(dimension), seed);
    int length = rotation.length();
    BinaryEncoder encoder = new BinaryEncoder(schema.metric(), length, entries.length);
    NeighbourCodes shape = NeighbourCodes.of(entries.length, NodeLayout.codeGroups(dimension));
    byte[] codes = new byte[shape.bytes()];
    int[] places = new int[entries.length];
    Arrays.setAll(places, i -> i);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment rotated = arena.allocate(Math.max(1, 4L * length * entries.length), 64);
      float[] vector = new float[Math.max(spill.paddedDimension(), length)];
      for (int i = 0; i < entries.length; i++) {
        int position = positions[entries[i]];
        spill.vector(position, vector);
        Arrays.fill(vector, dimension, vector.length, 0);
        float scale = spill.inverseNorm(position);
        for (int d = 0; d < dimension; d++) {
          vector[d] = vector[d] * scale - centre[d];
        }
        rotation.rotate(vector);
        MemorySegment.copy(vector, 0, rotated, SegmentLayout.F32, 4L * length * i, length);
      }
      encoder.encode(new float[length], rotated, places, places.length, shape, codes, 0);
    }
    return new EntryCodes(rotation, centre, entries, codes);
  }

  /** Writes the section. */
  void write(SectionOutput out) {
    FusedEntries.write(out, rotation, centre, nodes, codes);
  }
}
