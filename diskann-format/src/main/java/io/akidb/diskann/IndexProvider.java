package io.akidb.diskann;

import io.akidb.diskann.flat.FlatProvider;
import io.akidb.diskann.graph.DiskAnnProvider;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A kind of index. Stateless; safe for any thread. */
public interface IndexProvider {
  /** {@code diskann} or {@code flat}. */
  String type();

  /**
   * The provider of a type.
   *
   * @throws IllegalArgumentException if there is none of the name
   */
  static IndexProvider of(String type) {
    return switch (type) {
      case FlatProvider.TYPE -> new FlatProvider();
      case DiskAnnProvider.TYPE -> new DiskAnnProvider();
      default ->
          throw new IllegalArgumentException(
              "no index type '" + type + "'; there are diskann and flat");
    };
  }

  /**
   * A builder of one shard file.
   *
   * @param trained a codebook to encode with, or null to train one on the vectors themselves
   * @param workDirectory an existing directory for temporary files
   * @throws java.io.UncheckedIOException if the work directory cannot be written to
   */
  IndexBuilder builder(
      IndexSchema schema,
      BuildParameters parameters,
      @Nullable PqCodebook trained,
      Path workDirectory);

  /**
   * A builder of one shard file out of another of this kind and what changed since.
   *
   * @param base open for as long as the merge is
   * @param schema of dimension and metric as the old shard's
   * @param trained as for {@link #builder}
   * @throws IllegalArgumentException if the old shard is of another kind, dimension or metric, or
   *     declares an attribute with another type
   */
  ShardMerge merge(
      VectorIndex base,
      IndexSchema schema,
      BuildParameters parameters,
      @Nullable PqCodebook trained,
      Path workDirectory);

  /**
   * Maps a shard file of this kind. Costs little, however large the file is.
   *
   * @throws ShardFormatException if it is corrupt, or of a version that this one cannot read
   * @throws java.io.UncheckedIOException if it is not there or cannot be mapped
   */
  VectorIndex open(Path file);
}
