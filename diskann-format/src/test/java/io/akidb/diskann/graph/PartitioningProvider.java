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
import io.akidb.diskann.format.v1.ShardBuilder;
import io.akidb.diskann.format.v1.Spill;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Builds by partitions, however few the vectors are. */
final class PartitioningProvider implements IndexProvider {
  private static final int MEMBERS_MIN = 8;

  private final IndexProvider whole = new DiskAnnProvider();
  private final int parts;

  /** With partitions of at most this part of all vectors, one out of so many. */
  PartitioningProvider(int parts) {
    this.parts = parts;
  }

  int membersMax(int size) {
    return Math.max(MEMBERS_MIN, size / parts);
  }

  @Override
  public String type() {
    return whole.type();
  }

  @Override
  public IndexBuilder builder(
      IndexSchema schema,
      BuildParameters parameters,
      @Nullable PqCodebook trained,
      Path workDirectory) {
    return new ShardBuilder(schema, parameters, workDirectory) {
      @Override
      public BuildReport write(
          Path output, Spill spill, AttributeColumns columns, BuildProgress progress) {
        return new DiskAnnWriter(schema, parameters, trained, progress, workDirectory)
            .write(
                output,
                spill,
                columns,
                (spaces, graph, entryCount) ->
                    new PartitionedBuild(spaces, graph, parameters, progress, workDirectory)
                        .build(membersMax(spill.size()), entryCount),
                null);
      }
    };
  }

  @Override
  public ShardMerge merge(
      VectorIndex base,
      IndexSchema schema,
      BuildParameters parameters,
      @Nullable PqCodebook trained,
      Path workDirectory) {
    return whole.merge(base, schema, parameters, trained, workDirectory);
  }

  @Override
  public VectorIndex open(Path file) {
    return whole.open(file);
  }
}
