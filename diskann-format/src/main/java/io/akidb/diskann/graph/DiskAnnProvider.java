package io.akidb.diskann.graph;

import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.BuildReport;
import io.akidb.diskann.IndexBuilder;
import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.PqCodebook;
import io.akidb.diskann.ShardMerge;
import io.akidb.diskann.VectorIndex;
import io.akidb.diskann.format.v1.AttributeColumns;
import io.akidb.diskann.format.v1.MappedIndex;
import io.akidb.diskann.format.v1.MergeBuilder;
import io.akidb.diskann.format.v1.ShardBuilder;
import io.akidb.diskann.format.v1.ShardSections;
import io.akidb.diskann.format.v1.Spill;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Approximate search by walking a Vamana graph on codes. */
public final class DiskAnnProvider implements IndexProvider {
  public static final String TYPE = "diskann";

  /** A step that took longer may have waited for a disk; others take a few microseconds. */
  private static final long WAIT_NANOS = 25_000;

  private final long waitNanos;

  public DiskAnnProvider() {
    this(WAIT_NANOS);
  }

  /** Of indexes whose walks take a step for one that waited as {@link GraphWalk} says. */
  DiskAnnProvider(long waitNanos) {
    this.waitNanos = waitNanos;
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public IndexBuilder builder(
      IndexSchema schema,
      BuildParameters parameters,
      @Nullable PqCodebook trained,
      Path workDirectory) {
    check(schema, parameters, trained);
    return new ShardBuilder(schema, parameters, workDirectory) {
      @Override
      public BuildReport write(
          Path output, Spill spill, AttributeColumns columns, BuildProgress progress) {
        return new DiskAnnWriter(schema, parameters, trained, progress, workDirectory)
            .write(output, spill, columns);
      }
    };
  }

  private static void check(
      IndexSchema schema, BuildParameters parameters, @Nullable PqCodebook trained) {
    if (trained != null
        && (trained.dimension() != schema.dimension() || trained.metric() != schema.metric())) {
      throw new IllegalArgumentException("the codebook was trained for another schema");
    }
    if (parameters.pqSubspaces() > schema.dimension()) {
      throw new IllegalArgumentException(
          "pqSubspaces must be at most the dimension, " + schema.dimension());
    }
  }

  @Override
  public ShardMerge merge(
      VectorIndex base,
      IndexSchema schema,
      BuildParameters parameters,
      @Nullable PqCodebook trained,
      Path workDirectory) {
    check(schema, parameters, trained);
    MappedIndex old = MergeBuilder.requireMergeable(base, TYPE, schema);
    return new MergeBuilder(old, schema, parameters, workDirectory) {
      @Override
      protected BuildReport write(
          Path output,
          Spill spill,
          AttributeColumns columns,
          int[] carried,
          BuildProgress progress) {
        return new DiskAnnWriter(schema, parameters, trained, progress, workDirectory)
            .write(
                output,
                spill,
                columns,
                (spaces, graph, entryCount) -> {
                  int root =
                      new GraphMerge(
                              new MappedLists(base()), carried, spaces, graph, parameters, progress)
                          .run();
                  return MadeGraph.ofPositions(spaces.space(), root, entryCount, parameters.seed());
                },
                old.layout());
      }
    };
  }

  @Override
  public VectorIndex open(Path file) {
    return MappedIndex.open(
        file,
        shard ->
            switch (shard.kind()) {
              case ShardSections.KIND_DISKANN -> new DiskAnnIndex(shard, waitNanos);
              case ShardSections.KIND_FUSED -> new FusedIndex(shard, waitNanos);
              default -> throw MappedIndex.unexpectedKind(shard, "2 or 3");
            },
        ShardSections.FEATURE_PAGED_NODES,
        ShardSections.FEATURE_PQ_CODES,
        ShardSections.FEATURE_NEIGHBOUR_CODES,
        ShardSections.FEATURE_QUANTIZER,
        ShardSections.FEATURE_HALF_VECTORS,
        ShardSections.FEATURE_BYTE_VECTORS,
        ShardSections.FEATURE_MANY_ENTRIES,
        ShardSections.FEATURE_PACKED_PAGES);
  }
}
