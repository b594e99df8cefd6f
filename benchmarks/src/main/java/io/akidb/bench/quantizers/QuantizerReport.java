package io.akidb.bench.quantizers;

import io.akidb.bench.data.PreparedData;
import io.akidb.bench.measure.Report;
import java.util.List;
import java.util.Locale;

/**
 * What quantizers do on a data set when every code is scored.
 *
 * @param date when, UTC
 * @param machine where
 * @param data on what
 * @param results of each quantizer at each length of its codes
 */
public record QuantizerReport(
    String date, Report.Machine machine, PreparedData.Meta data, List<Result> results) {
  /** How many of the least estimates are compared exactly; the first stands for none. */
  public static final List<Integer> RERANKED = List.of(10, 20, 50, 100);

  /** Copies the list. */
  public QuantizerReport {
    results = List.copyOf(results);
  }

  /**
   * A quantizer at one length of its codes.
   *
   * @param quantization its name
   * @param bytesPerVector of a code
   * @param trainCpuSeconds of all threads
   * @param encodeMicros CPU time of a vector
   * @param prepareMicros CPU time of a query before the first estimate
   * @param estimateNanos CPU time of an estimate, codes one behind the other
   * @param recalls share of the true ten nearest among the least estimates, by {@link #RERANKED}
   */
  public record Result(
      String quantization,
      int bytesPerVector,
      double trainCpuSeconds,
      double encodeMicros,
      double prepareMicros,
      double estimateNanos,
      List<Double> recalls) {
    /** Copies the list. */
    public Result {
      recalls = List.copyOf(recalls);
    }
  }

  /** As Markdown. */
  public String table() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s: %,d x %d, %s, %,d queries, k=10, every code scored, %s%n",
            data.name(),
            data.rows(),
            data.dimension(),
            data.metric(),
            data.queries(),
            date));
    text.append(
        String.format(
            Locale.ROOT,
            "%s, %d processors, JDK %s, load before the run %.2f%n%n",
            machine.processor(),
            machine.processors(),
            machine.jdk(),
            machine.loadBefore()));
    text.append(
        "| codes | B/vector | recall@10 | rerank 20 | rerank 50 | rerank 100 | train cpu-s"
            + " | encode µs | query µs | ns/estimate |\n|---|---|---|---|---|---|---|---|---|---|\n");
    for (Result each : results) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %d | %.3f | %.3f | %.3f | %.3f | %.1f | %.1f | %.1f | %.1f |%n",
              each.quantization().toLowerCase(Locale.ROOT),
              each.bytesPerVector(),
              each.recalls().get(0),
              each.recalls().get(1),
              each.recalls().get(2),
              each.recalls().get(3),
              each.trainCpuSeconds(),
              each.encodeMicros(),
              each.prepareMicros(),
              each.estimateNanos()));
    }
    return text.toString();
  }
}
