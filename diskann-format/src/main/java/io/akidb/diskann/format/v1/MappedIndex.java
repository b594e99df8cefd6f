package io.akidb.diskann.format.v1;

import io.akidb.diskann.AttributeIndex;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.ShardFormatException;
import io.akidb.diskann.ShardTooNewException;
import io.akidb.diskann.VectorIndex;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.function.Function;

/** What mapped shards of all kinds share. */
public abstract class MappedIndex implements VectorIndex {
  private final ShardFile file;
  private final ShardParameters parameters;
  private final ShardRecords records;
  private final MappedAttributes attributes;
  private final MemorySegment nodes;

  public MappedIndex(ShardFile file) {
    this.file = file;
    this.parameters =
        ShardParameters.read(
            file.checkedSection(ShardSections.PARAMETERS),
            file.kind(),
            VectorForm.of(file),
            file.needs(ShardSections.FEATURE_PACKED_PAGES));
    this.records = new ShardRecords(file, size());
    this.attributes = new MappedAttributes(file, schema(), size());
    this.nodes = file.section(ShardSections.NODES, layout().sectionBytes(size()));
  }

  /** Opens a file; closes it again if it cannot be. */
  public static VectorIndex open(
      Path path, Function<ShardFile, VectorIndex> index, int... knownFeatures) {
    ShardFile file = ShardFile.open(path, knownFeatures);
    try {
      return index.apply(file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Why a file of this kind is not opened by whoever expects others. */
  public static ShardFormatException unexpectedKind(ShardFile file, String expected) {
    int kind = file.kind();
    boolean isKnown =
        kind == ShardSections.KIND_FLAT
            || kind == ShardSections.KIND_DISKANN
            || kind == ShardSections.KIND_FUSED;
    return isKnown
        ? ShardFile.corrupt("it is of kind " + kind + ", not " + expected)
        : new ShardTooNewException("the shard is of kind " + kind + ", unknown here", null);
  }

  /** Tells that nodes and records are read here and there, as a walk of a graph does. */
  protected final void adviseRandomReads() {
    PageAdvice.random(nodes);
    for (int section :
        new int[] {
          ShardSections.IDS, ShardSections.ID_INDEX, ShardSections.ORDERS, ShardSections.PAYLOADS
        }) {
      PageAdvice.random(file.section(section));
    }
  }

  public final ShardFile file() {
    return file;
  }

  public final ShardParameters parameters() {
    return parameters;
  }

  public final NodeLayout layout() {
    return parameters.layout();
  }

  public final MemorySegment nodes() {
    return nodes;
  }

  @Override
  public final IndexSchema schema() {
    return parameters.schema();
  }

  @Override
  public final int size() {
    return parameters.vectors();
  }

  @Override
  public final long fileBytes() {
    return file.bytes();
  }

  @Override
  public final String vectorId(int nodeId) {
    return records.vectorId(nodeId);
  }

  @Override
  public final long order(int nodeId) {
    return records.order(nodeId);
  }

  @Override
  public final void vector(int nodeId, float[] into) {
    if (nodeId < 0 || nodeId >= size()) {
      throw new IndexOutOfBoundsException("node " + nodeId + " of " + size());
    }
    layout()
        .form()
        .read(
            nodes, layout().offset(nodeId), layout().paddedDimension(), into, schema().dimension());
  }

  @Override
  public final byte[] payload(int nodeId) {
    return records.payload(nodeId);
  }

  @Override
  public final int nodeId(String vectorId) {
    return records.nodeId(vectorId);
  }

  @Override
  public final AttributeIndex attributes() {
    return attributes;
  }

  /** Adds all attributes' values to the columns, as {@link MappedAttributes#copy} says. */
  final void copyAttributes(int[] positions, AttributeColumns into) {
    attributes.copy(positions, into);
  }

  @Override
  public final void verify() {
    file.verify();
  }

  @Override
  public final void close() {
    file.close();
  }
}
