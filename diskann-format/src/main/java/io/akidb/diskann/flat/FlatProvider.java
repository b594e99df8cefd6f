package io.akidb.diskann.flat;

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
import io.akidb.diskann.format.v1.NodeLayout;
import io.akidb.diskann.format.v1.ShardBuilder;
import io.akidb.diskann.format.v1.ShardContents;
import io.akidb.diskann.format.v1.ShardParameters;
import io.akidb.diskann.format.v1.ShardSections;
import io.akidb.diskann.format.v1.ShardWriter;
import io.akidb.diskann.format.v1.Spill;
import io.akidb.diskann.format.v1.VectorForm;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Exact search by scanning every vector: for small collections, and the reference of the
 * approximate ones.
 */
public final class FlatProvider implements IndexProvider {
  public static final String TYPE = "flat";

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
    return new ShardBuilder(schema, parameters, workDirectory) {
      @Override
      public BuildReport write(
          Path output, Spill spill, AttributeColumns columns, BuildProgress progress) {
        return writeFlat(schema, parameters, output, spill, columns, progress);
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
    return new MergeBuilder(
        MergeBuilder.requireMergeable(base, TYPE, schema), schema, parameters, workDirectory) {
      @Override
      protected BuildReport write(
          Path output,
          Spill spill,
          AttributeColumns columns,
          int[] carried,
          BuildProgress progress) {
        return writeFlat(schema, parameters, output, spill, columns, progress);
      }
    };
  }

  private static BuildReport writeFlat(
      IndexSchema schema,
      BuildParameters parameters,
      Path output,
      Spill spill,
      AttributeColumns columns,
      BuildProgress progress) {
    int[] positions = new int[spill.size()];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = i;
    }
    VectorForm form = spill.form(parameters.storage());
    NodeLayout layout = NodeLayout.of(form, schema.dimension(), 0);
    try (ShardWriter writer =
        new ShardWriter(
            output, ShardSections.KIND_FLAT, form.features(ShardSections.FEATURE_PAGED_NODES))) {
      ShardParameters shard = new ShardParameters(schema, positions.length, layout, -1, parameters);
      ShardContents.write(writer, shard, spill, columns, positions, null, null);
      progress.update("write", positions.length, positions.length);
      return writer.finish(positions.length, 0);
    }
  }

  @Override
  public VectorIndex open(Path file) {
    return MappedIndex.open(
        file,
        shard -> {
          if (shard.kind() != ShardSections.KIND_FLAT) {
            throw MappedIndex.unexpectedKind(shard, "1");
          }
          return new FlatIndex(shard);
        },
        ShardSections.FEATURE_PAGED_NODES,
        ShardSections.FEATURE_HALF_VECTORS,
        ShardSections.FEATURE_BYTE_VECTORS);
  }
}
