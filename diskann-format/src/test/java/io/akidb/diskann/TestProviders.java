package io.akidb.diskann;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of shards, by the names that tests give them: {@code flat}, {@code diskann} (with
 * binary codes beside the neighbours), and the names of quantizers in lower case, as {@code pq},
 * with their codes in a section of their own.
 */
public final class TestProviders {
  private TestProviders() {}

  public static IndexProvider of(String kind) {
    return switch (kind) {
      case "flat", "diskann" -> IndexProvider.of(kind);
      default ->
          new ResidentProvider(
              IndexProvider.of("diskann"), Quantization.valueOf(kind.toUpperCase(Locale.ROOT)));
    };
  }

  /** Asks for codes where a test leaves it open. */
  private record ResidentProvider(IndexProvider provider, Quantization quantization)
      implements IndexProvider {
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
      BuildParameters asked =
          parameters.pqSubspaces() > 0 ? parameters : parameters.withQuantization(quantization);
      return provider.builder(schema, asked, trained, workDirectory);
    }

    @Override
    public ShardMerge merge(
        VectorIndex base,
        IndexSchema schema,
        BuildParameters parameters,
        @Nullable PqCodebook trained,
        Path workDirectory) {
      BuildParameters asked =
          parameters.pqSubspaces() > 0 ? parameters : parameters.withQuantization(quantization);
      return provider.merge(base, schema, asked, trained, workDirectory);
    }

    @Override
    public VectorIndex open(Path file) {
      return provider.open(file);
    }
  }
}
