package io.akidb.diskann.graph;

import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.format.v1.NodeLayout;
import io.akidb.diskann.format.v1.SectionOutput;
import io.akidb.diskann.format.v1.ShardFile;
import io.akidb.diskann.format.v1.ShardSections;
import io.akidb.diskann.kernel.SegmentLayout;
import io.akidb.diskann.quantization.NeighbourCodes;
import io.akidb.diskann.quantization.Rotation;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/**
 * Where walks of a fused graph begin: a sample of nodes, seen from the centre of all vectors, so
 * that a few passes over their codes replace the first steps of a walk. Thread-safe.
 */
final class FusedEntries {
  /** Most entries. */
  static final int COUNT_MAX = 4096;

  /** More of them are a feature of the file. */
  static final int COUNT_EVER_KNOWN = 1024;

  /** So many bytes of codes stay in a core's own cache from one search to the next. */
  private static final int CODE_BYTES_CACHED = 32 << 10;

  private static final int COUNT_MIN = 32;

  private static final int HEADER_BYTES = 16;

  private final Rotation rotation;
  private final float[] centre;
  private final int[] nodes;
  private final MemorySegment codes;
  private final NeighbourCodes shape;

  private FusedEntries(
      Rotation rotation, float[] centre, int[] nodes, MemorySegment codes, NeighbourCodes shape) {
    this.rotation = rotation;
    this.centre = centre;
    this.nodes = nodes;
    this.codes = codes;
    this.shape = shape;
  }

  /**
   * How many entries a graph gets: the square root of its nodes, and up to twice as many where
   * codes are short. More of them save steps, but each search scores all.
   */
  static int countFor(int size, int dimension) {
    int root = (int) Math.sqrt(size);
    int cached = CODE_BYTES_CACHED / (Rotation.lengthFor(dimension) / Byte.SIZE);
    int count = Math.max(COUNT_MIN + root, Math.min(cached, 2 * root));
    return Math.min(size, Math.min(COUNT_MAX, count));
  }

  /** Features of a file with so many entries, and such records. */
  static int[] features(int count, NodeLayout layout) {
    IntStream.Builder features =
        IntStream.builder()
            .add(ShardSections.FEATURE_PAGED_NODES)
            .add(ShardSections.FEATURE_NEIGHBOUR_CODES);
    if (count > COUNT_EVER_KNOWN) {
      features.add(ShardSections.FEATURE_MANY_ENTRIES);
    }
    if (layout.isPacked()) {
      features.add(ShardSections.FEATURE_PACKED_PAGES);
    }
    return layout.form().features(features.build().toArray());
  }

  /**
   * Writes the section.
   *
   * @param centre {@code [dimension]}
   * @param nodes the entries, of which one reaches all others
   * @param codes of the entries as seen from the centre, as {@link NeighbourCodes} says
   */
  static void write(
      SectionOutput out, Rotation rotation, float[] centre, int[] nodes, byte[] codes) {
    out.putInt(rotation.length());
    out.putInt(nodes.length);
    out.putLong(0);
    out.putBytes(rotation.toBytes());
    for (float component : centre) {
      out.putFloat(component);
    }
    for (int node : nodes) {
      out.putInt(node);
    }
    out.putBytes(codes);
  }

  /** Reads the section, whose checksum is checked. */
  static FusedEntries read(ShardFile file, IndexSchema schema, int size) {
    MemorySegment in = file.checkedSection(ShardSections.ENTRIES);
    int length = Rotation.lengthFor(schema.dimension());
    if (in.byteSize() < HEADER_BYTES || in.get(SegmentLayout.I32, 0) != length) {
      throw ShardFile.corrupt("the entries are of another dimension");
    }
    int count = in.get(SegmentLayout.I32, 4);
    int groups = NodeLayout.codeGroups(schema.dimension());
    if (count < Math.min(1, size) || count > Math.min(COUNT_MAX, size)) {
      throw ShardFile.corrupt("there are " + count + " entries");
    }
    int signBytes = Rotation.bytes(length);
    long centreAt = HEADER_BYTES + (long) signBytes;
    long nodesAt = centreAt + 4L * schema.dimension();
    long codesAt = nodesAt + 4L * count;
    NeighbourCodes shape = NeighbourCodes.of(count, groups);
    if (in.byteSize() != codesAt + shape.bytes()) {
      throw ShardFile.corrupt("the entries have " + in.byteSize() + " bytes");
    }
    byte[] signs = in.asSlice(HEADER_BYTES, signBytes).toArray(SegmentLayout.I8);
    float[] centre = new float[schema.dimension()];
    MemorySegment.copy(in, SegmentLayout.F32, centreAt, centre, 0, centre.length);
    int[] nodes = new int[count];
    MemorySegment.copy(in, SegmentLayout.I32, nodesAt, nodes, 0, count);
    for (int node : nodes) {
      if (node < 0 || node >= size) {
        throw ShardFile.corrupt("node " + node + " is an entry");
      }
    }
    return new FusedEntries(
        Rotation.of(length, signs), centre, nodes, in.asSlice(codesAt, shape.bytes()), shape);
  }

  Rotation rotation() {
    return rotation;
  }

  /** {@code [dimension]}; not to be changed. */
  float[] centre() {
    return centre;
  }

  int count() {
    return nodes.length;
  }

  int node(int entry) {
    return nodes[entry];
  }

  MemorySegment codes() {
    return codes;
  }

  /** How the codes lie. */
  NeighbourCodes shape() {
    return shape;
  }
}
