package io.akidb.diskann;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Approximate search by walking a Vamana graph on PQ codes. */
final class DiskAnnProvider implements IndexProvider {
  static final String TYPE = "diskann";

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
    if (trained != null
        && (trained.dimension() != schema.dimension() || trained.metric() != schema.metric())) {
      throw new IllegalArgumentException("the codebook was trained for another schema");
    }
    if (parameters.pqSubspaces() > schema.dimension()) {
      throw new IllegalArgumentException(
          "pqSubspaces must be at most the dimension, " + schema.dimension());
    }
    return new ShardBuilder(schema, workDirectory) {
      @Override
      BuildReport write(
          Path output, Spill spill, AttributeColumns columns, BuildProgress progress) {
        return new DiskAnnWriter(schema, parameters, trained, progress)
            .write(output, spill, columns);
      }
    };
  }

  @Override
  public VectorIndex open(Path file) {
    return MappedIndex.open(
        file,
        ShardSections.KIND_DISKANN,
        shard -> new DiskAnnIndex(shard),
        ShardSections.FEATURE_PAGED_NODES,
        ShardSections.FEATURE_PQ_CODES);
  }
}
