package io.akidb.build;

import io.akidb.catalog.IndexParameters;
import io.akidb.catalog.IndexQuantization;
import io.akidb.catalog.IndexVectorStorage;
import io.akidb.catalog.InvalidIndexParametersException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What an index was built with, as the text that is published with it. */
final class ParameterText {
  private static final String MEMORY = "build_memory_gb";

  private ParameterText() {}

  static Map<String, String> of(IndexParameters request) {
    Map<String, String> parameters = new TreeMap<>();
    parameters.put("max_degree", String.valueOf(request.maxDegree()));
    parameters.put("build_list_size", String.valueOf(request.buildListSize()));
    parameters.put("alpha", String.valueOf(request.alpha()));
    parameters.put("quantization", request.quantization().jsonName());
    parameters.put("pq_subvectors", String.valueOf(request.pqSubvectors()));
    parameters.put("vector_storage", request.vectorStorage().jsonName());
    parameters.put(MEMORY, String.valueOf(request.buildMemoryGb()));
    parameters.put("partition_rows_max", String.valueOf(request.partitionRowsMax()));
    parameters.put("partition_overlap", String.valueOf(request.partitionOverlap()));
    parameters.put("seed", String.valueOf(request.seed()));
    return parameters;
  }

  /** The parameters of a published index; empty if this job did not write them. */
  static Optional<IndexParameters> read(Map<String, String> published) {
    try {
      return Optional.of(
          new IndexParameters(
              Integer.parseInt(text(published, "max_degree")),
              Integer.parseInt(text(published, "build_list_size")),
              Double.parseDouble(text(published, "alpha")),
              Integer.parseInt(text(published, "pq_subvectors")),
              Double.parseDouble(text(published, MEMORY)),
              Integer.parseInt(text(published, "partition_rows_max")),
              Double.parseDouble(text(published, "partition_overlap")),
              Long.parseLong(text(published, "seed")),
              IndexQuantization.ofJsonName(text(published, "quantization")).orElseThrow(),
              IndexVectorStorage.ofJsonName(text(published, "vector_storage")).orElseThrow()));
    } catch (IllegalArgumentException
        | java.util.NoSuchElementException
        | InvalidIndexParametersException e) {
      return Optional.empty();
    }
  }

  private static String text(Map<String, String> published, String name) {
    return published.getOrDefault(name, "");
  }

  /**
   * The first parameter, memory apart, in which a published index differs from a request; empty if
   * there is none.
   */
  static Optional<String> difference(Map<String, String> published, IndexParameters request) {
    return of(request).entrySet().stream()
        .filter(each -> !each.getKey().equals(MEMORY))
        .filter(each -> !each.getValue().equals(text(published, each.getKey())))
        .map(Map.Entry::getKey)
        .findFirst();
  }
}
