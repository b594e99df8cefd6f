package io.akidb.diskann;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Exact search by scanning every vector: for small collections, and the reference of the
 * approximate ones.
 */
final class FlatProvider implements IndexProvider {
  static final String TYPE = "flat";

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
    return new ShardBuilder(schema, workDirectory) {
      @Override
      BuildReport write(
          Path output, Spill spill, AttributeColumns columns, BuildProgress progress) {
        int[] positions = new int[spill.size()];
        for (int i = 0; i < positions.length; i++) {
          positions[i] = i;
        }
        NodeLayout layout = NodeLayout.of(schema.dimension(), 0);
        try (ShardWriter writer =
            new ShardWriter(output, ShardSections.KIND_FLAT, ShardSections.FEATURE_PAGED_NODES)) {
          ShardParameters shard =
              new ShardParameters(schema, positions.length, layout, -1, parameters);
          ShardContents.write(writer, shard, spill, columns, positions, null);
          progress.update("write", positions.length, positions.length);
          return writer.finish(positions.length, 0);
        }
      }
    };
  }

  @Override
  public VectorIndex open(Path file) {
    return MappedIndex.open(
        file,
        ShardSections.KIND_FLAT,
        shard -> new FlatIndex(shard),
        ShardSections.FEATURE_PAGED_NODES);
  }
}
