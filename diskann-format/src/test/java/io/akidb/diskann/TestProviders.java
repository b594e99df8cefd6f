package io.akidb.diskann;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of shards, by the names that tests give them: {@code flat}, {@code diskann} (with
 * binary codes beside the neighbours) and {@code pq} (with PQ codes in a section of their own).
 */
public final class TestProviders {
  private TestProviders() {}

  public static IndexProvider of(String kind) {
    return kind.equals("pq") ? new PqProvider(IndexProvider.of("diskann")) : IndexProvider.of(kind);
  }

  /** Asks for PQ codes where a test leaves it open. */
  private record PqProvider(IndexProvider provider) implements IndexProvider {
    @Override
    public String type() {
      return provider.type();
    }

    @Override
    public IndexBuilder builder(
        IndexSchema schema,
        BuildParameters parameters,
        @Nullable PqCodebook trained,
        Path workDirectory) {
      int subspaces =
          parameters.pqSubspaces() > 0
              ? parameters.pqSubspaces()
              : PqCodebook.defaultSubspaces(schema.dimension(), schema.metric());
      BuildParameters asked =
          new BuildParameters(
              parameters.maxDegree(),
              parameters.buildListSize(),
              parameters.alpha(),
              subspaces,
              parameters.seed(),
              parameters.threads(),
              parameters.buildMemoryBytesMax());
      return provider.builder(schema, asked, trained, workDirectory);
    }

    @Override
    public VectorIndex open(Path file) {
      return provider.open(file);
    }
  }
}
