package io.akidb.diskann.format.v1;

import io.akidb.diskann.AttributeType;
import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.CorruptShardException;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.Kernels;
import io.akidb.diskann.kernel.SegmentLayout;
import java.lang.foreign.MemorySegment;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The section that says how to read the others.
 *
 * @param schema dimension, metric, attributes
 * @param vectors how many
 * @param layout of the node records
 * @param entryNode where a walk starts; -1 where there is no graph or no node
 * @param build with which parameters it was built, for people
 */
public record ShardParameters(
    IndexSchema schema, int vectors, NodeLayout layout, int entryNode, BuildParameters build) {
  private static final int FIXED_BYTES = 56;

  public void write(SectionOutput out) {
    out.putInt(schema.dimension());
    out.putInt(schema.metric().code());
    out.putInt(vectors);
    out.putInt(layout.maxDegree());
    out.putInt(layout.strideBytes());
    out.putInt(layout.nodesPerPage());
    out.putInt(entryNode);
    out.putInt(build.maxDegree());
    out.putInt(build.buildListSize());
    out.putFloat(build.alpha());
    out.putLong(build.seed());
    out.putInt(build.pqSubspaces());
    out.putInt(schema.attributes().size());
    schema
        .attributes()
        .forEach(
            (name, type) -> {
              byte[] text = Utf8.encode(name);
              out.putInt(type.code());
              out.putInt(text.length);
              out.putBytes(text);
            });
  }

  /**
   * One over a vector's length for cosine, otherwise 1: of the vector as it is stored, so that it
   * is no less near to itself for being rounded.
   *
   * @param exact of the vector as it was given
   */
  float inverseNorm(float[] stored, float exact) {
    if (schema.metric() != DistanceMetric.COSINE) {
      return 1;
    }
    float inverse = Kernels.inverseNorm(stored);
    return inverse > 0 && Float.isFinite(inverse) ? inverse : exact;
  }

  /**
   * Reads the section.
   *
   * @param kind of the file, which decides on the layout
   * @param form of the vectors
   * @param isPacked whether pages are
   */
  public static ShardParameters read(
      MemorySegment in, int kind, VectorForm form, boolean isPacked) {
    if (in.byteSize() < FIXED_BYTES) {
      throw ShardFile.corrupt("the parameters are cut off");
    }
    int dimension = bounded(in, 0, 1, IndexSchema.DIMENSION_MAX, "dimension");
    DistanceMetric metric =
        DistanceMetric.ofCode(bounded(in, 4, 0, DistanceMetric.CODES - 1, "metric"));
    int vectors = bounded(in, 8, 0, Integer.MAX_VALUE - 8, "number of vectors");
    int maxDegree = bounded(in, 12, 0, 256, "degree");
    int nodesPerPage = in.get(SegmentLayout.I32, 20);
    if (isPacked
        && (kind != ShardSections.KIND_FUSED
            || !NodeLayout.canPack(form, dimension, maxDegree, nodesPerPage, vectors))) {
      throw ShardFile.corrupt("its pages cannot be packed");
    }
    NodeLayout layout =
        isPacked
            ? NodeLayout.packed(form, dimension, maxDegree, nodesPerPage)
            : kind == ShardSections.KIND_FUSED
                ? NodeLayout.fused(form, dimension, maxDegree)
                : NodeLayout.of(form, dimension, maxDegree);
    if (in.get(SegmentLayout.I32, 16) != layout.strideBytes()
        || nodesPerPage != layout.nodesPerPage()) {
      throw ShardFile.corrupt("the stride is not that of the dimension and degree");
    }
    int entry = bounded(in, 24, -1, vectors - 1, "entry node");
    BuildParameters build;
    try {
      build =
          new BuildParameters(
              in.get(SegmentLayout.I32, 28),
              in.get(SegmentLayout.I32, 32),
              in.get(SegmentLayout.F32, 36),
              in.get(SegmentLayout.I32, 48),
              in.get(SegmentLayout.I64, 40),
              1,
              1 << 24);
    } catch (IllegalArgumentException e) {
      throw new CorruptShardException("corrupt shard: " + e.getMessage(), e);
    }
    return new ShardParameters(schema(in, dimension, metric), vectors, layout, entry, build);
  }

  private static IndexSchema schema(MemorySegment in, int dimension, DistanceMetric metric) {
    int count = bounded(in, 52, 0, IndexSchema.ATTRIBUTES_MAX, "number of attributes");
    SortedMap<String, AttributeType> attributes = new TreeMap<>();
    long at = FIXED_BYTES;
    for (int i = 0; i < count; i++) {
      if (at + 8 > in.byteSize()) {
        throw ShardFile.corrupt("the attributes' names are cut off");
      }
      int type = bounded(in, at, 0, AttributeType.CODES - 1, "attribute type");
      int length =
          bounded(
              in, at + 4, 0, IndexSchema.ATTRIBUTE_NAME_BYTES_MAX, "length of an attribute's name");
      if (at + 8 + length > in.byteSize()) {
        throw ShardFile.corrupt("the attributes' names are cut off");
      }
      String name = Utf8.decode(in.asSlice(at + 8, length), "an attribute's name");
      // Columns are found by their place in this order.
      if (i > 0 && name.compareTo(attributes.lastKey()) <= 0) {
        throw ShardFile.corrupt("the attributes' names are out of order");
      }
      attributes.put(name, AttributeType.ofCode(type));
      at += 8 + length;
    }
    if (at != in.byteSize()) {
      throw ShardFile.corrupt("the parameters have bytes behind their end");
    }
    return new IndexSchema(dimension, metric, attributes);
  }

  private static int bounded(MemorySegment in, long at, int least, int most, String what) {
    int value = in.get(SegmentLayout.I32, at);
    if (value < least || value > most) {
      throw ShardFile.corrupt("the " + what + " is " + value);
    }
    return value;
  }
}
