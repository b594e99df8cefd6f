package io.akidb.diskann.format.v1;

import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.BuildReport;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.ShardMerge;
import io.akidb.diskann.VectorIndex;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.roaringbitmap.RoaringBitmap;

/**
 * What merges of all kinds share: in the spill come the fresh records, then those of the old shard
 * that are carried over, in its order.
 */
public abstract class MergeBuilder extends ShardBuilder implements ShardMerge {
  private static final int STEP = 1024;

  private final MappedIndex base;
  private final RoaringBitmap left = new RoaringBitmap();

  /** Position in the spill of each node of the old shard, -1 if it was left behind. */
  private int[] positions = new int[0];

  private boolean isComplete;

  public MergeBuilder(
      MappedIndex base, IndexSchema schema, BuildParameters parameters, Path workDirectory) {
    super(schema, parameters, workDirectory);
    this.base = base;
  }

  /**
   * The old shard, as a merge needs it.
   *
   * @throws IllegalArgumentException as {@link io.akidb.diskann.IndexProvider#merge} says
   */
  public static MappedIndex requireMergeable(VectorIndex base, String type, IndexSchema schema) {
    if (!(base instanceof MappedIndex mapped) || !base.type().equals(type)) {
      throw new IllegalArgumentException(
          "the base is of type '" + base.type() + "', not '" + type + "': build it anew");
    }
    IndexSchema old = base.schema();
    if (old.dimension() != schema.dimension() || old.metric() != schema.metric()) {
      throw new IllegalArgumentException("the base has another dimension or metric");
    }
    old.attributes()
        .forEach(
            (name, attributeType) -> {
              if (schema.attributes().getOrDefault(name, attributeType) != attributeType) {
                throw new IllegalArgumentException(
                    "the base declares attribute '" + name + "' with another type");
              }
            });
    return mapped;
  }

  protected final MappedIndex base() {
    return base;
  }

  @Override
  public final void add(IndexRecord item) {
    super.add(item);
    delete(item.vectorId());
  }

  @Override
  public final boolean delete(String vectorId) {
    int node = base.nodeId(vectorId);
    return node >= 0 && left.checkedAdd(node);
  }

  @Override
  public final int size() {
    return isComplete ? super.size() : super.size() + base.size() - left.getCardinality();
  }

  @Override
  protected final void complete(Spill spill, AttributeColumns columns, BuildProgress progress) {
    isComplete = true;
    // A merge would give damaged bytes a checksum that holds.
    base.verify();
    positions = new int[base.size()];
    Arrays.fill(positions, -1);
    float[] vector = new float[base.schema().dimension()];
    for (int node = 0; node < positions.length; node++) {
      if (node % STEP == 0) {
        if (Thread.currentThread().isInterrupted()) {
          throw new CancellationException("the merge was interrupted");
        }
        progress.update("carry", node, positions.length);
      }
      if (!left.contains(node)) {
        base.vector(node, vector);
        positions[node] =
            spill.add(
                new IndexRecord(
                    base.vectorId(node), base.order(node), vector, base.payload(node), Map.of()));
      }
    }
    base.copyAttributes(positions, columns);
    progress.update("carry", positions.length, positions.length);
  }

  @Override
  public final BuildReport write(
      Path output, Spill spill, AttributeColumns columns, BuildProgress progress) {
    return write(output, spill, columns, positions, progress);
  }

  /**
   * Writes the shard.
   *
   * @param carried position in the spill of each node of the old shard, -1 if it was left behind
   */
  protected abstract BuildReport write(
      Path output, Spill spill, AttributeColumns columns, int[] carried, BuildProgress progress);
}
