package io.akidb.build;

import io.akidb.catalog.IndexParameters;
import io.akidb.catalog.IndexQuantization;
import io.akidb.catalog.IndexVectorStorage;
import io.akidb.catalog.InvalidIndexParametersException;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a build shall be made with, as far as the command line says. */
final class ParameterOptions {
  @Option(names = "--max-degree", paramLabel = "R", description = "Most neighbours of a node.")
  private @Nullable Integer maxDegree;

  @Option(
      names = "--build-list-size",
      paramLabel = "L",
      description = "Candidates looked at for each node.")
  private @Nullable Integer buildListSize;

  @Option(
      names = "--alpha",
      paramLabel = "A",
      description = "How far pruning keeps long edges, 1.0 to 2.0.")
  private @Nullable Double alpha;

  @Option(
      names = "--pq-subvectors",
      paramLabel = "M",
      description = "Bytes of a vector's code of pq or opq; 0 lets the dimension decide.")
  private @Nullable Integer pqSubvectors;

  @Option(
      names = "--quantization",
      paramLabel = "CODES",
      description = {
        "Codes that graphs are walked by: binary, resident, pq, opq, sq8, sq4 or rabitq.",
        "Unless given: pq with --pq-subvectors above 0, else binary."
      })
  private @Nullable String quantization;

  @Option(
      names = "--vector-storage",
      paramLabel = "FORM",
      description = {
        "How full vectors are stored: auto (the smallest form that loses nothing; the default),",
        "f32, f16 or int8. The last two round, and what is rounded stays so."
      })
  private @Nullable String vectorStorage;

  @Option(
      names = "--build-memory-gb",
      paramLabel = "GIB",
      description = "Memory of one executor's shard builds, in GiB.")
  private @Nullable Double buildMemoryGb;

  @Option(names = "--partition-rows-max", paramLabel = "N", description = "Most rows of one shard.")
  private @Nullable Integer partitionRowsMax;

  @Option(
      names = "--partition-overlap",
      paramLabel = "SHARE",
      description = "Most rows that stand in a second partition too, 0.0 to 1.0.")
  private @Nullable Double partitionOverlap;

  @Option(names = "--seed", paramLabel = "N", description = "Of everything random.")
  private @Nullable Long seed;

  /** Whether any was given. */
  boolean areGiven() {
    return Stream.of(
            maxDegree,
            buildListSize,
            alpha,
            pqSubvectors,
            quantization,
            vectorStorage,
            buildMemoryGb,
            partitionRowsMax,
            partitionOverlap,
            seed)
        .anyMatch(Objects::nonNull);
  }

  /**
   * These, and what they leave out as it is there.
   *
   * @throws InvalidIndexParametersException if one is out of its bounds
   */
  IndexParameters over(IndexParameters fallback) {
    IndexQuantization codes = quantization(fallback);
    return new IndexParameters(
        or(maxDegree, fallback.maxDegree()),
        or(buildListSize, fallback.buildListSize()),
        or(alpha, fallback.alpha()),
        or(pqSubvectors, codes == fallback.quantization() ? fallback.pqSubvectors() : 0),
        or(buildMemoryGb, fallback.buildMemoryGb()),
        or(partitionRowsMax, fallback.partitionRowsMax()),
        or(partitionOverlap, fallback.partitionOverlap()),
        or(seed, fallback.seed()),
        codes,
        vectorStorage(fallback));
  }

  private IndexVectorStorage vectorStorage(IndexParameters fallback) {
    return vectorStorage == null
        ? fallback.vectorStorage()
        : IndexVectorStorage.ofJsonName(vectorStorage)
            .orElseThrow(
                () ->
                    new InvalidIndexParametersException(
                        "vector_storage", "must be one of " + IndexVectorStorage.names()));
  }

  private IndexQuantization quantization(IndexParameters fallback) {
    if (quantization == null) {
      return pqSubvectors != null && pqSubvectors > 0 && !isSubdivided(fallback.quantization())
          ? IndexQuantization.PQ
          : fallback.quantization();
    }
    return IndexQuantization.ofJsonName(quantization)
        .orElseThrow(
            () ->
                new InvalidIndexParametersException(
                    "quantization", "must be one of " + IndexQuantization.names()));
  }

  private static boolean isSubdivided(IndexQuantization codes) {
    return codes == IndexQuantization.PQ || codes == IndexQuantization.OPQ;
  }

  private static <T> T or(@Nullable T given, T fallback) {
    return given == null ? fallback : given;
  }
}
